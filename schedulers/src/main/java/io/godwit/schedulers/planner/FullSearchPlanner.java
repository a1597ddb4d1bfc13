package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Infeasible;
import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Viable;
import io.godwit.schedulers.planner.Board.Step;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The placement model alone, with all VMs free and the first plan taken: what {@link RepairPlanner} is measured against.
 * Given enough nodes it finds a plan wherever there is one.
 */
public final class FullSearchPlanner implements Planner {
    @Override
    public Answer plan(PlacementProblem problem) {
        Board board = new Board(problem, false);
        if (!board.needsMoves()) {
            return new Viable();
        }
        Budget budget = new Budget(problem.limits().nodes());
        int[] all = IntStream.range(0, board.vms).filter(board::movable).toArray();
        PlacementSearch search = new PlacementSearch(board, all, budget);
        Optional<List<Step>> steps =
                search.find(Optional.empty(), problem.limits().nodes(), Integer.MAX_VALUE);
        if (steps.isEmpty()) {
            return new Infeasible("the full search found no plan", budget.used(), !search.complete());
        }
        return new Plan(MoveSchedule.of(board, steps.get()), budget.used(), "full", List.of(), List.of());
    }
}
