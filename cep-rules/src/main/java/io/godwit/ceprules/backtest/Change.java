package io.godwit.ceprules.backtest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a detection of one version of a rule stands to those of another one. Two of one host or VM that overlap in time are the
 * same one.
 *
 * @param drawn by the version that is tried; empty where the other one alone drew it
 * @param before by the other one; empty where the version that is tried alone drew it
 */
public record Change(Kind kind, Optional<Drawn> drawn, Optional<Drawn> before) {
    /** Whether it is there in both. */
    public enum Kind {
        ADDED,
        REMOVED,
        /** In both, and it begins or ends at another time. */
        MOVED,
        SAME
    }

    private static Change of(Drawn drawn, Drawn before) {
        if (drawn == null || before == null) {
            return new Change(
                    before == null ? Kind.ADDED : Kind.REMOVED,
                    Optional.ofNullable(drawn),
                    Optional.ofNullable(before));
        }
        boolean same = drawn.since().equals(before.since()) && drawn.until().equals(before.until());
        return new Change(same ? Kind.SAME : Kind.MOVED, Optional.of(drawn), Optional.of(before));
    }

    /** The one that tells when and of whom. */
    public Drawn any() {
        return drawn.or(() -> before).orElseThrow();
    }

    /** Compares all detections of a stretch; in order of time. */
    public static List<Change> between(List<Drawn> drawn, List<Drawn> before) {
        Map<String, List<Drawn>> olds = bySubject(before);
        Map<String, List<Drawn>> news = bySubject(drawn);
        List<Change> changes = new ArrayList<>();
        news.forEach((subject, mine) -> pair(mine, olds.getOrDefault(subject, List.of()), changes));
        olds.forEach((subject, theirs) -> {
            if (!news.containsKey(subject)) {
                pair(List.of(), theirs, changes);
            }
        });
        changes.sort(Comparator.comparing(Change::any, Drawn.ORDER));
        return changes;
    }

    private static Map<String, List<Drawn>> bySubject(List<Drawn> all) {
        Map<String, List<Drawn>> by = new TreeMap<>();
        all.stream()
                .sorted(Drawn.ORDER)
                .forEach(one -> by.computeIfAbsent(one.subject(), _ -> new ArrayList<>())
                        .add(one));
        return by;
    }

    /** Those of one subject never overlap each other, so one pass finds the pairs. */
    private static void pair(List<Drawn> mine, List<Drawn> theirs, List<Change> into) {
        int i = 0;
        int j = 0;
        while (i < mine.size() || j < theirs.size()) {
            Drawn drawn = i < mine.size() ? mine.get(i) : null;
            Drawn before = j < theirs.size() ? theirs.get(j) : null;
            if (drawn != null && before != null && !drawn.overlaps(before)) {
                if (drawn.since().isBefore(before.since())) {
                    before = null;
                } else {
                    drawn = null;
                }
            }
            into.add(of(drawn, before));
            i += drawn == null ? 0 : 1;
            j += before == null ? 0 : 1;
        }
    }
}
