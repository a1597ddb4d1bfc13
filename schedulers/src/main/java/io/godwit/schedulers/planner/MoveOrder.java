package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Finds an order in which a placement can be reached, one move after the other, each into room that is free then and past
 * all that must hold on the way. Where VMs of full hosts must change places there is none: then one of them takes a detour by
 * way of a host with room, which costs a further move; or a VM steps aside and back, which costs two. Where the board lets VMs
 * pause, one may also arrive paused, and asks for no CPU until all are where they end. VMs that begin together are one step,
 * with all of them on both ends at once.
 *
 * <p>Iterative deepening over the number of further moves; a placement that failed with as many moves left is not tried
 * again. Every order in which moves overlap is stricter than one after the other, so nothing is missed.
 */
final class MoveOrder {
    private final Board board;
    private final int[] goal;
    private final Budget budget;
    private final int[] place;
    private final long[][] load;
    private final BitSet away = new BitSet();
    private final BitSet paused = new BitSet();
    private final int[] moves;
    private final int[] order;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final Map<List<Integer>, Integer> failedWithSpare = new HashMap<>(); // looked up, never iterated

    private MoveOrder(Board board, int[] goal, Budget budget) {
        this.board = board;
        this.goal = goal;
        this.budget = budget;
        place = board.home.clone();
        load = board.loadAtStart();
        moves = new int[board.vms];
        // What relieves an overloaded host goes first, and of that what is fastest.
        order = IntStream.range(0, board.vms)
                .filter(board::movable)
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
        for (int vm = 0; vm < board.vms; vm++) {
            search.away.set(vm, goal[vm] != board.home[vm]);
        }
        for (int further = 0; further <= furtherMax; further++) {
            if (search.reach(further)) {
                return Optional.of(new ArrayList<>(search.steps));
            }
            if (budget.left() == 0) {
                break;
            }
        }
        return Optional.empty();
    }

    /** @param spare further moves that may still be spent */
    private boolean reach(int spare) {
        if (away.isEmpty()) {
            return true;
        }
        if (!budget.spend()) {
            return false;
        }
        List<Integer> key = key();
        Integer failed = failedWithSpare.get(key);
        if (failed != null && failed >= spare) {
            return false;
        }
        for (int vm : order) {
            if (away.get(vm) && attempt(vm, goal[vm], spare)) {
                return true;
            }
        }
        if (paused.cardinality() < board.suspensionsMax && pause(spare)) {
            return true;
        }
        if (spare >= 1 && detour(spare)) {
            return true;
        }
        if (budget.left() > 0) { // an exhausted budget proves nothing
            failedWithSpare.put(key, spare);
        }
        return false;
    }

    /** Where all are, and where the order matters who has moved. */
    private List<Integer> key() {
        List<Integer> key = new ArrayList<>(place.length);
        for (int host : place) {
            key.add(host);
        }
        board.rules.orders().named().stream().filter(vm -> moves[vm] > 0).forEach(key::add);
        paused.stream().map(vm -> -1 - vm).forEach(key::add);
        return key;
    }

    /** A VM goes where it ends and is paused there, as that host has memory and no CPU for it yet. */
    private boolean pause(int spare) {
        for (int vm : order) {
            boolean may = away.get(vm)
                    && board.mayPause(vm)
                    && board.mayMoveTo(vm, goal[vm])
                    && board.fitsPaused(vm, goal[vm], load)
                    && board.rules.letPass(place, vm, goal[vm]);
            if (may) {
                Step step = new Step(vm, place[vm], goal[vm], Action.MOVE_PAUSED);
                take(vm, step.source(), step.target(), 1);
                load[Board.CPU][step.target()] -= board.use[Board.CPU][vm];
                paused.set(vm);
                steps.addLast(step);
                if (reach(spare)) {
                    return true;
                }
                steps.removeLast();
                paused.clear(vm);
                load[Board.CPU][step.target()] += board.use[Board.CPU][vm];
                take(vm, step.target(), step.source(), -1);
            }
        }
        return false;
    }

