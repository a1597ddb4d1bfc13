package io.godwit.schedulers.planner;

import org.chocosolver.solver.search.strategy.selectors.values.IntValueSelector;
import org.chocosolver.solver.variables.IntVar;

/**
 * Where the search tries a VM first: at home; if it must leave, on the host that is reached fastest, then has the most CPU
 * left while every VM that is not decided stays at home, then comes first.
 */
final class StayThenLeastLoaded implements IntValueSelector {
    private final Board board;
    private final int[] scope;
    private final IntVar[] places;
    private final int[] positionById;
    private final int firstId;
    private final long[] spare;

    StayThenLeastLoaded(Board board, int[] scope, IntVar[] places) {
        this.board = board;
        this.scope = scope.clone();
        this.places = places.clone();
        spare = new long[board.hosts];
        // The solver counts ids upwards as variables are made, and these were made one after the other.
        firstId = places.length == 0 ? 0 : places[0].getId();
        int lastId = places.length == 0 ? 0 : places[places.length - 1].getId();
        positionById = new int[lastId - firstId + 1];
        for (int i = 0; i < places.length; i++) {
            positionById[places[i].getId() - firstId] = i;
        }
    }

    @Override
    public int selectValue(IntVar place) {
        int vm = scope[positionById[place.getId() - firstId]];
        int home = board.home[vm];
        if (place.contains(home)) {
            return home;
        }
        countSpare();
        int best = -1;
        int last = place.getUB();
        for (int host = place.getLB(); host <= last; host = place.nextValue(host)) {
            if (best < 0) {
                best = host;
                continue;
            }
            int faster = Long.compare(board.millis(vm, home, host), board.millis(vm, home, best));
            if (faster < 0 || (faster == 0 && spare[host] > spare[best])) {
                best = host;
            }
        }
        return best;
    }

    private void countSpare() {
        for (int host = 0; host < board.hosts; host++) {
            spare[host] = board.fillLimit[Board.CPU][host] - board.atStart[Board.CPU][host];
        }
        for (int i = 0; i < places.length; i++) {
            if (places[i].isInstantiated()) {
                int vm = scope[i];
                spare[board.home[vm]] += board.use[Board.CPU][vm];
                spare[places[i].getValue()] -= board.use[Board.CPU][vm];
            }
        }
    }
}
