package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Action;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.Move;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.RejectedMove;
import java.util.List;
import java.util.stream.Collectors;

/** A plan of the planner as it stands in events. */
final class Planned {
    private static final int BROKEN_NAMED = 3;

    private Planned() {}

    static List<PlannedMove> moves(Answer.Plan plan) {
        return plan.moves().stream().map(Planned::move).toList();
    }

    static List<RejectedMove> rejected(Answer.Plan plan) {
        return plan.rejected().stream()
                .map(rejection -> new RejectedMove(rejection.vmId(), rejection.why()))
                .toList();
    }

    /** What it leaves broken, in words; empty: nothing. */
    static String caveat(Answer.Plan plan) {
        List<String> broken = plan.stillBroken();
        if (broken.isEmpty()) {
            return "";
        }
        String named = broken.stream().limit(BROKEN_NAMED).collect(Collectors.joining(", "));
        int more = broken.size() - BROKEN_NAMED;
        return "still broken: " + named + (more > 0 ? " and " + more + " more" : "");
    }

    private static PlannedMove move(Move move) {
        return new PlannedMove(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.after(),
                move.estimatedMillis(),
                move.why(),
                move.mode(),
                move.action() == Action.MOVE_PAUSED,
                move.action() == Action.RESUME,
                ActionKind.UNKNOWN);
    }
}
