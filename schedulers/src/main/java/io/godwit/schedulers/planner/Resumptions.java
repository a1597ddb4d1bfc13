package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
import java.util.List;

/** Puts the resumption of each VM that arrives paused into the steps, as early as no arrival after it lacks its CPU. */
final class Resumptions {
    private Resumptions() {}

    /** @param moves steps that are possible one after the other, with all VMs where they end after the last */
    static List<Step> into(Board board, List<Step> moves) {
        List<Step> steps = new ArrayList<>(moves);
        for (Step move : moves) {
            if (move.action() == Action.MOVE_PAUSED) {
                Step resume = new Step(move.vm(), move.target(), move.target(), Action.RESUME);
                int at = steps.size(); // in the end it fits: the placement is within its limits
                for (int earlier = steps.indexOf(move) + 1; earlier < at; earlier++) {
                    List<Step> with = new ArrayList<>(steps);
                    with.add(earlier, resume);
                    at = isPossible(board, with, resume.target()) ? earlier : at;
                }
                steps.add(at, resume);
            }
        }
        return steps;
    }

    /** Whether each step that asks a host for more CPU finds it there. */
    private static boolean isPossible(Board board, List<Step> steps, int host) {
        long load = board.atStart[Board.CPU][host];
        for (Step step : steps) {
            long amount = board.use[Board.CPU][step.vm()];
            boolean arrives = step.target() == host && step.action() != Action.MOVE_PAUSED;
            if (arrives && load + amount > board.wayLimit[Board.CPU][host]) {
                return false;
            }
            load += arrives ? amount : 0;
            load -= step.source() == host && step.action() != Action.RESUME ? amount : 0;
        }
        return true;
    }
}
