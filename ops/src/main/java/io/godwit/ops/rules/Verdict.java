package io.godwit.ops.rules;

import io.godwit.ops.rules.Scenario.Expected;
import io.godwit.ops.settings.Settings;
import io.godwit.ops.settings.YamlNode.Spot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Holds the detections that came against those that were expected: each must have its own counterpart. */
final class Verdict {
    private static final int NONE = -1;

    private final List<Expected> expected;
    private final List<Drawn> drawn;

    /** For each detection that came, the index of the expectation that it meets, or NONE. */
    private final int[] met;

    private Verdict(List<Expected> expected, List<Drawn> drawn) {
        this.expected = expected;
        this.drawn = drawn;
        this.met = new int[drawn.size()];
        Arrays.fill(met, NONE);
        for (int index = 0; index < expected.size(); index++) {
            boolean _ = assign(index, new boolean[drawn.size()]);
        }
    }

    /**
     * What differs.
     *
     * @param at the expectation that was not met; empty for a detection that nobody expected
     */
    record Miss(Optional<Spot> at, String says) {}

    /** Everything that differs, expectations first; empty where all came as expected. */
    static List<Miss> of(List<Expected> expected, List<Drawn> drawn) {
        return new Verdict(expected, drawn).misses();
    }

    /** Gives an expectation a detection of its own, if need be by giving others another one. */
    private boolean assign(int index, boolean[] tried) {
        for (int candidate = 0; candidate < drawn.size(); candidate++) {
            if (!tried[candidate]
                    && differences(expected.get(index), drawn.get(candidate)).isEmpty()) {
                tried[candidate] = true;
                if (met[candidate] == NONE || assign(met[candidate], tried)) {
                    met[candidate] = index;
                    return true;
                }
            }
        }
        return false;
    }

    private List<Miss> misses() {
        List<Miss> misses = new ArrayList<>();
        Set<Integer> told = new HashSet<>();
        for (int index = 0; index < expected.size(); index++) {
            int number = index;
            if (IntStream.of(met).noneMatch(one -> one == number)) {
                misses.add(missing(expected.get(index), told));
            }
        }
        for (int index = 0; index < drawn.size(); index++) {
            if (met[index] == NONE && !told.contains(index)) {
                misses.add(new Miss(Optional.empty(), "came without being expected: " + words(drawn.get(index))));
            }
        }
        return misses;
    }

    /** @param told takes the detection that is told as the nearest, so that it is not told again */
    private Miss missing(Expected wanted, Set<Integer> told) {
        String says = "expected " + words(wanted);
        Optional<Integer> nearest = IntStream.range(0, drawn.size())
                .boxed()
                .min(Comparator.<Integer, Boolean>comparing(
                                one -> !drawn.get(one).hostId().equals(wanted.hostId()))
                        .thenComparing(one -> !drawn.get(one).vmId().equals(wanted.vmId()))
                        .thenComparing(one -> met[one] != NONE)
                        .thenComparingLong(one -> Math.abs(drawn.get(one).beginsMillis() - wanted.beginsMillis()))
                        .thenComparing(Comparator.naturalOrder()));
        if (nearest.isEmpty()) {
            return new Miss(Optional.of(wanted.at()), says + "; no detection came at all");
        }
        Drawn came = drawn.get(nearest.get());
        List<String> differences = differences(wanted, came);
        String how = met[nearest.get()] == NONE
                ? String.join(", ", differences)
                : "it stands for line " + expected.get(met[nearest.get()]).at().line() + " already";
        told.add(nearest.get());
        return new Miss(Optional.of(wanted.at()), says + "; the nearest that came: " + words(came) + " (" + how + ")");
    }

    /** In what a detection is not what was expected; empty where it is. */
    private static List<String> differences(Expected wanted, Drawn came) {
        List<String> differences = new ArrayList<>();
        if (!came.hostId().equals(wanted.hostId())) {
            differences.add("another host");
        }
        if (!came.vmId().equals(wanted.vmId())) {
            differences.add(wanted.vmId().isEmpty() ? "of a VM" : came.vmId().isEmpty() ? "of no VM" : "another VM");
        }
        off("begins", wanted.beginsMillis(), came.beginsMillis(), wanted.withinMillis())
                .ifPresent(differences::add);
        switch (wanted.end()) {
            case Scenario.End.Any _ -> {}
            case Scenario.End.Never _ ->
                came.endsMillis().ifPresent(_ -> differences.add("ends, and was to stay open"));
            case Scenario.End.At(long millis) ->
                came.endsMillis()
                        .map(ends -> off("ends", millis, ends, wanted.withinMillis()))
                        .orElseGet(() -> Optional.of("was still open when the scenario was over"))
                        .ifPresent(differences::add);
        }
        if (wanted.value().isPresent() && wanted.value().get() != came.value()) {
            differences.add(
                    "value is " + came.value() + " instead of " + wanted.value().get());
        }
        return differences;
    }

    private static Optional<String> off(String what, long wantedMillis, long cameMillis, long withinMillis) {
        long late = cameMillis - wantedMillis;
        return Math.abs(late) <= withinMillis
                ? Optional.empty()
                : Optional.of(what + " " + time(Math.abs(late)) + " too " + (late > 0 ? "late" : "early"));
    }

    private static String words(Expected wanted) {
        String end = switch (wanted.end()) {
            case Scenario.End.Any _ -> "";
            case Scenario.End.Never _ -> ", still open at the end";
            case Scenario.End.At(long millis) -> " to " + time(millis);
        };
        return subject(wanted.hostId(), wanted.vmId())
                + " from " + time(wanted.beginsMillis()) + end
                + wanted.value().map(value -> ", value " + value).orElse("")
                + (wanted.withinMillis() == 0 ? "" : ", within " + time(wanted.withinMillis()));
    }

    private static String words(Drawn came) {
        return subject(came.hostId(), came.vmId())
                + " from " + time(came.beginsMillis())
                + came.endsMillis().map(ends -> " to " + time(ends)).orElse(", still open at the end")
                + ", value " + came.value();
    }

    private static String subject(String hostId, String vmId) {
        return vmId.isEmpty() ? hostId : vmId + " on " + hostId;
    }

    private static String time(long millis) {
        return Settings.text(Duration.ofMillis(millis));
    }
}
