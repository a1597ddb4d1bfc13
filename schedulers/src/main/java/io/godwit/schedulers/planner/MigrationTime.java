package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.PlacementProblem.Vm;
import io.godwit.schemas.events.MigrationMode;

/**
 * How long a live migration by pre-copy takes: memory / (bandwidth × (1 − dirty)), where dirty is the share of the
 * bandwidth that goes into memory written again meanwhile. Each round of pre-copy sends what the last round left dirty,
 * so the rounds are a geometric series with the ratio dirty. Auto-converge holds the guest back until dirty is a half at
 * most; post-copy sends each page once, and the source is rid of the demand at the switch-over.
 *
 * <p>The bandwidth is the smaller of what the two hosts' links give it; {@link Timetable} shares them among moves that overlap.
 */
final class MigrationTime {
    /** Share assumed of a VM whose dirty rate is unknown: the middle of the 10 to 50 % that ordinary guests show. */
    private static final long UNKNOWN_DIRTY_PERMILLE = 300;

    /** A guest that dirties as fast as the link sends never converges; it counts as ten times its memory, a last choice. */
    private static final long DIRTY_PERMILLE_MAX = 900;

    /** From here on pre-copy takes five times memory / bandwidth and more, with auto-converge twice. */
    private static final long NEAR_PERMILLE = 800;

    /** QEMU's trigger: what the guest writes is held to a half of what is sent. */
    private static final long CONVERGING_SHARE = 2;

    /** QEMU's measured runs of post-copy from the start switched over after 0.2 to 0.4 s. */
    private static final long SWITCH_OVER_MILLIS = 300;

    /** What counts of a copy after its switch-over: enough that of equal moves the shorter copy goes first. */
    private static final long AFTERWARDS_SHARE = 1000;

    private MigrationTime() {}

    /** Milliseconds of the whole copy, rounded up; at least 1. Longer or shorter as past outcomes tell. */
    static long millis(Vm vm, long bytesPerSecond, MigrationMode mode) {
        long millis = millis(vm.memoryBytes(), dirty(vm, bytesPerSecond, mode), bytesPerSecond, bytesPerSecond);
        return vm.durationPermille() == 1000 ? millis : Math.max(1, Math.ceilDiv(millis * vm.durationPermille(), 1000));
    }

    /** What a migration costs, in milliseconds: how long the source still has the VM's demand. */
    static long cost(Vm vm, long bytesPerSecond, MigrationMode mode) {
        long millis = millis(vm, bytesPerSecond, mode);
        return switch (mode) {
            case POST_COPY -> Math.min(millis, SWITCH_OVER_MILLIS + millis / AFTERWARDS_SHARE);
            case PRE_COPY, AUTO_CONVERGE, UNKNOWN -> millis;
        };
    }

    /** Whether the VM dirties memory nearly as fast as that, or faster; one whose rate is unknown does not. */
    static boolean nearlyStalls(Vm vm, long bytesPerSecond) {
        return vm.dirtyBytesPerSecond()
                >= bytesPerSecond / 1000 * NEAR_PERMILLE + bytesPerSecond % 1000 * NEAR_PERMILLE / 1000;
    }

    /** Bytes per second that are written again meanwhile; −1: unknown. */
    private static long dirty(Vm vm, long bytesPerSecond, MigrationMode mode) {
        return switch (mode) {
            case POST_COPY -> 0; // each page goes once
            case AUTO_CONVERGE -> Math.min(vm.dirtyBytesPerSecond(), bytesPerSecond / CONVERGING_SHARE);
            case PRE_COPY, UNKNOWN -> vm.dirtyBytesPerSecond();
        };
    }

    /** Milliseconds, rounded up; at least 1. */
    static long millis(
            long memoryBytes, long dirtyBytesPerSecond, long sourceBytesPerSecond, long targetBytesPerSecond) {
        long bandwidth = Math.min(sourceBytesPerSecond, targetBytesPerSecond);
        return Math.max(1, Math.ceilDiv(memoryBytes * 1000, progress(dirtyBytesPerSecond, bandwidth)));
    }

    /** Bytes per second by which what is left to send gets less; at least 1. */
    static long progress(Vm vm, long bytesPerSecond, MigrationMode mode) {
        return progress(dirty(vm, bytesPerSecond, mode), bytesPerSecond);
    }

    private static long progress(long dirtyBytesPerSecond, long bandwidth) {
        long dirty = dirtyBytesPerSecond < 0
                ? bandwidth / 1000 * UNKNOWN_DIRTY_PERMILLE + bandwidth % 1000 * UNKNOWN_DIRTY_PERMILLE / 1000
                : dirtyBytesPerSecond;
        long slowest = Math.max(1, bandwidth / 1000 * (1000 - DIRTY_PERMILLE_MAX));
        return Math.max(slowest, bandwidth - Math.min(dirty, bandwidth));
    }
}
