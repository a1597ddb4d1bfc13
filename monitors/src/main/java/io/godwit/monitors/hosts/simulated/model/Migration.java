package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationProgress;

/**
 * One live migration under way. While the VM runs on the source, memory leaves at the bandwidth that the two links give the
 * move, and becomes dirty again at the VM's dirty rate: at a steady bandwidth that takes memory / (bandwidth × (1 − dirty
 * share)), and where the VM dirties as fast as is sent it never ends by itself. Auto-converge holds the guest's CPU back
 * until it dirties half of the bandwidth at most. After the switch-over of post-copy nothing becomes dirty at the source
 * any more, and the limit of the move, which is one for pre-copy, no longer holds.
 */
final class Migration extends Timetable.Due {
    private static final int RANK = 0;

    /** Pre-copy before the switch-over of a post-copy; QEMU's runs of post-copy from the start switched after 0.2 to 0.4 s. */
    static final long FIRST_PHASE_MICROS = 300_000;

    /** Bandwidth per dirty byte that auto-converge keeps, as QEMU's throttle-trigger-threshold of 50 %. */
    private static final int CONVERGING_SHARE = 2;

    final String commandId;
    final VmCell vm;
    final HostCell source;
    final HostCell target;
    final long startMicros;
    /** Whether the VM is paused once it is on the target. */
    final boolean staysPaused;

    private final long limitBytesPerSecond;
    private boolean autoConverge;
    private long switchAtMicros;
    private boolean switched;
    private long remainingBytes;
    private long sentBytes;
    private long settledMicros;
    private long bytesPerSecond;
    private long dirtyBytesPerSecond;

    /** @param order how many began before it */
    Migration(MigrationAsk ask, VmCell vm, HostCell source, HostCell target, long startMicros, long order) {
        super(RANK, order);
        this.commandId = ask.commandId();
        this.vm = vm;
        this.source = source;
        this.target = target;
        this.limitBytesPerSecond = ask.bytesPerSecondMax();
        this.autoConverge = ask.autoConverge();
        this.startMicros = startMicros;
        this.staysPaused = ask.staysPaused();
        this.settledMicros = startMicros;
        this.switchAtMicros = ask.postCopy() ? startMicros + FIRST_PHASE_MICROS : Timetable.NEVER;
        this.remainingBytes = vm.spec.memoryBytes();
    }

    /** Books what was sent up to now, then goes on at the bandwidth that the links leave now. */
    void settle(long nowMicros) {
        sentBytes = sentAt(nowMicros);
        remainingBytes = remainingAt(nowMicros);
        settledMicros = Math.max(settledMicros, nowMicros);
        long share = Math.min(
                source.spec.migrationBytesPerSecond() / source.migrations.size(),
                target.spec.migrationBytesPerSecond() / target.migrations.size());
        boolean limited = limitBytesPerSecond > 0 && !switched;
        bytesPerSecond = Math.max(1, limited ? Math.min(share, limitBytesPerSecond) : share);
        long throttledBefore = throttledPermille();
        long dirty = switched ? 0 : dirtyRate();
        dirtyBytesPerSecond = autoConverge ? Math.min(dirty, bytesPerSecond / CONVERGING_SHARE) : dirty;
        if (throttledPermille() != throttledBefore) {
            vm.host.changed();
        }
    }

    /** From now on the guest is held back where it dirties too much; the caller settles. */
    void converge() {
        autoConverge = true;
    }

    /** The VM runs on the target from now on; the caller settles. */
    void switchOver(long nowMicros) {
        switchAtMicros = nowMicros;
        switched = true;
    }

    boolean switched() {
        return switched;
    }

    /** From its start to the switch-over; -1: there was none. */
    long switchedAfterMillis() {
        return switched ? (switchAtMicros - startMicros) / 1000 : -1;
    }

    /** When it switches over or ends, whichever comes first, if no other migration begins or ends on its links. */
    long nextMicros() {
        return switched ? endMicros() : Math.min(switchAtMicros, endMicros());
    }

    /** When it ends; NEVER: the guest dirties memory as fast as it is sent. */
    long endMicros() {
        long netBytesPerSecond = bytesPerSecond - dirtyBytesPerSecond;
        return netBytesPerSecond <= 0 ? Timetable.NEVER : settledMicros + micros(remainingBytes, netBytesPerSecond);
    }

    /** Share of its CPU that the VM is held off from. */
    long throttledPermille() {
        return switched || bytesPerSecond == 0 || dirtyRate() <= dirtyBytesPerSecond
                ? 0
                : 1000 - dirtyBytesPerSecond * 1000 / dirtyRate();
    }

    MigrationProgress progress(long nowMicros) {
        long total = Math.max(1, vm.spec.memoryBytes());
        long sent = total - remainingAt(nowMicros);
        return new MigrationProgress(
                (int) (sent * 100 / total), sentAt(nowMicros), false, switched, (int) throttledPermille());
    }

    long sentAt(long nowMicros) {
        return sentBytes + bytes(bytesPerSecond, Math.max(0, nowMicros - settledMicros));
    }

    private long remainingAt(long nowMicros) {
        long elapsedMicros = Math.max(0, nowMicros - settledMicros);
        long net = bytesPerSecond - dirtyBytesPerSecond;
        long less = net >= 0 ? bytes(net, elapsedMicros) : -bytes(-net, elapsedMicros);
        return Math.clamp(remainingBytes - less, 0, vm.spec.memoryBytes());
    }

    private long dirtyRate() {
        return Math.max(0, vm.spec.dirtyBytesPerSecond());
    }

    /** A second at a time: the product of bytes and microseconds would overflow after some hours. */
    private static long bytes(long bytesPerSecond, long micros) {
        return micros / 1_000_000 * bytesPerSecond + micros % 1_000_000 * bytesPerSecond / 1_000_000;
    }

    /** Rounded up. */
    private static long micros(long bytes, long bytesPerSecond) {
        return bytes / bytesPerSecond * 1_000_000 + Math.ceilDiv(bytes % bytesPerSecond * 1_000_000, bytesPerSecond);
    }
}
