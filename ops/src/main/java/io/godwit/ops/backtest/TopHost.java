package io.godwit.ops.backtest;

import io.godwit.ceprules.backtest.Change;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How often one host was detected, VMs on it included.
 *
 * @param detections of the rule that was tried
 * @param before of the other version
 */
public record TopHost(String hostId, long detections, long added, long removed, long before) {
    private static final Comparator<TopHost> ORDER = Comparator.comparingLong(TopHost::detections)
            .thenComparingLong(TopHost::before)
            .reversed()
            .thenComparing(TopHost::hostId);

    /** Those with the most detections, most first. */
    public static List<TopHost> of(List<Change> changes, int most) {
        Map<String, List<Change>> byHost = new TreeMap<>(changes.stream()
                .collect(Collectors.groupingBy(change -> change.any().hostId())));
        List<TopHost> hosts = new ArrayList<>();
        byHost.forEach((hostId, all) -> hosts.add(new TopHost(
                hostId,
                all.stream().filter(change -> change.drawn().isPresent()).count(),
                count(all, Change.Kind.ADDED),
                count(all, Change.Kind.REMOVED),
                all.stream().filter(change -> change.before().isPresent()).count())));
        return hosts.stream().sorted(ORDER).limit(most).toList();
    }

    private static long count(List<Change> changes, Change.Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind).count();
    }
}
