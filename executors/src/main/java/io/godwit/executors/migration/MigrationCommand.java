package io.godwit.executors.migration;

import java.util.Optional;

/** What happens to a migration. Times are of this process's clock, in milliseconds since 1970. */
public sealed interface MigrationCommand {
    /** Its turn has come; may it be begun at all? */
    record Weigh(Grounds grounds) implements MigrationCommand {}

    /** The hosts were looked at before it begins. */
    record Begin(Grounds grounds, Sighting seen, Optional<Objection> objection, long atMillis)
            implements MigrationCommand {
        public Begin(Grounds grounds, Sighting seen, long atMillis) {
            this(grounds, seen, Optional.empty(), atMillis);
        }
    }

    /** It still waits for its turn. */
    record Wait(String detail, long atMillis) implements MigrationCommand {}

    /** The hypervisor is called now. */
    record Start(long atMillis) implements MigrationCommand {}

    /** The call came back. */
    record Return(MoveEnd end, long atMillis) implements MigrationCommand {}

    /** It was asked how it goes on. */
    record Report(MoveProgress progress, long atMillis) implements MigrationCommand {}

    /** Time passed. */
    record Pass(long atMillis) implements MigrationCommand {}

    /** The hosts were looked at, to see how it stands. */
    record Look(Sighting seen, long logTimeMicros, long atMillis) implements MigrationCommand {}
}
