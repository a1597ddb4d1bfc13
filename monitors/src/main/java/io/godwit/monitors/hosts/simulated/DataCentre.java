package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A simulated data centre, as its hosts appear from outside. One thing that outlives monitors and executors; in process, or
 * over loopback where it is a process of its own. Safe for use by several threads.
 */
public interface DataCentre extends AutoCloseable {
    HostReading read(String hostId) throws HostUnreachable;

    HostDescription describe(String hostId) throws HostUnreachable;

    /** Events of one host from now on; also ConnectionLost. Close the result to stop. */
    Listening listen(String hostId, Consumer<HostEvent> events);

    /** Round trip from one host (or prober, by its slot) to a host, in microseconds. */
    long roundTripMicros(String fromId, String toHostId) throws HostUnreachable;

    /**
     * Starts a live migration, or finds it again: idempotent by command id. The result is done when the migration has ended,
     * whichever way; it fails with HostUnreachable where the source cannot be asked.
     */
    CompletableFuture<MigrationResult> migrate(MigrationAsk ask);

    /** By pre-copy, with no guest held back. */
    default CompletableFuture<MigrationResult> migrate(
            String commandId, String vmId, String sourceHostId, String targetHostId, long bytesPerSecondMax) {
        return migrate(MigrationAsk.preCopy(commandId, vmId, sourceHostId, targetHostId, bytesPerSecondMax));
    }

    /** A migration goes on by post-copy; does nothing where it has switched over or ended. */
    void startPostCopy(String commandId);

    /**
     * Does something to a VM on a host, and nothing to one that is so already. A VM whose host is down can be started on
     * another one, which has it from then on.
     *
     * @return why it was not done, in the hypervisor's words; empty: it was
     * @throws HostUnreachable where the host cannot be asked
     */
    String act(ActionKind action, String vmId, String hostId) throws HostUnreachable;

    /** The same, for who may not know of monitors' exceptions. */
    default String tryToAct(ActionKind action, String vmId, String hostId) {
        try {
            return act(action, vmId, hostId);
        } catch (HostUnreachable unreachable) {
            return unreachable.getMessage();
        }
    }

    /** Takes the power of a host away, which boots again after a while; does nothing to one that is down. */
    void fence(String hostId);

    /** Calls a migration off; does nothing where it has switched over or ended. */
    void cancel(String commandId);

    /** How a migration goes on; empty where the data centre knows none under this id. */
    Optional<MigrationProgress> progress(String commandId);

    /** State of a VM on each reachable host that holds it. */
    Map<String, VmState> where(String vmId);

    @Override
    void close();

    /** Somebody hears the events of a host until this is closed. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * A live migration that is asked for.
     *
     * @param bytesPerSecondMax bandwidth limit of pre-copy; 0: that of the link
     * @param postCopy whether the VM runs on the target from a first short phase on, and its memory follows
     * @param autoConverge whether a guest that dirties too much memory is held back
     * @param staysPaused whether the VM is paused once it is on the target; a post-copy does not know that
     */
    record MigrationAsk(
            String commandId,
            String vmId,
            String sourceHostId,
            String targetHostId,
            long bytesPerSecondMax,
            boolean postCopy,
            boolean autoConverge,
            boolean staysPaused) {
        public static MigrationAsk preCopy(
                String commandId, String vmId, String sourceHostId, String targetHostId, long bytesPerSecondMax) {
            return new MigrationAsk(
                    commandId, vmId, sourceHostId, targetHostId, bytesPerSecondMax, false, false, false);
        }
    }

    /**
     * How a migration ended.
     *
     * @param moved whether the VM runs on the target
     * @param detail why not, in the hypervisor's words; empty where it moved
     * @param switchedAfterMillis from its start to the switch-over of post-copy; -1: there was none
     */
    record MigrationResult(
            boolean moved,
            String detail,
            long durationMillis,
            long downtimeMillis,
            long transferredBytes,
            long switchedAfterMillis) {}

    /**
     * How a migration goes on.
     *
     * @param percent share of the memory that the target has
     * @param switched whether the VM runs on the target already
     * @param throttledPermille share of its CPU that the guest is held off from
     */
    record MigrationProgress(
            int percent, long transferredBytes, boolean ended, boolean switched, int throttledPermille) {}
}
