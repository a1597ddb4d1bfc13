package io.godwit.ops.judges;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.StatedConstraint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Plans keep the constraints that their scheduler had read: none is broken, or broken further, in the end state; none that is
 * continuous and held is broken while the plan's commands begin and end, with a VM on both hosts of its move.
 */
final class ConstraintJudge {
    /** A plan under way: where its VMs are, and what must stay true. */
    private record Plan(
            Map<String, Set<String>> places,
            List<StatedConstraint> all,
            List<StatedConstraint> kept,
            Set<String> hosts) {}

    private final Verdict.Say verdict;
    private final KnownHosts known;
    private final Map<Integer, TreeMap<String, List<StatedConstraint>>> bySegment = new HashMap<>();
    private final Map<String, List<StatedConstraint>> asked = new HashMap<>();
    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, Bringing> open = new TreeMap<>();
    private final Set<String> begun = new HashSet<>(); // a command may be written twice, the second time after its end

    ConstraintJudge(Verdict verdict, KnownHosts known) {
        this.verdict = verdict.of(ConstraintJudge.class);
        this.known = known;
    }

    /** The scheduler of a segment is about to take an input. */
    void delivered(int segment, SpecificRecord event) {
        TreeMap<String, List<StatedConstraint>> scripts = bySegment.computeIfAbsent(segment, _ -> new TreeMap<>());
        switch (event) {
            case ConstraintsApplied applied -> scripts.put(applied.getName(), applied.getConstraints());
            case ConstraintsWithdrawn withdrawn -> scripts.remove(withdrawn.getName());
            default -> {} // demands nothing
        }
    }

