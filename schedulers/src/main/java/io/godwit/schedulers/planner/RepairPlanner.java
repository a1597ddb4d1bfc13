package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Infeasible;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Viable;
import io.godwit.schedulers.planner.Board.Step;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import io.godwit.schemas.units.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Repairs a placement: fewest moves, then least migration time, then the order of ids. Greedy moves first; where they fail,
 * or need more moves than there must be, the placement model with the VMs of overloaded hosts; then with all VMs.
 */
public final class RepairPlanner implements Planner {
    /** Part of the nodes that the search may spend where a plan is known already and could only get shorter. */
    private static final int SHARE_TO_IMPROVE = 20;

    /** VMs up to which a node counts once; a node of a larger scope costs more CPU, so there are fewer of them. */
    private static final int PLAIN_SCOPE = 32;

    /** VMs that one plan lets arrive paused, at most. */
    private static final int SUSPENSIONS_MAX = 4;

    @Override
    public Answer plan(PlacementProblem problem) {
        Answer answer = withoutPause(problem);
        return problem.limits().maySuspend() && answer instanceof Infeasible none && none.stuck()
                ? withPause(problem, none)
                : answer;
    }

    /** As few VMs arrive paused as that takes. It has as many nodes again, an even share for each further VM. */
    private static Answer withPause(PlacementProblem problem, Infeasible without) {
        Budget budget = new Budget(without.nodesSearched() + problem.limits().nodes());
        budget.spend(without.nodesSearched());
        for (int paused = 1; paused <= SUSPENSIONS_MAX; paused++) {
            Board board = new Board(problem, false, paused);
            boolean mayLeaveBroken =
                    board.anyRealOverload() && (board.rules.anyBrokenAtStart() || board.anyRateTooMuch());
            int parts = (SUSPENSIONS_MAX + 1 - paused) * (mayLeaveBroken ? 2 : 1);
            Answer answer = plan(board, budget, parts);
            if (!(answer instanceof Plan) && mayLeaveBroken) {
                answer = plan(new Board(problem, true, paused), budget, parts - 1);
            }
            if (answer instanceof Plan) {
                return answer;
            }
        }
        return new Infeasible(without.reason(), budget.used(), without.limitHit(), true);
    }

    private static Answer withoutPause(PlacementProblem problem) {
        Board board = new Board(problem, false);
        if (!board.needsMoves()) {
            return new Viable();
        }
        boolean mayLeaveBroken = board.anyRealOverload() && (board.rules.anyBrokenAtStart() || board.anyRateTooMuch());
        Budget budget = new Budget(problem.limits().nodes());
        Answer answer = plan(board, budget, mayLeaveBroken ? 2 : 1);
        if (answer instanceof Infeasible && mayLeaveBroken) {
            // What cannot be mended with these hosts must not keep an overload from being relieved.
            Answer relief = plan(new Board(problem, true), budget, 1);
            if (relief instanceof Plan) {
                return relief;
            }
        }
        return answer;
    }

    /** @param parts in which the budget is kept for this and later attempts */
    private static Answer plan(Board board, Budget budget, int parts) {
        Optional<String> lack = lackInSum(board);
        if (lack.isPresent()) {
            return new Infeasible(lack.get(), budget.used(), false);
        }
        if (!board.anyFirstMove()) {
            String reason = "no VM on " + hosts(board) + " has room on another one to begin with; " + freeRoom(board);
            return new Infeasible(reason, budget.used(), false, true);
        }
        int least = LeastMoves.of(board);
        long nodes = Math.max(1, budget.left() / parts);
        Optional<List<Step>> best = greedy(board, least, budget);
        String engine = "greedy";
        if (best.isPresent() && best.get().size() <= least) {
            return answer(board, best.get(), budget, engine);
        }

        int[] scope = movable(board, true);
        PlacementSearch repair = new PlacementSearch(board, scope, budget);
        Optional<List<Step>> repaired = repair.find(best, share(nodes, best, 2, scope), least);
        if (repaired.isPresent()) {
            best = repaired;
            engine = "repair";
        }
        // A plan that moves a VM beyond that scope has one move more than must leave their hosts, at the least.
        if (best.isPresent() && best.get().size() <= least + (board.rules.isEmpty() ? 1 : 0)) {
            return answer(board, best.get(), budget, engine);
        }

        int[] all = movable(board, false);
        PlacementSearch full = new PlacementSearch(board, all, budget);
        int goodEnough = board.rules.isEmpty() ? least + 1 : least;
        Optional<List<Step>> rearranged = full.find(best, share(nodes, best, 1, all), goodEnough);
        if (rearranged.isPresent()) {
            best = rearranged;
            engine = "full";
        }
        if (best.isPresent()) {
            return answer(board, best.get(), budget, engine);
        }
        return infeasible(board, budget, full);
    }