    private boolean detour(int spare) {
        for (int vm : order) {
            int cost = away.get(vm) ? 1 : 2;
            for (int host = 0; cost <= spare && host < board.hosts; host++) {
                if (host != goal[vm] && attempt(vm, host, spare - cost)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean attempt(int vm, int target, int spare) {
        if (place[vm] == target || paused.get(vm)) { // a paused one cannot be moved
            return false;
        }
        Orders orders = board.rules.orders();
        List<Step> together = orders.isEmpty() ? List.of(new Step(vm, place[vm], target)) : together(vm, target);
        if (!mayBegin(together)) {
            return false;
        }
        together.forEach(step -> take(step.vm(), step.source(), step.target(), 1));
        together.forEach(steps::addLast);
        if (reach(spare)) {
            return true;
        }
        together.forEach(_ -> steps.removeLast());
        together.forEach(step -> take(step.vm(), step.target(), step.source(), -1));
        return false;
    }

    /** The move, with those that must begin with it; none where that cannot be. */
    private List<Step> together(int vm, int target) {
        Orders orders = board.rules.orders();
        BitSet group = (BitSet) orders.beginWith(vm).clone();
        BitSet others = new BitSet();
        boolean anyMoved = false;
        for (int each = group.nextSetBit(0); each >= 0; each = group.nextSetBit(each + 1)) {
            others.set(each, each != vm && (away.get(each) || moves[each] > 0));
            anyMoved |= moves[each] > 0;
        }
        if (!others.isEmpty() && (anyMoved || target != goal[vm] || !away.get(vm) || others.nextSetBit(0) < vm)) {
            return List.of(); // two moves of one VM cannot begin at once with those of others
        }
        others.set(vm);
        BitSet moved = new BitSet();
        for (int each = 0; each < moves.length; each++) {
            moved.set(each, moves[each] > 0);
        }
        boolean allowed =
                orders.mayOverlap(others) && others.stream().allMatch(each -> orders.allow(each, moved, away));
        return allowed
                ? others.stream()
                        .mapToObj(each -> new Step(each, place[each], each == vm ? target : goal[each]))
                        .toList()
                : List.of();
    }

    private boolean mayBegin(List<Step> together) {
        if (together.size() == 1) {
            Step step = together.getFirst();
            // Home may be banned for moves: a VM that stepped aside then cannot come back.
            return board.mayMoveTo(step.vm(), step.target())
                    && board.fits(step.vm(), step.target(), load, board.wayLimit)
                    && board.rules.letPass(place, step.vm(), step.target());
        }
        boolean may = !together.isEmpty();
        int[] placeBefore = place.clone();
        List<Step> arrived = new ArrayList<>();
        for (Step step : together) {
            may = may
                    && board.mayMoveTo(step.vm(), step.target())
                    && board.fits(step.vm(), step.target(), load, board.wayLimit)
                    && board.rules.letPass(placeBefore, step.vm(), step.target())
                    && board.rules.letPass(place, step.vm(), step.target())
                    && arrived.stream().noneMatch(other -> board.rules.makeWait(placeBefore, other, step));
            if (may) {
                for (int resource : board.limited) { // on both ends
                    load[resource][step.target()] += board.use[resource][step.vm()];
                }
                place[step.vm()] = step.target();
                arrived.add(step);
            }
        }
        for (Step step : arrived) {
            for (int resource : board.limited) {
                load[resource][step.target()] -= board.use[resource][step.vm()];
            }
            place[step.vm()] = step.source();
        }
        return may;
    }

    private void take(int vm, int source, int target, int count) {
        board.shift(load, vm, source, target);
        place[vm] = target;
        moves[vm] += count;
        away.set(vm, goal[vm] != target);
    }
}
