package io.godwit.ops.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ops.rules.Scenario.End;
import io.godwit.ops.rules.Scenario.Expected;
import io.godwit.ops.settings.YamlNode.Spot;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerdictTest {
    @Test
    void what_comes_within_its_tolerance_is_no_miss() {
        assertEquals(List.of(), misses(List.of(expected(1, "h1", 12, 2, at(30))), List.of(came("h1", 14, 28, 7))));
        assertEquals(
                List.of(), misses(List.of(expected(1, "h1", 12, 0, new End.Any())), List.of(came("h1", 12, 99, 7))));
        assertEquals(List.of(), misses(List.of(expected(1, "h1", 12, 0, new End.Never())), List.of(open("h1", 12))));
        assertEquals(List.of(), misses(List.of(), List.of()));
    }

    @Test
    void a_miss_says_what_was_expected_what_came_and_how_far_off_it_was() {
        assertEquals(
                List.of("1: expected h1 from 12s to 30s, within 1s; the nearest that came: h1 from 14s to 25s, value 7"
                        + " (begins 2s too late, ends 5s too early)"),
                misses(List.of(expected(1, "h1", 12, 1, at(30))), List.of(came("h1", 14, 25, 7))));
        assertEquals(
                List.of("1: expected h1 from 12s; no detection came at all"),
                misses(List.of(expected(1, "h1", 12, 0, new End.Any())), List.of()));
        assertEquals(
                List.of("1: expected h1 from 12s to 30s; the nearest that came: h1 from 12s, still open at the end,"
                        + " value 7 (was still open when the scenario was over)"),
                misses(List.of(expected(1, "h1", 12, 0, at(30))), List.of(open("h1", 12))));
        assertEquals(
                List.of("1: expected h1 from 12s, still open at the end; the nearest that came: h1 from 12s to 30s,"
                        + " value 7 (ends, and was to stay open)"),
                misses(List.of(expected(1, "h1", 12, 0, new End.Never())), List.of(came("h1", 12, 30, 7))));
    }

    @Test
    void what_nobody_expected_is_told_and_the_nearest_of_a_miss_not_twice() {
        assertEquals(
                List.of("came without being expected: h2 from 3s to 5s, value 1"),
                misses(List.of(), List.of(came("h2", 3, 5, 1))));
        assertEquals(
                List.of(
                        "1: expected h1 from 12s; the nearest that came: h1 from 20s to 30s, value 7 (begins 8s too"
                                + " late)",
                        "came without being expected: h1 from 50s to 59s, value 7"),
                misses(
                        List.of(expected(1, "h1", 12, 0, new End.Any())),
                        List.of(came("h1", 20, 30, 7), came("h1", 50, 59, 7))));
    }

    @Test
    void the_nearest_is_of_the_same_host_and_vm_before_it_is_of_the_same_time() {
        assertEquals(
                List.of(
                        "1: expected h1 from 12s; the nearest that came: h1 from 99s to 100s, value 7 (begins 87s too"
                                + " late)",
                        "came without being expected: h2 from 12s to 30s, value 7"),
                misses(
                        List.of(expected(1, "h1", 12, 0, new End.Any())),
                        List.of(came("h2", 12, 30, 7), came("h1", 99, 100, 7))));
        Drawn ofVm = new Drawn("h1", "v1", 12_000, Optional.of(30_000L), 7);
        assertEquals(
                List.of("1: expected h1 from 12s; the nearest that came: v1 on h1 from 12s to 30s, value 7 (of a VM)"),
                misses(List.of(expected(1, "h1", 12, 0, new End.Any())), List.of(ofVm)));
    }

    @Test
    void each_expectation_has_a_detection_of_its_own_whichever_way_they_fit() {
        // the first expectation could take either detection, the second only the earlier one
        assertEquals(
                List.of(),
                misses(
                        List.of(expected(1, "h1", 12, 5, new End.Any()), expected(2, "h1", 10, 0, new End.Any())),
                        List.of(came("h1", 10, 11, 7), came("h1", 15, 16, 7))));
        assertEquals(
                List.of("2: expected h1 from 12s; the nearest that came: h1 from 12s to 30s, value 7"
                        + " (it stands for line 1 already)"),
                misses(
                        List.of(expected(1, "h1", 12, 0, new End.Any()), expected(2, "h1", 12, 0, new End.Any())),
                        List.of(came("h1", 12, 30, 7))));
    }

    @Test
    void a_value_counts_where_one_is_expected() {
        Expected four = new Expected(new Spot(1, 1), "h1", "", 12_000, 0, new End.Any(), Optional.of(4L));
        assertEquals(List.of(), misses(List.of(four), List.of(came("h1", 12, 30, 4))));
        assertEquals(
                List.of("1: expected h1 from 12s, value 4; the nearest that came: h1 from 12s to 30s, value 7"
                        + " (value is 7 instead of 4)"),
                misses(List.of(four), List.of(came("h1", 12, 30, 7))));
    }

    private static List<String> misses(List<Expected> expected, List<Drawn> drawn) {
        return Verdict.of(expected, drawn).stream()
                .map(miss -> miss.at().map(at -> at.line() + ": ").orElse("") + miss.says())
                .toList();
    }

    private static Expected expected(int line, String hostId, long seconds, long within, End end) {
        return new Expected(new Spot(line, 1), hostId, "", seconds * 1000, within * 1000, end, Optional.empty());
    }

    private static End at(long seconds) {
        return new End.At(seconds * 1000);
    }

    private static Drawn came(String hostId, long from, long to, long value) {
        return new Drawn(hostId, "", from * 1000, Optional.of(to * 1000), value);
    }

    private static Drawn open(String hostId, long from) {
        return new Drawn(hostId, "", from * 1000, Optional.empty(), 7);
    }
}
