package io.godwit.schedulers.replay;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** What the schedulers of one course are told in place of what the record tells them. Asked in the order of log time. */
public interface Telling {
    /** Something that a segment is told. */
    record Word(Topic topic, int segment, String key, SpecificRecord event) {}

    /**
     * Something that rules say of an observation.
     *
     * @param at when it stands in the log; not before the observation
     */
    record Said(Instant at, String key, SpecificRecord event) {}

    /** What is told before anything else. */
    List<Word> first();

    /** What a control, a request, a detection or an entry of the inventory is in this course; empty: it is not there. */
    Optional<SpecificRecord> instead(LogRecord record, SpecificRecord event);

    /** What rules say of an observation, as the course has it. */
    List<Said> observed(LogRecord record, SpecificRecord event);

    /** A host was sampled as the course has it. */
    default void sampled(Instant at, HostSampled sample) {}

    /** Whether it is to be noted where no plan is found for a detection. */
    default boolean isAbout(String detectionId) {
        return false;
    }
}
