package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.JobEnd;
import io.godwit.schemas.events.VmChange;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.libvirt.TypedIntParameter;
import org.libvirt.TypedParameter;
import org.libvirt.TypedUlongParameter;

/**
 * What hosts say of a migration that is over. A target keeps the figures that its source sent with its last word. After post-copy it
 * has none, as that word came before the switch-over; its source tells them once, when its job ends, and forgets the VM.
 */
final class EndFigures implements HostLink.Watcher {
    /** Of a job that is over, and kept for whoever asks next, such as a person with virsh. */
    private static final int JOB_COMPLETED_STATS = 1 | 2;

    /** How long the source's word may come after the end of the call. */
    private static final long LATE_MILLIS = 1000;

    /** By VM, for migrations that are waited for. */
    private final ConcurrentMap<String, CompletableFuture<JobEnd>> expected = new ConcurrentHashMap<>();

    /** A migration of this VM begins, or is followed from now on. */
    void expect(String vmId) {
        expected.put(vmId, new CompletableFuture<>());
    }

    void forget(String vmId) {
        expected.remove(vmId);
    }

    @Override
    public void changed(String vmId, VmChange change, String detail) {}

    @Override
    public void jobEnded(String vmId, JobEnd job) {
        CompletableFuture<JobEnd> waiting = expected.get(vmId);
        if (waiting != null && job.migrationOut() && job.succeeded()) {
            waiting.complete(job);
        }
    }

    @Override
    public void lost(String reason) {}

    /** Of a migration that is over; -1 where neither host tells. */
    MoveEnd of(Move move, HostLink target) {
        MoveEnd kept = kept(move, target);
        CompletableFuture<JobEnd> source = expected.get(move.vmId());
        if (kept.transferredBytes() >= 0 || source == null) {
            return kept;
        }
        try {
            JobEnd told = source.get(LATE_MILLIS, TimeUnit.MILLISECONDS);
            return MoveEnd.moved(told.downtimeMillis(), told.memoryBytes());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return kept;
        } catch (TimeoutException | ExecutionException untold) { // it failed, or the connection broke meanwhile
            return kept;
        }
    }

    private static MoveEnd kept(Move move, HostLink target) {
        try {
            return target.call("asking how the migration went", connection -> {
                TypedParameter[] stats =
                        connection.domainLookupByUUIDString(move.vmId()).getJobStats(JOB_COMPLETED_STATS).stats;
                return MoveEnd.moved(number(stats, "downtime", -1), number(stats, "memory_processed", -1));
            });
        } catch (HostSilent | HypervisorError unknown) {
            return MoveEnd.moved(-1, -1);
        }
    }

    /** @param missing where libvirt does not tell it */
    static long number(TypedParameter[] stats, String name, long missing) {
        for (TypedParameter stat : stats) {
            if (stat.field.equals(name)) {
                return switch (stat) {
                    case TypedUlongParameter number -> number.value;
                    case TypedIntParameter number -> number.value;
                    default -> missing;
                };
            }
        }
        return missing;
    }
}
