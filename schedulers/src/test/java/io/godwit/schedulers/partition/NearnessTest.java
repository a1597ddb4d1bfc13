package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Segment 0 has the overload, 1 is at the same site, 2 and 3 are ever farther away. */
class NearnessTest {
    private static final int OWN = 0;
    private static final int SAME_SITE = 1;
    private static final int FAR = 2;
    private static final int FARTHEST = 3;
    private static final long[] MILLIS = {0, 1, 90, 200};

    /** Four VMs too many, each of which is too small to relieve it alone. */
    private static final long[] OVER = ofOneCore(12);

    private static final long[] ROOM_FOR_ONE = ofOneCore(7);
    private static final long[] FULL = ofOneCore(8);

    private static long[] ofOneCore(int vms) {
        return LongStream.generate(() -> 1000).limit(vms).toArray();
    }

    private static void hosts(Region region, int segment, int count, long[] vms) {
        for (int host = 1; host <= count; host++) {
            String id = "s" + segment + "-h" + host;
            region.host(id, segment, vms).locate(id, 1000 * MILLIS[segment]);
        }
    }

    private static Region overloaded() {
        Region region = new Region(4).settings("{\"movesAtOnce\":4}").mode("auto");
        hosts(region, OWN, 1, OVER);
        return region;
    }

    /** The segments tell each other where they are, then all hosts are sampled. */
    private static void run(Region region) {
        region.settle().pass(4000).tick().settle().sampleAll().settle();
    }

    private static List<Integer> targetSegments(Region region) {
        return region.events(MigrateVm.class).stream()
                .map(MigrateVm::getTargetSegment)
                .sorted()
                .toList();
    }

    private static List<Integer> asked(Region region) {
        return region.events(MemberAsked.class).stream()
                .map(MemberAsked::getSegment)
                .toList();
    }

    @Test
    void all_hosts_of_the_own_site_come_before_those_of_another() {
        Region region = overloaded();
        hosts(region, FAR, 4, ROOM_FOR_ONE);
        hosts(region, FARTHEST, 4, ROOM_FOR_ONE);
        hosts(region, SAME_SITE, 4, ROOM_FOR_ONE);
        run(region);

        assertEquals(List.of(SAME_SITE, SAME_SITE, SAME_SITE, SAME_SITE), targetSegments(region));
        assertEquals(List.of(SAME_SITE, SAME_SITE, SAME_SITE, SAME_SITE), asked(region));
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void the_own_segment_comes_before_the_own_site() {
        Region region = overloaded();
        hosts(region, SAME_SITE, 4, ROOM_FOR_ONE);
        region.host("a", OWN, ROOM_FOR_ONE).locate("a", 400);
        region.host("b", OWN, ROOM_FOR_ONE).locate("b", 400);
        run(region);

        assertEquals(List.of(OWN, OWN, SAME_SITE, SAME_SITE), targetSegments(region));
    }

    @Test
    void of_hosts_that_are_about_as_near_the_one_with_the_most_headroom_is_taken() {
        Region region = overloaded();
        region.hosts.get("s0-h1").vms.put("excess", 300L);
        region.hosts.get("s0-h1").vms.keySet().removeIf(vm -> vm.matches("s0-h1-[89]|s0-h1-1."));
        region.host("near", OWN, ROOM_FOR_ONE).locate("near", 600);
        region.host("emptier", OWN, 1000).locate("emptier", 3_400);
        region.host("emptiest", OWN).locate("emptiest", 9_000);
        run(region);

        assertEquals("emptier", region.last(MigrateVm.class).getTargetHostId());
    }

    @Test
    void where_the_own_site_has_too_few_the_nearest_other_one_gives_the_rest() {
        Region region = overloaded();
        hosts(region, SAME_SITE, 2, ROOM_FOR_ONE);
        hosts(region, FARTHEST, 4, ROOM_FOR_ONE);
        hosts(region, FAR, 4, ROOM_FOR_ONE);
        run(region);

        assertEquals(List.of(SAME_SITE, SAME_SITE, FAR, FAR), targetSegments(region));
        assertEquals(List.of(), Judge.faultsOf(region.appended, false));
    }

    @Test
    void a_segment_without_hosts_is_not_asked() {
        Region region = overloaded();
        hosts(region, FARTHEST, 4, ROOM_FOR_ONE);
        run(region);

        assertEquals(List.of(FARTHEST, FARTHEST, FARTHEST, FARTHEST), asked(region));
    }

    @Test
    void a_segment_that_had_no_hosts_is_asked_once_it_has() {
        Region region = overloaded();
        region.settle().pass(4000).tick().settle();
        hosts(region, FARTHEST, 4, ROOM_FOR_ONE);
        run(region);

        assertEquals(List.of(FARTHEST, FARTHEST, FARTHEST, FARTHEST), targetSegments(region));
    }

    @Test
    void a_segment_that_declined_is_not_asked_again_by_the_same_host_partition() {
        Region region = overloaded();
        hosts(region, SAME_SITE, 3, FULL);
        hosts(region, FAR, 1, ROOM_FOR_ONE);
        hosts(region, FARTHEST, 1, FULL);
        run(region);

        assertEquals(List.of(SAME_SITE, FAR, FAR, FARTHEST), asked(region));
        assertEquals(PartitionEnd.INFEASIBLE, region.last(PartitionClosed.class).getEnd());
        assertEquals(List.of(), Judge.faultsOf(region.appended, true));
    }

    @Test
    void segments_that_told_no_place_lend_in_turn() {
        Region region =
                new Region(3).settings("{\"movesAtOnce\":4}").mode("auto").host("h1", 0, OVER);
        for (String id : List.of("a", "b", "c", "d")) {
            region.host(id + 1, 1, ROOM_FOR_ONE).host(id + 2, 2, ROOM_FOR_ONE);
        }
        run(region);

        assertEquals(List.of(1, 1, 2, 2), targetSegments(region));
    }
}
