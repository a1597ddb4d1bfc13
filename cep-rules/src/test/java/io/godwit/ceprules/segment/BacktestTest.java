package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ceprules.engine.CompiledRule;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a rule would have detected in the past is what it detects where it is live. */
final class BacktestTest {
    private static CompiledRule above(int permille) {
        return History.custom("""
            // name: busy
            // hold: 3s
            select hostId, count(*) as value from HostSample(cpuPermille > %d)#time(5 sec)
            group by hostId having count(*) >= 3
            """.formatted(permille));
    }

    /** A minute in which h1 is at 75 % from second 20 to 30, and at 95 % from second 40 to 50. */
    private static History minute() {
        History history = new History();
        for (int second = 0; second < 60; second++) {
            history.tick().alive();
            history.sample("h1", second >= 40 && second < 50 ? 7600 : second >= 20 && second < 30 ? 6000 : 1000);
            history.sample("h2", 1000);
            history.later(1000);
        }
        return history.tick();
    }

    private static Instant at(int second) {
        return Instant.ofEpochMilli(History.START_MILLIS + second * 1000L);
    }

    private static List<Instant> begins(List<Drawn> drawn) {
        return drawn.stream().map(Drawn::since).toList();
    }

    @Test
    void two_versions_are_drawn_side_by_side_from_the_same_observations() {
        History history = minute();
        Backtest.Result result = Backtest.run(history.log, 0, above(900), Optional.of(above(700)), at(0), at(61));
        assertEquals(List.of(at(42)), begins(result.drawn()));
        assertEquals(List.of(at(22), at(42)), begins(result.before()));
        assertEquals("h1", result.drawn().getFirst().hostId());
        assertTrue(result.drawn().getFirst().until().isPresent());
        assertEquals(60 * 4 + 1, result.observations());
        assertTrue(result.lookBackWhole());

        Backtest.Result alone = Backtest.run(history.log, 0, above(700), Optional.empty(), at(0), at(61));
        assertEquals(result.before().stream().map(Drawn::since).toList(), begins(alone.drawn()));
        assertEquals(List.of(), alone.before());
    }

    @Test
    void a_stretch_begins_with_the_windows_filled_and_what_is_open_at_its_end_has_no_end() {
        Backtest.Result result = Backtest.run(minute().log, 0, above(700), Optional.empty(), at(21), at(45));
        assertEquals(List.of(at(22), at(42)), begins(result.drawn()));
        assertEquals(
                List.of(true, false),
                result.drawn().stream().map(one -> one.until().isPresent()).toList());
    }

    @Test
    void a_damaged_record_is_counted_and_nothing_is_drawn_from_it() {
        History history = minute().raw(new byte[] {1, 2, 3});
        Backtest.Result result = Backtest.run(history.log, 0, above(990), Optional.empty(), at(0), at(99));
        assertEquals(1, result.unreadable());
        assertFalse(result.observations() == 0);
        assertEquals(List.of(), result.drawn());
    }
}
