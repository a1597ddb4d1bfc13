package io.godwit.ceprules.backtest;

import static io.godwit.ceprules.backtest.Change.Kind.ADDED;
import static io.godwit.ceprules.backtest.Change.Kind.MOVED;
import static io.godwit.ceprules.backtest.Change.Kind.REMOVED;
import static io.godwit.ceprules.backtest.Change.Kind.SAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ChangeTest {
    private static Drawn of(String host, long since, long until) {
        return new Drawn(
                0,
                host,
                "",
                Instant.ofEpochSecond(since),
                since,
                until < 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(until)));
    }

    private static List<Change.Kind> kinds(List<Drawn> drawn, List<Drawn> before) {
        return Change.between(drawn, before).stream().map(Change::kind).toList();
    }

    @Test
    void what_overlaps_is_one_detection_and_what_does_not_was_added_or_removed() {
        assertEquals(List.of(SAME), kinds(List.of(of("h1", 10, 20)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(MOVED), kinds(List.of(of("h1", 15, 20)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(MOVED), kinds(List.of(of("h1", 10, -1)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(REMOVED, ADDED), kinds(List.of(of("h1", 20, 30)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(ADDED, REMOVED), kinds(List.of(of("h1", 1, 2)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(REMOVED, ADDED), kinds(List.of(of("h2", 12, 20)), List.of(of("h1", 10, 20))));
        assertEquals(List.of(), kinds(List.of(), List.of()));
    }

    @Test
    void one_long_detection_that_two_short_ones_become_is_one_that_moved_and_one_that_was_added() {
        List<Drawn> two = List.of(of("h1", 10, 20), of("h1", 30, 40));
        assertEquals(List.of(MOVED, ADDED), kinds(two, List.of(of("h1", 10, 40))));
        assertEquals(List.of(MOVED, REMOVED), kinds(List.of(of("h1", 10, 40)), two));
    }

    @Test
    void changes_come_in_order_of_time() {
        List<Change> changes = Change.between(
                List.of(of("h9", 5, 6), of("h1", 30, 31), of("h1", 10, 11)), List.of(of("h5", 7, 8), of("h1", 10, 11)));
        assertEquals(
                List.of("h9", "h5", "h1", "h1"),
                changes.stream().map(change -> change.any().hostId()).toList());
        assertEquals(
                Stream.of(5, 7, 10, 30).map(Instant::ofEpochSecond).toList(),
                changes.stream().map(change -> change.any().since()).toList());
    }
}
