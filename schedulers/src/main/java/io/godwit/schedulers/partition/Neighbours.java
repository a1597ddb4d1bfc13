package io.godwit.schedulers.partition;

import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.GroupRoom;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.SegmentTold;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What the schedulers of a site tell each other of their segments, as far as the policy in force needs it. */
final class Neighbours {
    /** As the heartbeats of Snooze's managers; also bounds how often a centre is told. */
    private static final Duration TELL = Duration.ofSeconds(3);

    /** Differences of less than this are noise of the mean coordinate of a segment. */
    private static final long STEP_MICROS = 500;

    private final Turn turn;
    private final Room room;

    Neighbours(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
    }

    /** Tells the others what has changed here since the last time. */
    void tell() {
        if (turn.segments == 1 || turn.now().isBefore(turn.state.toldAt().plus(TELL))) {
            return;
        }
        SegmentTold before = turn.state.told.get(key(turn.segment));
        switch (turn.state.settings().policy()) {
            case STATIC, CENTRALIZED -> {}
            case DVMS -> tell(before, hosts());
            case DVMS_LOCAL -> tell(before, centre());
            case HIERARCHICAL -> tell(before, groups());
        }
    }

    private void tell(SegmentTold before, SegmentTold now) {
        boolean nothing = now.getHosts().isEmpty()
                && now.getLocated() == 0
                && now.getGroups().isEmpty()
                && !now.getHostless();
        if (before == null ? nothing : same(before, now)) {
            return;
        }
        turn.state.toldAt(turn.now());
        turn.told(turn.segment, now);
        boolean leaderAlone = turn.state.settings().policy() == Policy.HIERARCHICAL;
        for (int other = 0; other < (leaderAlone ? 1 : turn.segments); other++) {
            if (other != turn.segment) {
                SegmentTold told =
                        SegmentTold.newBuilder(now).setDecision(turn.decision()).build();
                turn.emit(Topic.HOST_PARTITIONS, other, key(turn.segment), told);
            }
        }
    }

    private static boolean same(SegmentTold before, SegmentTold now) {
        return SegmentTold.newBuilder(now)
                .setDecision(before.getDecision())
                .build()
                .equals(before);
    }

    private SegmentTold hosts() {
        List<String> ids = turn.state.hosts.all().stream()
                .filter(Neighbours::belongs)
                .map(KnownHost::getHostId)
                .toList();
        return told(ids, 0, 0, 0, 0, List.of(), false);
    }

    /** In steps of what is noise, so that it is not told again for nothing. */
    private SegmentTold centre() {
        int hosts = 0;
        int located = 0;
        long x = 0;
        long y = 0;
        long height = 0;
        for (KnownHost host : turn.state.hosts.all()) {
            boolean belongs = belongs(host);
            CoordinateAnnounced place = belongs ? host.getCoordinate() : null;
            hosts += belongs ? 1 : 0;
            if (place != null) {
                located++;
                x += place.getXMicros();
                y += place.getYMicros();
                height += place.getHeightMicros();
            }
        }
        if (located == 0) {
            return told(List.of(), 0, 0, 0, 0, List.of(), hosts == 0);
        }
        return told(List.of(), 1, step(x, located), step(y, located), step(height, located), List.of(), false);
    }

    private static long step(long sum, int count) {
        return Math.floorDiv(sum, count * STEP_MICROS) * STEP_MICROS;
    }

    private SegmentTold groups() {
        List<GroupRoom> groups = new ArrayList<>();
        List<List<String>> members = room.groups();
        for (int group = 0; group < members.size(); group++) {
            List<HostFacts> free = room.freeOf(members.get(group));
            long headroom = free.stream().mapToLong(room::headroomMillicores).sum();
            groups.add(new GroupRoom(group, free.size(), headroom));
        }
        return told(List.of(), 0, 0, 0, 0, groups, false);
    }

    private SegmentTold told(
            List<String> hosts, int located, long x, long y, long height, List<GroupRoom> groups, boolean hostless) {
        return new SegmentTold(new Decision(turn.segment, 0L), hosts, located, x, y, height, groups, hostless);
    }

    void heard(SegmentTold told) {
        turn.told(told.getDecision().getSegment(), told);
    }

    /** The hosts of the site as far as they were told, on a ring. */
    Ring ring() {
        return turn.state.ring(() -> {
            List<Ring.Seat> seats = new ArrayList<>();
            turn.state.hosts.all().stream()
                    .filter(Neighbours::belongs)
                    .forEach(host -> seats.add(new Ring.Seat(host.getHostId(), turn.segment)));
            others().forEach(told -> told.getHosts().forEach(id -> seats.add(new Ring.Seat(id, segmentOf(told)))));
            return new Ring(seats);
        });
    }

    /**
     * The other segment that is nearest to a host, with those that are as near, in turn from the own one on; those that told
     * no centre are the farthest.
     *
     * @param declined segments that are not asked again
     */
    List<Integer> nearestSegments(String hostId, Collection<Integer> declined) {
        KnownHost host = turn.state.hosts.get(hostId);
        long least = Long.MAX_VALUE;
        List<Integer> nearest = new ArrayList<>();
        for (int step = 1; step < turn.segments; step++) {
            int other = (turn.segment + step) % turn.segments;
            SegmentTold told = turn.state.told.get(key(other));
            if (declined.contains(other) || (told != null && told.getHostless())) {
                continue;
            }
            long distance = distance(host, told);
            if (distance < least) {
                nearest.clear();
                least = distance;
            }
            if (distance == least) {
                nearest.add(other);
            }
        }
        return nearest;
    }

    private static long distance(KnownHost from, SegmentTold to) {
        if (from == null || from.getCoordinate() == null || to == null || to.getLocated() == 0) {
            return Long.MAX_VALUE;
        }
        return Room.micros(from.getCoordinate(), to.getXMicros(), to.getYMicros(), to.getHeightMicros()) / STEP_MICROS;
    }

    /** A manager's group that another segment holds or this one. */
    record Group(int segment, int number) {}

    private record Roomy(Group group, long headroom) {}

    /** Groups of the site that have free hosts, the one with the most headroom first. */
    List<Group> roomiest() {
        List<SegmentTold> segments = new ArrayList<>(others());
        segments.add(groups());
        return segments.stream()
                .flatMap(told -> told.getGroups().stream()
                        .filter(group -> group.getHosts() > 0)
                        .map(group ->
                                new Roomy(new Group(segmentOf(told), group.getGroup()), group.getHeadroomMillicores())))
                .sorted(Comparator.comparingLong(Roomy::headroom)
                        .reversed()
                        .thenComparingInt(roomy -> roomy.group().segment())
                        .thenComparingInt(roomy -> roomy.group().number()))
                .map(Roomy::group)
                .toList();
    }

    private List<SegmentTold> others() {
        return turn.state.told.all().stream()
                .filter(told -> segmentOf(told) != turn.segment)
                .toList();
    }

    private static int segmentOf(SegmentTold told) {
        return told.getDecision().getSegment();
    }

    static String key(int segment) {
        return Integer.toString(segment);
    }

    static boolean belongs(KnownHost host) {
        return !host.getLabel().isEmpty() && !host.getLeft();
    }
}
