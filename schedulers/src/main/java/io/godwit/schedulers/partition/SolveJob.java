package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schedulers.planner.PlanJudge;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.log.Topic;
import java.util.List;

/**
 * A solve that can last, so it runs outside the transaction that asked for it. Its answer is appended to the segment that
 * asked and comes back as an input; one that comes when the question is no longer open changes nothing. A job that is lost
 * is asked for anew after a while.
 *
 * @param segment segment that asks, to which the answer goes
 * @param key initiator of the asking host partition
 */
public record SolveJob(int segment, String key, SolveAsked asked, PlacementProblem problem) {
    /** Pure, and fit for any thread. What it costs can be told from the nodes searched of the SolveAnswered. */
    public Output answer(Planner planner) {
        return Output.of(Topic.HOST_PARTITIONS, segment, key, solve(planner));
    }

    private SolveAnswered solve(Planner planner) {
        return switch (planner.plan(problem)) {
            case Answer.Viable _ -> said(PlanAnswer.VIABLE, 0, "none", "");
            case Answer.Infeasible none -> said(PlanAnswer.INFEASIBLE, none.nodesSearched(), "none", none.reason());
            case Answer.Plan plan -> planned(plan, PlanJudge.check(problem, plan));
            case Answer.Refused refused -> planned(refused.plan(), refused.faults());
        };
    }

    private SolveAnswered planned(Answer.Plan plan, List<String> faults) {
        return SolveAnswered.newBuilder(
                        said(PlanAnswer.PLAN, plan.nodesSearched(), plan.engine(), Planned.caveat(plan)))
                .setMoves(Planned.moves(plan))
                .setRejected(Planned.rejected(plan))
                .setFaults(faults)
                .build();
    }

    private SolveAnswered said(PlanAnswer answer, long nodes, String engine, String reason) {
        return new SolveAnswered(
                asked.getDecision(),
                asked.getPartitionId(),
                asked.getSnapshotDigest(),
                answer,
                List.of(),
                List.of(),
                nodes,
                engine,
                reason,
                List.of());
    }
}
