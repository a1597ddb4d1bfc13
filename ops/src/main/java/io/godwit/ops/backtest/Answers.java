package io.godwit.ops.backtest;

import io.godwit.schedulers.replay.RecordedCourse;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.PlannedMove;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What schedulers answered to the detections in one course.
 *
 * @param steps all that was commanded, and what was only proposed or shown, in the order of time
 * @param refused detections of the rule for which no plan was found, and nothing else either, in the order of time
 */
public record Answers(List<Step> steps, List<Refusal> refused) {
    static final Answers NONE = new Answers(List.of(), List.of());

    /** How far a step goes. */
    public enum Stand {
        COMMANDED,
        /** It waits for a person. */
        PROPOSED,
        /** It is shown, and nothing comes of it. */
        SHOWN
    }

    /**
     * A step of a plan, when it is first commanded, proposed or shown.
     *
     * @param ofRule whether a detection of the rule is its cause
     */
    public record Step(Instant at, Stand stand, PlannedMove move, String detectionId, boolean ofRule) {
        /** Whether a VM goes to another host by it. */
        public boolean migrates() {
            return (move.getAction() == ActionKind.UNKNOWN || move.getAction() == ActionKind.MIGRATE)
                    && !move.getResumes();
        }

        /** What it does, wherever it stands in time. */
        List<Object> what() {
            return List.of(
                    stand,
                    move.getAction(),
                    move.getResumes(),
                    move.getVmId(),
                    move.getSourceHostId(),
                    move.getTargetHostId());
        }
    }

    /**
     * A detection without a plan.
     *
     * @param at when it was last tried
     * @param tries how often
     * @param byBudget whether a budget of moves kept VMs on its host
     */
    public record Refusal(Instant at, String detectionId, String hostId, int tries, boolean byBudget, String why) {}

    /** @param ids of the detections that the rule drew in this course */
    static Answers of(RecordedCourse.Course course, Set<String> ids) {
        List<Step> steps = new ArrayList<>();
        course.commanded()
                .forEach(step -> steps.add(new Step(
                        course.from().plus(step.after()),
                        Stand.COMMANDED,
                        step.move(),
                        step.detectionId(),
                        ids.contains(step.detectionId()))));
        Set<List<Object>> known = new HashSet<>(); // looked up only
        for (RecordedCourse.Planned planned : course.plans()) {
            String detectionId = planned.plan().getDetectionId();
            stand(planned)
                    .ifPresent(stand -> planned.plan().getMoves().forEach(move -> {
                        Step step = new Step(planned.at(), stand, move, detectionId, ids.contains(detectionId));
                        if (known.add(List.of(detectionId, step.what()))) { // another plan may have had it, too
                            steps.add(step);
                        }
                    }));
        }
        steps.sort(Comparator.comparing(Step::at));
        return new Answers(List.copyOf(steps), refused(course, steps));
    }

    /** How far a plan goes that is not carried out; empty: it is, or nobody sees it. */
    private static Optional<Stand> stand(RecordedCourse.Planned planned) {
        return switch (planned.plan().getMode()) {
            case "approve" -> Optional.of(Stand.PROPOSED);
            case "advise" -> Optional.of(Stand.SHOWN);
            default -> Optional.empty();
        };
    }

    private static List<Refusal> refused(RecordedCourse.Course course, List<Step> steps) {
        Set<String> answered = steps.stream().map(Step::detectionId).collect(Collectors.toSet());
        return course.refused().stream()
                .filter(one -> !answered.contains(one.end().getDetectionId()))
                .map(one -> new Refusal(
                        one.at(),
                        one.end().getDetectionId(),
                        one.end().getInitiator(),
                        one.tries(),
                        one.byBudget(),
                        one.end().getReason() + stays(one)))
                .toList();
    }

    private static String stays(RecordedCourse.Refused refused) {
        return refused.staying().values().stream()
                .findFirst()
                .map(why -> "; " + refused.staying().size() + " VMs had to stay, one of them as follows: " + why.says())
                .orElse("");
    }

    /** Migrations that are commanded, whatever for. */
    public long migrations() {
        return count(Stand.COMMANDED, true);
    }

    /** Steps that are proposed or shown. */
    public long count(Stand stand) {
        return count(stand, false);
    }

    private long count(Stand stand, boolean migrating) {
        return steps.stream()
                .filter(step -> step.stand() == stand && (!migrating || step.migrates()))
                .count();
    }
}
