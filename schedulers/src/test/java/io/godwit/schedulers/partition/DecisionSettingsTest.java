package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.planner.PlacementProblem.AutoConverge;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import io.godwit.schemas.units.Bandwidth;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionSettingsTest {
    @Test
    void the_defaults_are_these() {
        assertEquals(
                "{\"adviseAgainMillis\":60000,\"answerWithinMillis\":5000,\"autoConverge\":\"NEEDED\","
                    + "\"autoConvergeForbidden\":[],\"emptyUnderloaded\":false,\"emptying\":"
                    + "{\"holdMillis\":300000,\"hostsKept\":1,\"membersMax\":5,\"reservePermille\":200},"
                    + "\"fillPermille\":1000,\"headroomPermille\":0,\"managerHosts\":32,\"marginPermille\":0,\"mendConstraints\":false,"
                    + "\"movesAtOnce\":2,\"movesPerHour\":{\"headroom\":0,\"host\":0,\"rack\":0,\"site\":0,\"vm\":0},"
                    + "\"policy\":\"dvms-local\",\"postCopy\":\"NEVER\",\"postCopyForbidden\":[],\"restarting\":{\"after\":\"never\",\"backOffMillis\":10000,\"first\":[],\"forbidden\":[],\"perHour\":3},\"retryMillis\":2000,\"retryMillisMax\":30000,"
                    + "\"searchNodes\":5000,\"sitePeriodMillis\":30000,\"solveWithinMillis\":60000,"
                    + "\"startWithinMillis\":10000,\"suspend\":\"never\",\"suspendForbidden\":[],\"throughput\":{\"disk\":{\"bytesPerSecond\":0},\"hosts\":{},"
                    + "\"network\":{\"bytesPerSecond\":0}},\"vmHoldMillis\":60000}",
                DecisionSettings.DEFAULTS.toJson());
    }

    @Test
    void what_was_written_is_read_again() {
        DecisionSettings settings = new DecisionSettings(
                Policy.HIERARCHICAL,
                1,
                2,
                900,
                4,
                3,
                5000,
                600,
                7000,
                8,
                1009,
                1010,
                1011,
                12,
                13,
                true,
                new Emptying(1, 2, 3, 4),
                new MovesPerHour(1, 2, 3, 4, 5),
                PostCopy.URGENT,
                List.of("b", "a", "b"),
                AutoConverge.NEEDED,
                List.of("c", "c"),
                Suspend.LAST_RESORT,
                List.of("d", "d"),
                true,
                new Restarting(RestartPolicy.HOSTS, 5, 6, List.of("y", "x"), List.of("z", "z")),
                new Throughput(
                        new Bandwidth(5),
                        new Bandwidth(6),
                        Map.of("h1", new Throughput.OfHost(new Bandwidth(7), new Bandwidth(8)))));
        assertEquals(settings, DecisionSettings.parse(settings.toJson()));
        assertEquals(List.of("a", "b"), settings.postCopyForbidden());
        assertTrue(settings.allowsPostCopy("c"));
        assertFalse(settings.allowsPostCopy("a"));
        assertFalse(DecisionSettings.DEFAULTS.allowsPostCopy("c"));
        assertFalse(settings.allowsSuspend("d"));
        assertTrue(settings.allowsSuspend("e"));
        assertFalse(DecisionSettings.DEFAULTS.allowsSuspend("e"));
        assertTrue(DecisionSettings.parse("{\"suspend\":\"last-resort\"}").allowsSuspend("e"));
        assertFalse(settings.allowsAutoConverge("c"));
        assertTrue(settings.allowsAutoConverge("a"));
        assertFalse(DecisionSettings.parse("{\"autoConverge\":\"NEVER\"}").allowsAutoConverge("a"));
        assertFalse(settings.digest().equals(DecisionSettings.DEFAULTS.digest()));
    }

    @Test
    void what_the_text_leaves_out_is_as_in_the_defaults() {
        assertEquals(DecisionSettings.DEFAULTS, DecisionSettings.parse("{}"));
        assertEquals(10, DecisionSettings.parse("{\"marginPermille\":10}").marginPermille());
        assertEquals(
                new MovesPerHour(3, 0, 0, 0, 0),
                DecisionSettings.parse("{\"movesPerHour\":{\"vm\":3}}").movesPerHour());
        assertEquals(
                Policy.CENTRALIZED,
                DecisionSettings.parse("{\"policy\":\"centralized\"}").policy());
    }

    @Test
    void a_setting_out_of_its_bounds_is_told_with_key_value_and_bounds() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> DecisionSettings.parse("{\"fillPermille\":1001}"))
                .getMessage();
        assertTrue(message.contains("scheduler.decisions.fill-permille is 1001; give 1 to 1000"), message);
    }
}
