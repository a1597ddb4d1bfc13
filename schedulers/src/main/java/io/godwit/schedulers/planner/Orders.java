package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** What constraints demand of the order of moves: seq, precedence, serialize, sync, deadline. They concern the moves of one plan. */
final class Orders {
    private record Precedence(BitSet earlier, BitSet later) {}

    private record Deadline(BitSet vms, long millis) {}

    private final List<Precedence> precedences = new ArrayList<>();
    private final List<BitSet> serial = new ArrayList<>();
    private final List<BitSet> together = new ArrayList<>();
    private final List<Deadline> deadlines = new ArrayList<>();
    private final BitSet named = new BitSet();

    Orders(List<Constraint> constraints, Map<String, Integer> vmIndex) {
        for (Constraint constraint : constraints) {
            switch (constraint) {
                case Constraint.Seq it -> {
                    for (int i = 0; i + 1 < it.vms().size(); i++) {
                        add(
                                indexes(it.vms().subList(i, i + 1), vmIndex),
                                indexes(it.vms().subList(i + 1, it.vms().size()), vmIndex));
                    }
                }
                case Constraint.Precedence it -> add(indexes(it.earlier(), vmIndex), indexes(it.later(), vmIndex));
                case Constraint.Serialize it -> serial.add(note(indexes(it.vms(), vmIndex)));
                case Constraint.Sync it -> together(indexes(it.vms(), vmIndex));
                case Constraint.Deadline it ->
                    deadlines.add(new Deadline(note(indexes(it.vms(), vmIndex)), it.withinMillis()));
                default -> {} // placements
            }
        }
    }

    private void add(BitSet earlier, BitSet later) {
        if (!earlier.isEmpty() && !later.isEmpty()) {
            precedences.add(new Precedence(note(earlier), note(later)));
        }
    }

    /** Sets that share a VM begin together as one. */
    private void together(BitSet vms) {
        BitSet joined = note(vms);
        for (BitSet other : List.copyOf(together)) {
            if (other.intersects(joined)) {
                together.remove(other);
                joined.or(other);
            }
        }
        together.add(joined);
    }

    private BitSet note(BitSet vms) {
        named.or(vms);
        return vms;
    }

    private static BitSet indexes(List<String> ids, Map<String, Integer> index) {
        BitSet found = new BitSet();
        for (String id : ids) {
            Integer at = index.get(id);
            if (at != null) {
                found.set(at);
            }
        }
        return found;
    }

    boolean isEmpty() {
        return named.isEmpty();
    }

    BitSet named() {
        return named;
    }

    /**
     * Whether the VM may move next.
     *
     * @param moved VMs that have moved
     * @param away VMs that are not yet where they end
     */
    boolean allow(int vm, BitSet moved, BitSet away) {
        for (Precedence precedence : precedences) {
            boolean tooEarly =
                    precedence.later().get(vm) && precedence.earlier().intersects(away);
            boolean tooLate = precedence.earlier().get(vm) && precedence.later().intersects(moved);
            if (tooEarly || tooLate) {
                return false;
            }
        }
        return true;
    }

    /** VMs that begin to move together with this one; itself alone mostly. */
    BitSet beginWith(int vm) {
        for (BitSet group : together) {
            if (group.get(vm)) {
                return group;
            }
        }
        BitSet alone = new BitSet();
        alone.set(vm);
        return alone;
    }

    /** Whether two moves that begin together may overlap. */
    boolean mayOverlap(BitSet vms) {
        for (BitSet each : serial) {
            BitSet both = (BitSet) each.clone();
            both.and(vms);
            if (both.cardinality() > 1) {
                return false;
            }
        }
        return precedences.stream()
                .noneMatch(
                        each -> each.earlier().intersects(vms) && each.later().intersects(vms));
    }

    boolean makeWait(int earlier, int later) {
        return precedences.stream()
                        .anyMatch(each ->
                                each.earlier().get(earlier) && each.later().get(later))
                || serial.stream().anyMatch(each -> each.get(earlier) && each.get(later));
    }

    /** Whether a move of the VM may end so long after the plan's begin. */
    boolean inTime(int vm, long endMillis) {
        return deadlines.stream().noneMatch(each -> each.vms().get(vm) && endMillis > each.millis());
    }
}
