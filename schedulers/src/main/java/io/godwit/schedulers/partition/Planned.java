package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.Move;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.RejectedMove;
import java.util.List;

/** A plan of the planner as it stands in events. */
final class Planned {
    private Planned() {}

    static List<PlannedMove> moves(Answer.Plan plan) {
        return plan.moves().stream().map(Planned::move).toList();
    }

    static List<RejectedMove> rejected(Answer.Plan plan) {
        return plan.rejected().stream()
                .map(rejection -> new RejectedMove(rejection.vmId(), rejection.why()))
                .toList();
    }

    private static PlannedMove move(Move move) {
        return new PlannedMove(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.after(),
                move.estimatedMillis(),
                move.why(),
                move.mode());
    }
}
