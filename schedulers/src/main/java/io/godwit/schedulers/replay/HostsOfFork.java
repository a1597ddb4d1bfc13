package io.godwit.schedulers.replay;

import io.godwit.schemas.events.PlannedMove;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Hosts on which a fork's commands are carried out. */
interface HostsOfFork {
    /** Whether a host tells anything. */
    boolean sampled(String hostId);

    /** Segment of a host that tells something. */
    int segment(String hostId);

    /** How a step of a plan will end that is commanded now; empty: after its estimate, or as hosts are then. */
    default Optional<RecordedCommands.Foreseen> foreseen(PlannedMove step, String commandId, Instant now) {
        return Optional.empty();
    }

    /** What keeps a step of a plan from being carried out that was to end now; empty: nothing. */
    default Optional<String> hindrance(PlannedMove step) {
        return Optional.empty();
    }

    /** A step of a plan has been carried out as in the record, which shows it at its time. */
    default void doneAsThen(PlannedMove step) {}

    /** A step of a plan has been carried out. */
    void done(PlannedMove step);

    /** A host tells by itself of something that was carried out there. */
    default void told(int segment, String hostId, SpecificRecord event) {}
}
