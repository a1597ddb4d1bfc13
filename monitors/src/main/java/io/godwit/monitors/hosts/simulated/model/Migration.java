package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.simulated.DataCentre.MigrationProgress;

/**
 * One live migration under way. Pre-copy sends memory / (1 - dirty share) bytes in all, at the bandwidth that its two links
 * leave it; the dirty share is the VM's dirty rate over the full link, also where the link is shared or limited, because
 * hypervisors slow a guest that dirties memory faster than it is sent.
 */
final class Migration {
    private static final long DIRTY_PERMILLE_MAX = 900;

    final String commandId;
    final VmCell vm;
    final HostCell source;
    final HostCell target;
    final long startMicros;
    final long totalBytes;
    private final long limitBytesPerSecond;
    private long sentBytes;
    private long settledMicros;
    private long bytesPerSecond;

    Migration(
            String commandId, VmCell vm, HostCell source, HostCell target, long limitBytesPerSecond, long startMicros) {
        this.commandId = commandId;
        this.vm = vm;
        this.source = source;
        this.target = target;
        this.limitBytesPerSecond = limitBytesPerSecond;
        this.startMicros = startMicros;
        this.settledMicros = startMicros;
        long dirtyPermille = Math.min(
                DIRTY_PERMILLE_MAX, vm.spec.dirtyBytesPerSecond() * 1000 / source.spec.migrationBytesPerSecond());
        this.totalBytes = Math.ceilDiv(vm.spec.memoryBytes() * 1000, 1000 - Math.max(0, dirtyPermille));
    }

    /** Books what was sent up to now, then goes on at the bandwidth that the links leave now. */
    void settle(long nowMicros) {
        sentBytes = sentAt(nowMicros);
        settledMicros = Math.max(settledMicros, nowMicros);
        long share = Math.min(
                source.spec.migrationBytesPerSecond() / source.migrations,
                target.spec.migrationBytesPerSecond() / target.migrations);
        bytesPerSecond = Math.max(1, limitBytesPerSecond > 0 ? Math.min(share, limitBytesPerSecond) : share);
    }

    /** When it ends if no other migration begins or ends on its links. */
    long endMicros() {
        return settledMicros + Math.ceilDiv((totalBytes - sentBytes) * 1_000_000, bytesPerSecond);
    }

    MigrationProgress progress(long nowMicros) {
        long sent = sentAt(nowMicros);
        return new MigrationProgress((int) (sent * 100 / totalBytes), sent, false);
    }

    private long sentAt(long nowMicros) {
        long elapsedMicros = Math.max(0, nowMicros - settledMicros);
        // a second at a time: the product of bytes and microseconds would overflow after some hours
        long sent = elapsedMicros / 1_000_000 * bytesPerSecond + elapsedMicros % 1_000_000 * bytesPerSecond / 1_000_000;
        return Math.min(totalBytes, sentBytes + sent);
    }
}
