package io.godwit.ittests.kills;

import io.godwit.schemas.kafka.Slot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** Which slot has which segments, as the broker tells: the log does not say who merely owns something. */
final class GroupShares {
    private static final Executor SOON = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);

    private GroupShares() {}

    /** Waits until the slots, and nobody else, share all segments of the site and each has some. */
    static Map<String, Set<Integer>> await(TestSite site, String service, List<Slot> slots) throws Exception {
        String group = slots.getFirst().group(TestSite.SITE);
        List<String> wanted = slots.stream().map(Slot::toString).toList();
        long end = System.nanoTime() + LogWatch.PATIENCE.toNanos();
        try (Admin admin = site.kafka().admin()) {
            while (true) {
                ConsumerGroupDescription described = admin.describeConsumerGroups(List.of(group))
                        .describedGroups()
                        .get(group)
                        .toCompletionStage()
                        .handle((description, _) -> description) // none while the group has no member yet
                        .toCompletableFuture()
                        .get();
                Map<String, Set<Integer>> shares = described == null ? Map.of() : shares(described, wanted);
                int given = shares.values().stream().mapToInt(Set::size).sum();
                if (described != null
                        && described.groupState() == GroupState.STABLE
                        && shares.size() == wanted.size()
                        && shares.values().stream().noneMatch(Set::isEmpty)
                        && given == site.segments().size()) {
                    return shares;
                }
                if (System.nanoTime() > end) {
                    throw new AssertionError(
                            service + " did not come to share the segments: " + shares + ", " + described);
                }
                CompletableFuture.runAsync(() -> {}, SOON).get();
            }
        }
    }

    private static Map<String, Set<Integer>> shares(ConsumerGroupDescription described, List<String> wanted) {
        Map<String, Set<Integer>> shares = new TreeMap<>();
        for (MemberDescription member : described.members()) {
            String instance = member.groupInstanceId().orElse("");
            for (String slot : wanted) {
                if (instance.equals(slot) || instance.startsWith(slot + "-")) { // Streams adds a thread's number
                    Set<Integer> segments = shares.computeIfAbsent(slot, _ -> new TreeSet<>());
                    member.assignment().topicPartitions().stream()
                            .map(TopicPartition::partition)
                            .forEach(segments::add);
                }
            }
        }
        return shares;
    }
}
