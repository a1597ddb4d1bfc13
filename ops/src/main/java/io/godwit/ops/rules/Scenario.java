package io.godwit.ops.rules;

import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ops.settings.YamlNode.Spot;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to some hosts, and which detections a rule is to draw of it. Times count from the scenario's beginning.
 *
 * @param at where it stands in its file
 * @param lastsMillis how long it lasts, where it says so; else until what the rule remembers of the last observation is over
 * @param hosts who some hosts are, by id; of others {@link #labelOf} tells
 * @param given in the order of the file
 * @param expected all detections that are to come; empty where none may
 */
record Scenario(
        String name,
        Spot at,
        Optional<Long> lastsMillis,
        Map<String, HostLabel> hosts,
        List<Given> given,
        List<Expected> expected) {
    /** The monitor of what names none. */
    static final String MONITOR = "monitor-1";

    /** Site and rack of hosts of which nothing else is said. */
    static final String SITE = "local";

    static final String RACK = "r1";

    /** As many observations as one scenario may give. */
    static final int OBSERVATIONS_MAX = 100_000;

    /**
     * An observation, once or again and again.
     *
     * @param everyMillis distance of its repetitions; above 0
     * @param untilMillis end of its repetitions, inclusive; atMillis where it comes once
     */
    record Given(long atMillis, long everyMillis, long untilMillis, Observation what) {
        static Given once(long atMillis, Observation what) {
            return new Given(atMillis, 1, atMillis, what);
        }

        long count() {
            return (untilMillis - atMillis) / everyMillis + 1;
        }

        /** When it comes for the last time. */
        long lastMillis() {
            return atMillis + (count() - 1) * everyMillis;
        }
    }

    /**
     * A detection that is to come.
     *
     * @param at where it stands in the file
     * @param vmId "" where it is one of the host
     * @param withinMillis how far off its beginning and its end may be
     */
    record Expected(
            Spot at, String hostId, String vmId, long beginsMillis, long withinMillis, End end, Optional<Long> value) {}

    /** What is expected of a detection's end. */
    sealed interface End {
        /** Nothing. */
        record Any() implements End {}

        record At(long millis) implements End {}

        /** It is still open when the scenario is over. */
        record Never() implements End {}
    }

    /** Who a host is; where nothing is said of it, it is called as its id. */
    HostLabel labelOf(String hostId) {
        return hosts.getOrDefault(hostId, new HostLabel(hostId, SITE, RACK, hostId));
    }

    /** When the last observation comes. */
    long lastMillis() {
        return given.stream().mapToLong(Given::lastMillis).max().orElse(0);
    }
}
