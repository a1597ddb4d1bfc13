package io.godwit.executors.migration;

/** What was decided of a migration. Told ones stand in the log before they hold; the others concern this process alone. */
public sealed interface MigrationEvent {
    /** An event that becomes an outcome in the log. */
    sealed interface Told extends MigrationEvent {}

    /** A told event after which nothing follows. */
    sealed interface Final extends Told {}

    record Accepted(long atMillis) implements Told {}

    record Progressed(MoveProgress progress, String detail, long atMillis) implements Told {}

    /** Final: not begun. */
    record Refused(String reason, String detail) implements Final {}

    /** Final: seen running on the target and absent on the source. */
    record Succeeded(long durationMillis, long downtimeMillis, long transferredBytes, long switchedAfterMillis)
            implements Final {}

    /** Final: a host is proven to be down. */
    record Fenced(String proof, long durationMillis) implements Final {}

    /** Final: see CommandFailed for the reasons. */
    record Failed(String reason, String detail, String seenOn) implements Final {}

    /** Final: called off; the VM was seen running on the source. */
    record Aborted(String detail) implements Final {}

    /** The hypervisor was called. */
    record Started(long atMillis) implements MigrationEvent {}

    /** The call was not made after all; it is tried again. */
    record Withdrawn() implements MigrationEvent {}

    /** A migration that an earlier process began was found running and is followed from now on. */
    record Adopted(long atMillis) implements MigrationEvent {}

    /** An earlier process accepted it and began nothing that lasted; it is begun now. */
    record Resumed() implements MigrationEvent {}

    /** It stalls and is to go on by post-copy. */
    record SwitchAsked(long atMillis) implements MigrationEvent {}

    /** It takes too long and is to be called off. */
    record AbortAsked(long atMillis) implements MigrationEvent {}

    record Returned(MoveEnd end, long atMillis) implements MigrationEvent {}

    /** A look did not make clear how it ended; look again. */
    record Unclear(String what, long atMillis) implements MigrationEvent {}
}
