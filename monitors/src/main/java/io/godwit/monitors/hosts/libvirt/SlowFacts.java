package io.godwit.monitors.hosts.libvirt;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What is asked of VMs less often than once a period, and kept in between: memory, dirty rate, and the rates of disks and
 * networks between the last two times that they were asked.
 */
final class SlowFacts {
    static final Duration PERIOD = Duration.ofSeconds(10);

    /** Rates that are older are told as unknown. */
    private static final long FRESH_NANOS = PERIOD.toNanos() * 5 / 2;

    /** A balloon driver that has told nothing new for so long is made to tell it; for so long again, and it is not believed. */
    private static final long TOLD_NANOS = PERIOD.toNanos() * 5 / 2;

    private Map<String, Fact> facts = Map.of();
    private long askedNanos;

    /**
     * Of one VM.
     *
     * @param atNanos when it was asked
     * @param givenBytes memory that its balloon leaves it
     * @param usedBytes memory that it uses; -1 where its balloon driver does not tell
     * @param toldAtSeconds when the balloon driver told it, by its own host's clock; 0: never
     * @param toldSinceNanos when that was first seen
     */
    record Fact(
            long atNanos,
            long givenBytes,
            long usedBytes,
            long toldAtSeconds,
            long toldSinceNanos,
            long blockBytes,
            long netBytes,
            long blockBytesPerSecond,
            long netBytesPerSecond,
            long dirtyBytesPerSecond) {
        private static final Fact NOTHING = new Fact(0, -1, -1, 0, 0, -1, -1, -1, -1, -1);

        /** Whether the balloon driver tells its use of memory too seldom, or not at all. */
        boolean tellsTooSeldom() {
            return toldAtSeconds == 0 || atNanos - toldSinceNanos > TOLD_NANOS;
        }
    }

    /** Takes what a look found. */
    void take(Look look) {
        if (!look.slowToo()) {
            return;
        }
        Map<String, Fact> now = HashMap.newHashMap(look.domains().size());
        look.domains().forEach((vmId, domain) -> {
            if (domain.slow() != null) {
                now.put(vmId, next(facts.get(vmId), domain, look.atNanos()));
            }
        });
        facts = now;
        askedNanos = look.askedNanos();
    }

    /** Whether it is time to ask again: since a while, or since a VM is there of which nothing is known. */
    boolean due(Look look, long nowNanos) {
        return nowNanos - askedNanos >= PERIOD.toNanos() || hasNewcomer(look);
    }

    boolean hasNewcomer(Look look) {
        return look.domains().values().stream()
                .anyMatch(domain -> domain.active() && !facts.containsKey(domain.vmId()));
    }

    /** With rates that are not too old at that time; never null. */
    Fact of(String vmId, long nowNanos) {
        Fact fact = facts.getOrDefault(vmId, Fact.NOTHING);
        return nowNanos - fact.atNanos() <= FRESH_NANOS
                ? fact
                : new Fact(
                        fact.atNanos(),
                        fact.givenBytes(),
                        fact.usedBytes(),
                        fact.toldAtSeconds(),
                        fact.toldSinceNanos(),
                        -1,
                        -1,
                        -1,
                        -1,
                        fact.dirtyBytesPerSecond());
    }

    private static Fact next(Fact before, DomainStats domain, long atNanos) {
        DomainStats.Slow slow = domain.slow();
        Fact last = before == null ? Fact.NOTHING : before;
        boolean sameAsBefore = before != null && slow.toldAtSeconds() == last.toldAtSeconds();
        long toldSinceNanos = sameAsBefore ? last.toldSinceNanos() : atNanos;
        boolean told = slow.unusedBytes() >= 0
                && slow.toldAtSeconds() > 0
                && domain.memoryBytes() > 0
                && atNanos - toldSinceNanos <= 2 * TOLD_NANOS;
        long elapsedNanos = atNanos - last.atNanos();
        return new Fact(
                atNanos,
                domain.memoryBytes(),
                told ? Math.max(0, domain.memoryBytes() - slow.unusedBytes()) : DomainStats.UNKNOWN,
                slow.toldAtSeconds(),
                toldSinceNanos,
                slow.blockBytes(),
                slow.netBytes(),
                UsageMeter.bytesPerSecond(last.blockBytes(), slow.blockBytes(), elapsedNanos),
                UsageMeter.bytesPerSecond(last.netBytes(), slow.netBytes(), elapsedNanos),
                // one that is being measured just now is what it was
                slow.dirtyBytesPerSecond() >= 0 ? slow.dirtyBytesPerSecond() : last.dirtyBytesPerSecond());
    }
}
