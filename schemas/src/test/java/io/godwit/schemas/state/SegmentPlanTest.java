package io.godwit.schemas.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

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