    private static Optional<List<Step>> greedy(Board board, int least, Budget budget) {
        Optional<List<Step>> found = GreedyMoves.find(board, least);
        if (found.isEmpty() || board.rules.orders().isEmpty()) {
            return found;
        }
        int[] goal = board.home.clone();
        found.get().forEach(step -> goal[step.vm()] = step.target());
        Budget forOrder = new Budget(Math.max(1, budget.left() / 4));
        Optional<List<Step>> ordered = MoveOrder.find(board, goal, PlacementSearch.FURTHER_MAX, forOrder);
        budget.spend(forOrder.used());
        return ordered.filter(steps -> MoveSchedule.isInTime(board, steps));
    }

    /** Loads and compiles what the first answers need; a cold first search costs more than 100 ms of CPU. */
    public static void warmUp() {
        RepairPlanner planner = new RepairPlanner();
        for (int round = 0; round < 20; round++) {
            List<Host> hosts = new ArrayList<>();
            List<Vm> vms = new ArrayList<>();
            for (int host = 0; host < 4; host++) {
                hosts.add(new Host("h" + host, "h" + host, 8_000, 32L << 30, 125_000_000, 0, 0));
                for (int vm = 0; vm < 10; vm++) {
                    // Loads that no greedy move can settle, so that both searches run.
                    long demand = host == 0 ? 850 : 620 + 25 * host + 40 * ((vm + round) % 3);
                    vms.add(new Vm("v" + host + "-" + vm, "h" + host, demand, 1L << 30, 20_000_000, Optional.empty()));
                }
            }
            Limits limits = new Limits(300, 0, 1000);
            planner.plan(new PlacementProblem("h0", hosts, vms, List.of(), List.of(), limits));
        }
    }

    private static Answer answer(Board board, List<Step> steps, Budget budget, String engine) {
        List<Move> moves = MoveSchedule.of(board, steps);
        int[] place = board.home.clone();
        steps.forEach(step -> place[step.vm()] = step.target());
        return new Plan(
                moves, budget.used(), engine, new Explanations(board, steps).rejected(), board.stillBroken(place));
    }

    /** Nodes for one search; 0 where they would not reach two placements and a plan is known anyway. */
    private static long share(long nodes, Optional<List<Step>> known, int parts, int[] scope) {
        long share = Math.max(1, nodes / (known.isPresent() ? SHARE_TO_IMPROVE : parts));
        long scaled = Math.max(1, share * PLAIN_SCOPE / Math.max(PLAIN_SCOPE, scope.length));
        return known.isPresent() && scaled < 2L * scope.length ? 0 : scaled;
    }

    /** @param only those whose place is a reason for a plan */
    private static int[] movable(Board board, boolean only) {
        BitSet culprits = board.rules.culprits(board.home);
        return IntStream.range(0, board.vms)
                .filter(vm -> board.movable(vm) && (!only || board.overloaded[board.home[vm]] || culprits.get(vm)))
                .toArray();
    }

    /** A cheap necessary test: what the hosts are asked for in sum, against what they can give in sum. */
    private static Optional<String> lackInSum(Board board) {
        long cpu = Arrays.stream(board.atStart[Board.CPU]).sum();
        long cpuLimit = Arrays.stream(board.endLimit[Board.CPU]).sum();
        if (cpu > cpuLimit) {
            return Optional.of(hosts(board) + " can give " + cpuLimit + " mc in sum and are asked for " + cpu + " mc");
        }
        long memory = Arrays.stream(board.atStart[Board.MEMORY]).sum();
        long memoryLimit = Arrays.stream(board.endLimit[Board.MEMORY]).sum();
        return memory > memoryLimit
                ? Optional.of(hosts(board) + " have " + new ByteSize(memoryLimit) + " of memory in sum and hold "
                        + new ByteSize(memory))
                : Optional.empty();
    }

    private static Infeasible infeasible(Board board, Budget budget, PlacementSearch full) {
        String free = freeRoom(board);
        if (full.placementsFound() > 0) { // more detours might have led there, so this proves nothing
            String reason = full.placementsFound() + " placements on " + hosts(board)
                    + " would do, but no order of moves was found that reaches one without an overload on the way; "
                    + free;
            return new Infeasible(reason, budget.used(), true, true);
        }
        String reason = full.complete()
                ? "no placement on " + hosts(board) + " keeps each within its limits; " + free
                : "no plan for " + hosts(board) + " within "
                        + board.problem.limits().nodes() + " search nodes; " + free;
        return new Infeasible(reason, budget.used(), !full.complete());
    }

    private static String hosts(Board board) {
        return board.hosts == 1 ? "1 host" : board.hosts + " hosts";
    }

    private static String freeRoom(Board board) {
        long sum = 0;
        long most = 0;
        for (int host = 0; host < board.hosts; host++) {
            long free = Math.max(0, board.fillLimit[Board.CPU][host] - board.atStart[Board.CPU][host]);
            sum += free;
            most = Math.max(most, free);
        }
        return sum + " mc are free for VMs, " + most + " mc at most on one host";
    }
}