    private List<StatedConstraint> inForce(int segment) {
        return bySegment.getOrDefault(segment, new TreeMap<>()).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case SolveAsked question ->
                asked.put(
                        question.getPartitionId(),
                        inForce(question.getDecision().getSegment()));
            case PlanDecided decided when decided.getAnswer() == PlanAnswer.PLAN -> decided(decided, millis);
            case CommandSucceeded ended -> end(ended.getCommandId(), true, millis);
            case CommandFailed ended -> end(ended.getCommandId(), false, millis);
            case CommandRefused ended -> end(ended.getCommandId(), false, millis);
            case CommandAborted ended -> end(ended.getCommandId(), false, millis);
            case OutcomeRelayed ended ->
                end(ended.getCommandId(), ended.getOutcome().equals(LoadJudge.SUCCEEDED), millis);
            case PartitionClosed closed -> {
                plans.remove(closed.getPartitionId());
                asked.remove(closed.getPartitionId());
            }
            default ->
                Bringing.of(event).filter(order -> begun.add(order.commandId())).ifPresent(order -> {
                    open.put(order.commandId(), order);
                    begin(order, millis);
                });
        }
    }

    private void decided(PlanDecided decided, long millis) {
        List<StatedConstraint> constraints = asked.get(decided.getPartitionId());
        if (constraints == null) {
            constraints = inForce(decided.getDecision().getSegment());
        }
        if (constraints.isEmpty()) {
            return;
        }
        Map<String, Set<String>> before = new TreeMap<>();
        Map<String, KnownHosts.Host> hosts = known.of(decided);
        hosts.forEach((id, host) -> host.vms()
                .keySet()
                .forEach(vm -> before.computeIfAbsent(vm, _ -> new TreeSet<>()).add(id)));
        Map<String, Set<String>> after = copy(before);
        List<PlannedMove> moves =
                decided.getMoves().stream().filter(Bringing::by).toList();
        moves.forEach(move -> {
            Set<String> places = after.computeIfAbsent(move.getVmId(), _ -> new TreeSet<>());
            places.remove(move.getSourceHostId());
            places.add(move.getTargetHostId());
        });
        List<StatedConstraint> kept = new ArrayList<>();
        for (StatedConstraint constraint : constraints) {
            long was = amiss(constraint, before, hosts.keySet());
            long is = amiss(constraint, after, hosts.keySet());
            boolean shared = !hosts.keySet().containsAll(Amiss.bounded(constraint));
            if (is > was || (shared && Amiss.load(constraint, after) > Amiss.load(constraint, before))) {
                verdict.fault(
                        millis,
                        "the plan of %s ends with %s broken by %d, before by %d"
                                .formatted(decided.getPartitionId(), words(constraint), is, was));
            }
            if (moves.stream().anyMatch(move -> forbids(constraint, move))) {
                verdict.fault(
                        millis,
                        "the plan of %s moves what %s keeps".formatted(decided.getPartitionId(), words(constraint)));
            }
            if (was == 0 && constraint.getContinuous()) {
                kept.add(constraint);
            }
        }
        plans.put(decided.getPartitionId(), new Plan(before, constraints, kept, hosts.keySet()));
    }

    private static boolean forbids(StatedConstraint constraint, PlannedMove move) {
        return switch (constraint.getKind()) {
            case ROOT -> constraint.getVms().getFirst().contains(move.getVmId());
            case QUARANTINE ->
                constraint.getHosts().getFirst().contains(move.getSourceHostId())
                        || constraint.getHosts().getFirst().contains(move.getTargetHostId());
            default -> false;
        };
    }

    private void begin(Bringing order, long millis) {
        Plan plan = plans.get(order.partitionId());
        if (plan == null) {
            return; // no constraint was in force
        }
        plan.places().computeIfAbsent(order.vmId(), _ -> new TreeSet<>()).add(order.targetHostId());
        look(plan, order, "begins", millis);
        for (StatedConstraint constraint : plan.all()) {
            List<String> inOrder = orderOf(constraint);
            for (Bringing other : open.values()) {
                boolean both = other.partitionId().equals(order.partitionId())
                        && !other.vmId().equals(order.vmId())
                        && inOrder.contains(order.vmId())
                        && inOrder.contains(other.vmId());
                if (both && overlaps(constraint, other.vmId(), order.vmId())) {
                    verdict.fault(
                            millis,
                            "%s moves %s while %s moves %s, in spite of %s"
                                    .formatted(
                                            order.commandId(),
                                            order.vmId(),
                                            other.commandId(),
                                            other.vmId(),
                                            words(constraint)));
                }
            }
        }
    }

    /** VMs whose moves stand in an order. */
    private static List<String> orderOf(StatedConstraint constraint) {
        return switch (constraint.getKind()) {
            case SEQ, SERIALIZE, PRECEDENCE ->
                constraint.getVms().stream().flatMap(List::stream).toList();
            default -> List.of();
        };
    }

    private static boolean overlaps(StatedConstraint constraint, String one, String two) {
        return switch (constraint.getKind()) {
            case PRECEDENCE ->
                constraint.getVms().getFirst().contains(one)
                        != constraint.getVms().getFirst().contains(two);
            default -> true;
        };
    }

    private void end(String commandId, boolean came, long millis) {
        Bringing order = open.remove(commandId);
        Plan plan = order == null ? null : plans.get(order.partitionId());
        if (plan == null) {
            return;
        }
        plan.places().get(order.vmId()).remove(came ? order.sourceHostId() : order.targetHostId());
        look(plan, order, "has ended", millis);
    }

    private void look(Plan plan, Bringing order, String moment, long millis) {
        for (StatedConstraint constraint : plan.kept()) {
            long amiss = amiss(constraint, plan.places(), plan.hosts());
            if (amiss > 0) {
                verdict.fault(
                        millis,
                        "when %s %s, %s is broken by %d"
                                .formatted(order.commandId(), moment, words(constraint), amiss));
            }
        }
    }

    private static long amiss(StatedConstraint constraint, Map<String, Set<String>> places, Set<String> hosts) {
        boolean shared = !hosts.containsAll(Amiss.bounded(constraint));
        return shared ? 0 : Amiss.of(constraint, places);
    }

    private static Map<String, Set<String>> copy(Map<String, Set<String>> places) {
        Map<String, Set<String>> copy = new TreeMap<>();
        places.forEach((vm, on) -> copy.put(vm, new TreeSet<>(on)));
        return copy;
    }

    private static String words(StatedConstraint constraint) {
        return "%s%s(%s, %s)"
                .formatted(
                        constraint.getContinuous() ? "continuous " : "",
                        constraint.getKind(),
                        constraint.getVms(),
                        constraint.getHosts());
    }
}
