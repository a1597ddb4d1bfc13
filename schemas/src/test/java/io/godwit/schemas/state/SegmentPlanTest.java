package io.godwit.schemas.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmentPlanTest {
    @Test
    void the_hosts_of_a_rack_share_a_segment() {
        SegmentPlan plan = new SegmentPlan(12, List.of());
        for (int host = 0; host < 10; host++) {
            assertEquals(0, plan.segmentFor("a", "r1"));
            assertEquals(1, plan.segmentFor("a", "r2"));
        }
    }

    @Test
    void a_new_rack_goes_where_the_fewest_hosts_are() {
        SegmentPlan plan = new SegmentPlan(3, List.of());
        plan.segmentFor("a", "r1");
        plan.segmentFor("a", "r1");
        plan.segmentFor("a", "r2");
        plan.segmentFor("a", "r3");
        assertEquals(1, plan.segmentFor("a", "r4"));
    }

    @Test
    void a_big_rack_is_split_evenly() {
        SegmentPlan plan = new SegmentPlan(12, List.of());
        TreeMap<Integer, Integer> hosts = new TreeMap<>();
        for (int host = 0; host < 10_000; host++) {
            hosts.merge(plan.segmentFor("a", "r1"), 1, Integer::sum);
        }
        assertEquals(12, hosts.size());
        hosts.values().forEach(count -> assertEquals(833, count, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void a_rack_of_up_to_64_hosts_is_whole_in_one_segment_however_its_hosts_are_added(long seed) {
        Random random = new Random(seed);
        List<String> wanted = new ArrayList<>();
        for (int rack = 0; rack < 40; rack++) {
            wanted.addAll(Collections.nCopies(1 + random.nextInt(SegmentPlan.RACK_HOSTS_MAX), "r" + rack));
        }
        wanted.addAll(Collections.nCopies(200, "big"));
        Collections.shuffle(wanted, random);
        int segments = 1 + random.nextInt(16);
        LogOf of = new LogOf(segments);
        Map<String, Set<Integer>> used = new TreeMap<>();
        SegmentPlan plan = new SegmentPlan(segments, List.of());
        for (int host = 0; host < wanted.size(); host++) {
            if (random.nextInt(10) == 0) { // by another process, which knows the inventory alone
                plan = new SegmentPlan(segments, of.state().inventory().hosts().values());
            }
            String rack = wanted.get(host);
            int segment = plan.segmentFor("a", rack);
            of.joined(host, segment, "h" + host, rack);
            used.computeIfAbsent(rack, _ -> new TreeSet<>()).add(segment);
        }
        used.remove("big");
        used.forEach((rack, in) -> assertEquals(1, in.size(), () -> rack + " lies in " + in));
    }

    @Test
    void hosts_that_are_there_already_keep_their_rack_together() {
        LogOf of = new LogOf(4);
        of.joined(0, 3, "h1");
        SegmentPlan plan = new SegmentPlan(4, of.state().inventory().hosts().values());
        assertEquals(3, plan.segmentFor("a", "r1"));
        assertEquals(0, plan.segmentFor("a", "r2"));
    }

    @Test
    void a_plan_without_segments_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> new SegmentPlan(0, List.of()));
    }
}
