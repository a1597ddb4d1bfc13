package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which guests of a host are to be measured by their QEMU, as it does so only when told to: how fast they dirty their memory
 * (each in its turn, a few at a time), and how much of it they use (told once, where the balloon driver is silent).
 */
final class GuestMeters {
    /** So that the calls, one for each guest, take little time at once. */
    private static final int AT_ONCE = 4;

    private final LibvirtSettings settings;
    private final Map<String, Long> dirtyRateAtNanos = new HashMap<>();
    private final Set<String> periodSet = new HashSet<>();

    GuestMeters(LibvirtSettings settings) {
        this.settings = settings;
    }

    /** Whether looks shall ask for dirty rates. */
    boolean measuresDirtyRates() {
        return !settings.dirtyRatePeriod().isZero();
    }

    /** Guests whose dirty rate is to be measured now, the longest waiting first; they count as measured from now on. */
    List<String> dirtyRatesDue(Look look, long nowNanos) {
        dirtyRateAtNanos.keySet().retainAll(look.domains().keySet());
        if (!measuresDirtyRates()) {
            return List.of();
        }
        long periodNanos = settings.dirtyRatePeriod().toNanos();
        List<String> due = new ArrayList<>();
        for (DomainStats domain : look.domains().values()) {
            Long at = dirtyRateAtNanos.get(domain.vmId());
            if (domain.state() == VmState.RUNNING && (at == null || nowNanos - at >= periodNanos)) {
                due.add(domain.vmId());
            }
        }
        due.sort(Comparator.comparingLong((String vmId) -> dirtyRateAtNanos.getOrDefault(vmId, Long.MIN_VALUE))
                .thenComparing(Comparator.naturalOrder()));
        long turns = Math.max(1, periodNanos / SlowFacts.PERIOD.toNanos());
        int few = Math.toIntExact(Math.max(AT_ONCE, (look.domains().size() + turns - 1) / turns));
        List<String> now = due.subList(0, Math.min(few, due.size()));
        now.forEach(vmId -> dirtyRateAtNanos.put(vmId, nowNanos));
        return now;
    }

    /** Guests whose balloon driver is to be told how often to tell its use of memory: once in the life of each. */
    List<String> memoryPeriodsDue(Look look, SlowFacts facts, long nowNanos) {
        periodSet.removeIf(vmId ->
                !look.domains().containsKey(vmId) || !look.domains().get(vmId).active());
        if (settings.memoryStatsPeriod().isZero()) {
            return List.of();
        }
        return look.domains().values().stream()
                .filter(domain -> domain.state() == VmState.RUNNING)
                .map(DomainStats::vmId)
                .filter(vmId -> facts.of(vmId, nowNanos).tellsTooSeldom())
                .sorted()
                .filter(periodSet::add)
                .toList();
    }
}
