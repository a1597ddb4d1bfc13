package io.godwit.ops.backtest;

import io.godwit.ceprules.backtest.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a step of one course stands to those of the other one: the same is done, at another time, or in one of them alone.
 *
 * @param before empty where it is not there
 */
public record StepChange(Change.Kind kind, Optional<Answers.Step> tried, Optional<Answers.Step> before) {
    /** What both do within so short a time, they do at the same time. */
    private static final Duration SAME_TIME = Duration.ofSeconds(1);

    /** The one that tells what. */
    public Answers.Step any() {
        return tried.or(() -> before).orElseThrow();
    }

    /** All steps of both, in order of time. */
    public static List<StepChange> between(Answers tried, Answers before) {
        Map<List<Object>, List<Answers.Step>> left = new LinkedHashMap<>();
        before.steps()
                .forEach(step -> left.computeIfAbsent(step.what(), _ -> new ArrayList<>())
                        .add(step));
        List<StepChange> changes = new ArrayList<>();
        for (Answers.Step step : tried.steps()) {
            List<Answers.Step> alike = left.getOrDefault(step.what(), List.of());
            changes.add(of(step, alike.isEmpty() ? null : alike.removeFirst()));
        }
        left.values()
                .forEach(steps -> steps.forEach(
                        step -> changes.add(new StepChange(Change.Kind.REMOVED, Optional.empty(), Optional.of(step)))));
        changes.sort(Comparator.comparing(change -> change.any().at()));
        return changes;
    }

    private static StepChange of(Answers.Step step, Answers.Step before) {
        if (before == null) {
            return new StepChange(Change.Kind.ADDED, Optional.of(step), Optional.empty());
        }
        boolean same = Duration.between(step.at(), before.at()).abs().compareTo(SAME_TIME) <= 0;
        return new StepChange(same ? Change.Kind.SAME : Change.Kind.MOVED, Optional.of(step), Optional.of(before));
    }
}
