package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds an order in which a placement can be reached, one move after the other, each into room that is free then. Where
 * VMs of full hosts must change places there is none: then one of them takes a detour by way of a host with room, which
 * costs a further move; or a VM steps aside and back, which costs two.
 *
 * <p>Iterative deepening over the number of further moves; a placement that failed with as many moves left is not tried
 * again. Every order in which moves overlap is stricter than one after the other, so nothing is missed.
 */
final class MoveOrder {
    private final Board board;
    private final int[] goal;
    private final Budget budget;
    private final int[] place;
    private final long[] cpuLoad;
    private final long[] memoryLoad;
    private final int[] order;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final Map<List<Integer>, Integer> failedWithSpare = new HashMap<>(); // looked up, never iterated

    private MoveOrder(Board board, int[] goal, Budget budget) {
        this.board = board;
        this.goal = goal;
        this.budget = budget;
        place = board.home.clone();
        cpuLoad = board.cpuAtStart.clone();
        memoryLoad = board.memoryAtStart.clone();
        // What relieves an overloaded host goes first, and of that what is fastest.
        order = IntStream.range(0, board.vms)
                .filter(vm -> board.movable[vm])
                .boxed()
                .sorted(Comparator.comparing((Integer vm) -> !board.overloaded[board.home[vm]])
                        .thenComparingLong(vm -> board.millis(vm, board.home[vm], goal[vm]))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Steps from the start to a placement.
     *
     * @param goal host of each VM
     * @param furtherMax moves beyond one for each VM that changes its host; 0 or more
     * @return steps, as few as possible; empty if there is no such order or the budget ended
     */
    static Optional<List<Step>> find(Board board, int[] goal, int furtherMax, Budget budget) {
        MoveOrder search = new MoveOrder(board, goal, budget);
        int away = 0;
        for (int vm = 0; vm < board.vms; vm++) {
            away += goal[vm] == board.home[vm] ? 0 : 1;
        }
        for (int further = 0; further <= furtherMax; further++) {
            if (search.reach(away, further)) {
                return Optional.of(new ArrayList<>(search.steps));
            }
            if (budget.left() == 0) {
                break;
            }
        }
        return Optional.empty();
    }

    /**
     * @param away VMs that are not at their goal
     * @param spare further moves that may still be spent
     */
    private boolean reach(int away, int spare) {
        if (away == 0) {
            return true;
        }
        if (!budget.spend()) {
            return false;
        }
        List<Integer> key = Arrays.stream(place).boxed().toList();
        Integer failed = failedWithSpare.get(key);
        if (failed != null && failed >= spare) {
            return false;
        }
        for (int vm : order) {
            if (place[vm] != goal[vm] && attempt(vm, goal[vm], away - 1, spare)) {
                return true;
            }
        }
        if (spare >= 1 && detour(away, spare)) {
            return true;
        }
        if (budget.left() > 0) { // an exhausted budget proves nothing
            failedWithSpare.put(key, spare);
        }
        return false;
    }

    private boolean detour(int away, int spare) {
        for (int vm : order) {
            boolean atGoal = place[vm] == goal[vm];
            int cost = atGoal ? 2 : 1;
            for (int host = 0; cost <= spare && host < board.hosts; host++) {
                if (host != goal[vm] && attempt(vm, host, atGoal ? away + 1 : away, spare - cost)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean attempt(int vm, int target, int away, int spare) {
        int source = place[vm];
        // Home may be banned for moves: a VM that stepped aside then cannot come back.
        if (source == target
                || !board.mayMoveTo(vm, target)
                || cpuLoad[target] + board.cpu[vm] > board.cpuCapacity[target]
                || memoryLoad[target] + board.memory[vm] > board.memoryCapacity[target]) {
            return false;
        }
        shift(vm, source, target);
        steps.addLast(new Step(vm, source, target));
        if (reach(away, spare)) {
            return true;
        }
        steps.removeLast();
        shift(vm, target, source);
        return false;
    }

    private void shift(int vm, int source, int target) {
        place[vm] = target;
        cpuLoad[source] -= board.cpu[vm];
        memoryLoad[source] -= board.memory[vm];
        cpuLoad[target] += board.cpu[vm];
        memoryLoad[target] += board.memory[vm];
    }
}
