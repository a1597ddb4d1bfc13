package io.godwit.schedulers.planner;

import java.util.Arrays;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.constraints.Constraint;
import org.chocosolver.solver.variables.IntVar;

/** The solver's model, with a variable for the host of each VM that may move and a constant for each that stays. */
final class PlacementModel {
    private final Model model = new Model("placement");
    private final Board board;
    private final IntVar[] places;
    private final boolean[] fixed;
    private boolean failed;

    /** @param hosts where each VM of the scope may be */
    PlacementModel(Board board, int[] scope, int[][] hosts) {
        this.board = board;
        places = new IntVar[board.vms];
        fixed = new boolean[board.vms];
        Arrays.fill(fixed, true);
        for (int i = 0; i < scope.length; i++) {
            places[scope[i]] = model.intVar("vm" + scope[i], hosts[i]);
            fixed[scope[i]] = false;
        }
    }

    Model model() {
        return model;
    }

    int home(int vm) {
        return board.home[vm];
    }

    boolean isFixed(int vm) {
        return fixed[vm];
    }

    IntVar place(int vm) {
        if (places[vm] == null) {
            places[vm] = model.intVar(board.home[vm]);
        }
        return places[vm];
    }

    /** The VM is not on the host in the end. */
    void forbid(int vm, int host) {
        if (!fixed[vm]) {
            Constraint elsewhere = model.arithm(places[vm], "!=", host);
            elsewhere.post();
        } else if (board.home[vm] == host) {
            fail();
        }
    }

    /** What stays alone breaks a rule already. */
    void fail() {
        failed = true;
    }

    boolean failed() {
        return failed;
    }
}
