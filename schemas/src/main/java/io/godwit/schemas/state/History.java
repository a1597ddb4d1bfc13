package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/**
 * How far back a state tells what is over. What is still open is told whole, however old it is.
 *
 * @param topics those whose events are wanted from then on
 * @param events names of those that are wanted of them; empty: all
 * @param proposals whether of them what speaks of proposals is wanted, and nothing else
 * @param since log time; what was over before it is left out
 */
public record History(Set<Topic> topics, Set<String> events, boolean proposals, Instant since) {
    /** Only what is open. */
    public static final History NONE = new History(Set.of(), Set.of(), false, Instant.MAX);

    public History {
        topics = Set.copyOf(topics);
        events = Set.copyOf(events);
    }

    public static History since(Instant since, Topic... topics) {
        return new History(Set.of(topics), Set.of(), false, since);
    }

    /** No more than some of their events, so that the others are not decoded. */
    public History only(List<Class<? extends SpecificRecord>> wanted) {
        return new History(
                topics, wanted.stream().map(Class::getSimpleName).collect(Collectors.toSet()), proposals, since);
    }

    /** What was proposed, and what became of it. */
    public static History ofProposals(Instant since) {
        return new History(Set.of(Topic.HOST_PARTITIONS, Topic.DETECTIONS), Set.of(), true, since);
    }

    /** Whether all of their events are wanted. */
    boolean all() {
        return events.isEmpty() && !proposals;
    }

    /** Whether an event is wanted of those that came before what is open. */
    boolean wants(LogRecord record) {
        return events.isEmpty()
                || EventCodec.nameOf(record.value()).filter(events::contains).isPresent();
    }
}
