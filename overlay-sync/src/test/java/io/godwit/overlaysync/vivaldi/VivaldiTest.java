package io.godwit.overlaysync.vivaldi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class VivaldiTest {
    @Test
    void two_hosts_come_to_stand_as_far_apart_as_their_round_trip() {
        NetworkMap map = new NetworkMap();
        for (int round = 0; round < 200; round++) {
            map.measured("a", "b", 10_000, Set.of());
        }
        assertEquals(10_000.0, (double) map.of("a").distanceMicros(map.of("b")), 100);
        assertTrue(map.of("a").errorPpm() < 50_000);
    }

    @Test
    void the_same_measurements_give_the_same_coordinates() {
        assertEquals(measuredAtRandom(1), measuredAtRandom(1));
        assertNotEquals(measuredAtRandom(1), measuredAtRandom(2));
    }

    @Test
    void hosts_of_one_rack_are_nearer_than_those_of_another() {
        NetworkMap map = new NetworkMap();
        List<String> hosts = List.of("r1-a", "r1-b", "r1-c", "r2-a", "r2-b", "r2-c");
        Random random = new Random(3);
        for (int round = 0; round < 3000; round++) {
            String from = hosts.get(random.nextInt(6));
            String to = hosts.get(random.nextInt(6));
            map.measured(from, to, from.substring(0, 2).equals(to.substring(0, 2)) ? 200 : 5000, Set.of());
        }
        assertEquals(
                Set.of("r1-b", "r1-c"),
                Set.copyOf(map.nearest("r1-a", Set.copyOf(hosts), Set.of(), 2).stream()
                        .map(NetworkMap.Near::id)
                        .toList()));
    }

    @Test
    void the_nearest_outside_a_set_leaves_that_set_and_the_host_out() {
        NetworkMap map = new NetworkMap();
        map.place("a", new Coordinate(0, 0, 10, 1000));
        map.place("b", new Coordinate(100, 0, 10, 1000));
        map.place("c", new Coordinate(200, 0, 10, 1000));
        map.place("d", new Coordinate(200, 0, 10, 1000));
        assertEquals(
                List.of("c", "d", "unplaced"),
                map.nearest("a", Set.of("a", "b", "c", "d", "unplaced"), Set.of("b"), 5).stream()
                        .map(NetworkMap.Near::id)
                        .toList());
    }

    @Test
    void a_fixed_end_stays_where_its_owner_put_it() {
        NetworkMap map = new NetworkMap();
        Coordinate there = new Coordinate(5000, 5000, 10, 1000);
        map.place("b", there);
        map.measured("a", "b", 10_000, Set.of("b"));
        assertEquals(there, map.of("b"));
        assertTrue(map.knows("a"));
    }

    @Test
    void a_round_trip_of_nothing_is_refused() {
        assertThrows(IllegalArgumentException.class, () -> Vivaldi.step(Coordinate.UNKNOWN, Coordinate.UNKNOWN, 0, 0));
    }

    @Test
    void a_coordinate_is_announced_first_when_it_moved_and_after_an_hour() {
        NetworkMap map = new NetworkMap();
        Announcements announcements = new Announcements(3_600_000);
        Set<String> hosts = Set.of("a", "b");
        assertEquals(List.of(), announcements.due(map, hosts, 0));
        map.place("a", new Coordinate(1000, 0, 10, 100_000));
        assertEquals(List.of("a"), announcements.due(map, hosts, 1));
        map.place("a", new Coordinate(1100, 0, 10, 100_000));
        assertEquals(List.of(), announcements.due(map, hosts, 2));
        map.place("a", new Coordinate(9000, 0, 10, 100_000));
        assertEquals(List.of("a"), announcements.due(map, hosts, 3));
        assertEquals(List.of("a"), announcements.due(map, hosts, 3_600_003));
    }

    @Test
    void a_small_move_is_not_worth_telling() {
        Coordinate announced = new Coordinate(10_000, 0, 1000, 100_000);
        assertFalse(new Coordinate(10_200, 0, 1000, 90_000).differsNotablyFrom(announced));
        assertTrue(new Coordinate(12_000, 0, 1000, 90_000).differsNotablyFrom(announced));
    }

    private static List<Coordinate> measuredAtRandom(long seed) {
        NetworkMap map = new NetworkMap();
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            map.measured("h" + random.nextInt(9), "h" + random.nextInt(9), 100 + random.nextInt(9000), Set.of());
        }
        return List.of(map.of("h0"), map.of("h3"), map.of("h8"));
    }
}
