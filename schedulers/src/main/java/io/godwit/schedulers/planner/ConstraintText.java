package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line for each constraint, as "spread({a, b}) continuous": the order of constraints, what digests hold and what people
 * read. Sets whose order says nothing are sorted, so constraints that mean the same read alike.
 */
final class ConstraintText {
    private static final int BRIEF = 100;

    private ConstraintText() {}

    /** For people, who need not read each name of a large set. */
    static String brief(Constraint constraint) {
        return brief(of(constraint));
    }

    static String brief(String text) {
        return text.length() <= BRIEF ? text : text.substring(0, BRIEF - 1) + "…";
    }

    static String of(Constraint constraint) {
        return switch (constraint) {
            case Constraint.Spread it -> "spread(" + set(it.vms()) + ")" + when(it);
            case Constraint.Gather it -> "gather(" + set(it.vms()) + ")" + when(it);
            case Constraint.Fence it -> "fence(" + set(it.vms()) + ", " + set(it.hosts()) + ")" + when(it);
            case Constraint.Ban it -> "ban(" + set(it.vms()) + ", " + set(it.hosts()) + ")" + when(it);
            case Constraint.Among it -> "among(" + set(it.vms()) + ", " + sets(it.groups()) + ")" + when(it);
            case Constraint.Split it -> "split(" + sets(it.sets()) + ")" + when(it);
            case Constraint.SplitAmong it ->
                "splitAmong(" + sets(it.sets()) + ", " + sets(it.groups()) + ")" + when(it);
            case Constraint.Lonely it -> "lonely(" + set(it.vms()) + ")" + when(it);
            case Constraint.Root it -> "root(" + set(it.vms()) + ")";
            case Constraint.Quarantine it -> "quarantine(" + set(it.hosts()) + ")";
            case Constraint.Preserve it ->
                "preserve(" + set(it.vms()) + ", " + it.resource() + ", " + it.amount() + ")";
            case Constraint.Overbook it ->
                "overbook(" + set(it.hosts()) + ", " + it.resource() + ", " + it.factorPermille() + " permille)"
                        + when(it);
            case Constraint.ResourceCapacity it ->
                "resourceCapacity(" + set(it.hosts()) + ", " + it.resource() + ", " + it.amount() + ")" + when(it);
            case Constraint.RunningCapacity it ->
                "runningCapacity(" + set(it.hosts()) + ", " + it.vms() + ")" + when(it);
            case Constraint.MaxOnline it -> "maxOnline(" + set(it.hosts()) + ", " + it.online() + ")" + when(it);
            case Constraint.Online it -> "online(" + set(it.hosts()) + ")";
            case Constraint.Offline it -> "offline(" + set(it.hosts()) + ")";
            case Constraint.Seq it -> "seq([" + String.join(", ", it.vms()) + "])";
            case Constraint.Precedence it -> "precedence(" + set(it.earlier()) + ", " + set(it.later()) + ")";
            case Constraint.Serialize it -> "serialize(" + set(it.vms()) + ")";
            case Constraint.Sync it -> "sync(" + set(it.vms()) + ")";
            case Constraint.Deadline it -> "deadline(" + set(it.vms()) + ", " + it.withinMillis() + " ms)";
        };
    }

    private static String when(Constraint constraint) {
        return constraint.when() == When.CONTINUOUS ? " continuous" : "";
    }

    private static String set(List<String> ids) {
        return ids.stream().distinct().sorted().collect(Collectors.joining(", ", "{", "}"));
    }

    private static String sets(List<List<String>> sets) {
        return sets.stream().map(ConstraintText::set).sorted().collect(Collectors.joining(", ", "{", "}"));
    }
}
