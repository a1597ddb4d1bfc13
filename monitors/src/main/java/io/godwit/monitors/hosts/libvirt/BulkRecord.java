package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmState;

/** One domain's part of virConnectGetAllDomainStats, whose names libvirt's reference lists, taken number by number. */
final class BulkRecord implements TypedParameters.Taker {
    private static final long KIB = 1024;
    private static final long MIB = 1 << 20;
    private static final int MEASURED = 2;

    private int state;
    private int reason;
    private int vcpus;
    private long cpuNanos = DomainStats.UNKNOWN;
    private long delayNanos = DomainStats.UNKNOWN;
    private long waitNanos = DomainStats.UNKNOWN;
    private long balloonKib = DomainStats.UNKNOWN;
    private long unusedKib = DomainStats.UNKNOWN;
    private long toldAtSeconds;
    private long blockBytes = DomainStats.UNKNOWN;
    private long netBytes = DomainStats.UNKNOWN;
    private long dirtyMebibytesPerSecond = DomainStats.UNKNOWN;
    private long dirtyRateStatus;

    @Override
    public void take(String name, long number) {
        switch (name) {
            case "state.state" -> state = (int) number;
            case "state.reason" -> reason = (int) number;
            case "cpu.time" -> cpuNanos = number;
            case "vcpu.current" -> vcpus = (int) number;
            case "balloon.current" -> balloonKib = number;
            case "balloon.unused" -> unusedKib = number;
            case "balloon.last-update" -> toldAtSeconds = number;
            case "dirtyrate.calc_status" -> dirtyRateStatus = number;
            case "dirtyrate.megabytes_per_second" -> dirtyMebibytesPerSecond = number;
            default -> numbered(name, number);
        }
    }

    /** Of names with a number in them, as in vcpu.0.delay, the sum counts. */
    private void numbered(String name, long number) {
        if (name.startsWith("vcpu.")) {
            if (name.endsWith(".delay")) {
                delayNanos = sum(delayNanos, number);
            } else if (name.endsWith(".wait")) {
                waitNanos = sum(waitNanos, number);
            }
        } else if (name.startsWith("block.")) {
            if (name.endsWith(".rd.bytes") || name.endsWith(".wr.bytes")) {
                blockBytes = sum(blockBytes, number);
            }
        } else if (name.startsWith("net.") && (name.endsWith(".rx.bytes") || name.endsWith(".tx.bytes"))) {
            netBytes = sum(netBytes, number);
        }
    }

    /** @param slowToo whether the call asked for what is slow */
    DomainStats stats(String vmId, boolean slowToo) {
        VmState vmState = DomainStates.stateOf(state);
        boolean active = DomainStates.active(vmState);
        DomainStats.Slow slow = new DomainStats.Slow(
                unusedKib < 0 ? DomainStats.UNKNOWN : unusedKib * KIB,
                toldAtSeconds,
                blockBytes,
                netBytes,
                dirtyRateStatus == MEASURED && dirtyMebibytesPerSecond >= 0
                        ? dirtyMebibytesPerSecond * MIB
                        : DomainStats.UNKNOWN);
        return new DomainStats(
                vmId,
                vmState,
                reason,
                vcpus,
                active ? cpuNanos : 0,
                // "delay" is what a guest sees as steal; older libvirt has only "wait", the same wait by another
                // counter
                delayNanos >= 0 ? delayNanos : waitNanos,
                !active ? 0 : balloonKib < 0 ? DomainStats.UNKNOWN : balloonKib * KIB,
                slowToo && active ? slow : null);
    }

    private static long sum(long before, long number) {
        return before < 0 ? number : before + number;
    }
}
