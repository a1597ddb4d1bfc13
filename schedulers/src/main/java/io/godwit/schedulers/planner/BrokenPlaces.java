package io.godwit.schedulers.planner;

import java.util.BitSet;

/** VMs whose place breaks a constraint, and which of them could go where; no plan is searched for. */
public final class BrokenPlaces {
    private BrokenPlaces() {}

    /** Whether a VM that may be moved is where a constraint does not want it, alone or beside others. */
    public static boolean any(PlacementProblem problem) {
        Board board = new Board(problem, false);
        return !board.rules.culprits(board.home).isEmpty();
    }

    /** Whether such a VM of another of the problem's hosts may move to this one, and has room there. */
    public static boolean mayGoTo(PlacementProblem problem, String hostId) {
        Board board = new Board(problem, false);
        int target = 0;
        while (!problem.hosts().get(target).hostId().equals(hostId)) {
            target++;
        }
        BitSet culprits = board.rules.culprits(board.home);
        for (int vm = culprits.nextSetBit(0); vm >= 0; vm = culprits.nextSetBit(vm + 1)) {
            boolean may = board.home[vm] != target
                    && board.mayEndOn(vm, target)
                    && board.rules.letIn(board.home, vm, target)
                    && board.fits(vm, target, board.atStart, board.fillLimit);
            if (may) {
                return true;
            }
        }
        return false;
    }
}
