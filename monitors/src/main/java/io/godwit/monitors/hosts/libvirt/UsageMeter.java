package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;

/** Rates from two looks at the same counters. */
final class UsageMeter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private UsageMeter() {}

    /**
     * What a domain asked for and got between two looks. Demand is CPU time plus the time that its vCPUs waited for a core,
     * at most its vCPUs. A counter that fell (the domain was started again) or was not there before counts as nothing yet.
     * Memory is what the guest uses, its caches included, where its balloon driver tells, else what its balloon leaves it.
     *
     * @param before null where the domain was not there
     * @param state state to tell, where more is known than libvirt's word
     * @param slow what is known of it from looks that asked for more
     * @param elapsedNanos between the looks; above 0
     */
    static VmSample sample(DomainStats before, DomainStats now, VmState state, SlowFacts.Fact slow, long elapsedNanos) {
        long got = before == null ? 0 : grown(before.cpuNanos(), now.cpuNanos());
        long waited = before == null ? 0 : grown(before.waitNanos(), now.waitNanos());
        long used = now.active() ? millicores(got, elapsedNanos) : 0;
        long asked = now.active() ? millicores(got + waited, elapsedNanos) : 0;
        long demand = now.vcpus() > 0 ? Math.max(used, Math.min(asked, now.vcpus() * 1000L)) : asked;
        return new VmSample(
                now.vmId(),
                state,
                demand,
                used,
                memoryBytes(now, slow),
                now.active() ? slow.dirtyBytesPerSecond() : DomainStats.UNKNOWN,
                slow.blockBytesPerSecond(),
                slow.netBytesPerSecond());
    }

    private static long memoryBytes(DomainStats now, SlowFacts.Fact slow) {
        if (!now.active()) {
            return 0;
        }
        long given = now.memoryBytes() >= 0 ? now.memoryBytes() : slow.givenBytes();
        return Math.max(0, slow.usedBytes() >= 0 ? slow.usedBytes() : given);
    }

    /** Rounds down. */
    static long millicores(long cpuNanos, long elapsedNanos) {
        return Math.round(Math.floor(cpuNanos * 1000.0 / elapsedNanos));
    }

    static long grown(long before, long now) {
        return before < 0 || now < before ? 0 : now - before;
    }

    static long bytesPerSecond(long before, long now, long elapsedNanos) {
        if (before < 0 || now < 0) {
            return DomainStats.UNKNOWN;
        }
        return Math.round(grown(before, now) * (double) NANOS_PER_SECOND / elapsedNanos);
    }
}
