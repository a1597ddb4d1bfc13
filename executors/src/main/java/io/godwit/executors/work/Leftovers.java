package io.godwit.executors.work;

import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.Mended;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;

/**
 * Moves that have ended and may have left something on a host: a second definition, a copy on a host that could not be asked
 * then. Each is looked after until both hosts answered and nothing was left. One thread uses it, apart from the answers.
 */
final class Leftovers {
    /** Doubled with each attempt that changes nothing: libvirt may hold a domain of a broken move for good. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long PAUSE_NANOS_MAX = TimeUnit.MINUTES.toNanos(5);

    /** A host that never comes back must not keep the hosts of others busy with looks. */
    private static final int SUSPECTS_MAX = 1000;

    private final Map<String, Suspect> suspects = new HashMap<>();

    private static final class Suspect {
        private final int segment;
        private final Move move;
        private volatile boolean asking;
        private volatile boolean clean;
        private volatile long nextNanos;
        private long pauseNanos = PAUSE_NANOS;

        Suspect(int segment, Move move) {
            this.segment = segment;
            this.move = move;
            this.nextNanos = Long.MIN_VALUE;
        }
    }

    /** A later move of a VM says more than an earlier one. */
    void suspect(int segment, Move move) {
        if (suspects.size() < SUSPECTS_MAX || suspects.containsKey(move.vmId())) {
            suspects.put(move.vmId(), new Suspect(segment, move));
        }
    }

    void revoke(int segment) {
        suspects.values().removeIf(suspect -> suspect.segment == segment);
    }

    /**
     * Looks after those whose time has come.
     *
     * @param free whether a segment is ours and no command of ours concerns the VM
     */
    void sweep(Hypervisor hypervisor, long nowNanos, BiPredicate<Integer, String> free, BooleanSupplier permitted) {
        for (Iterator<Suspect> all = suspects.values().iterator(); all.hasNext(); ) {
            Suspect suspect = all.next();
            boolean due = suspect.nextNanos == Long.MIN_VALUE || nowNanos - suspect.nextNanos >= 0;
            if (suspect.clean) {
                all.remove();
            } else if (!suspect.asking && due && free.test(suspect.segment, suspect.move.vmId())) {
                suspect.asking = true;
                suspect.nextNanos = nowNanos + suspect.pauseNanos;
                suspect.pauseNanos = Math.min(PAUSE_NANOS_MAX, 2 * suspect.pauseNanos);
                var _ = hypervisor.mend(suspect.move, permitted).whenComplete((mended, _) -> {
                    suspect.clean = mended == Mended.CLEAN;
                    suspect.asking = false;
                });
            }
        }
    }
}
