package io.godwit.schedulers.planner;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.chocosolver.solver.constraints.Propagator;
import org.chocosolver.solver.constraints.PropagatorPriority;
import org.chocosolver.solver.exception.ContradictionException;
import org.chocosolver.solver.variables.IntVar;
import org.chocosolver.util.ESat;

/**
 * Keeps the search below the best plan that is known: fewer moves, or as many that take less time. It counts the VMs that
 * must leave because of decisions, and those that must still leave each overloaded host, taken as the largest ones left; so
 * a branch that cannot win fails long before its placement is complete.
 */
final class FewerMoves extends Propagator<IntVar> {
    private final Board board;
    private final int[] scope;
    /** Positions in the scope of each overloaded host's VMs, largest first, by limited resource; null for other hosts. */
    private final int[][][] bySize;

    private final int[][] byMillis;
    private final long[] leastMillis;
    private int bestMoves;
    private long bestMillis;

    /**
     * @param scope VMs of the variables, in their order
     * @param bestMoves moves of the plan to beat; Integer.MAX_VALUE if there is none
     */
    FewerMoves(Board board, int[] scope, IntVar[] places, int bestMoves, long bestMillis) {
        super(places, PropagatorPriority.QUADRATIC, false);
        this.board = board;
        this.scope = scope.clone();
        this.bestMoves = bestMoves;
        this.bestMillis = bestMillis;
        leastMillis = Arrays.stream(scope).mapToLong(board::fastestMillis).toArray();
        bySize = Arrays.stream(board.limited)
                .mapToObj(resource -> sorted(Comparator.comparingLong((Integer i) -> -board.use[resource][scope[i]])))
                .toArray(int[][][]::new);
        byMillis = sorted(Comparator.comparingLong((Integer i) -> leastMillis[i]));
    }

    private int[][] sorted(Comparator<Integer> order) {
        int[][] positions = new int[board.hosts][];
        for (int host = 0; host < board.hosts; host++) {
            if (board.overloaded[host]) {
                int of = host;
                positions[host] = IntStream.range(0, scope.length)
                        .filter(i -> board.home[scope[i]] == of)
                        .boxed()
                        .sorted(order.thenComparing(Comparator.naturalOrder()))
                        .mapToInt(Integer::intValue)
                        .toArray();
            }
        }
        return positions;
    }

    /** From now on only what beats this counts, in branches that are open already too. */
    void beat(int moves, long millis) {
        bestMoves = moves;
        bestMillis = millis;
        forcePropagationOnBacktrack();
    }

    @Override
    public void propagate(int eventMask) throws ContradictionException {
        if (bestMoves == Integer.MAX_VALUE) {
            return;
        }
        int leaving = 0;
        long millis = 0;
        for (int i = 0; i < vars.length; i++) {
            if (!vars[i].contains(board.home[scope[i]])) {
                leaving++;
                millis += movingMillis(i);
            }
        }
        int needed = 0;
        for (int host = 0; host < board.hosts; host++) {
            if (board.overloaded[host]) {
                int more = stillNeeded(host);
                needed += more;
                millis += fastest(host, more);
            }
        }
        int least = leaving + needed;
        if (least > bestMoves || (least == bestMoves && millis >= bestMillis)) {
            fails();
        }
        if (leaving == bestMoves || (leaving == bestMoves - 1 && needed == 0 && millis >= bestMillis)) {
            stayAllOthers();
        }
    }

    private long movingMillis(int i) {
        int vm = scope[i];
        return vars[i].isInstantiated() ? board.millis(vm, board.home[vm], vars[i].getValue()) : leastMillis[i];
    }

    /** VMs that must leave the host besides those that are known to leave. */
    private int stillNeeded(int host) {
        int needed = 0;
        for (int i = 0; i < board.limited.length; i++) {
            int resource = board.limited[i];
            long excess = board.atStart[resource][host] - board.endLimit[resource][host];
            for (int position : bySize[i][host]) {
                if (!vars[position].contains(host)) {
                    excess -= board.use[resource][scope[position]];
                }
            }
            needed = Math.max(needed, count(bySize[i][host], host, excess, board.use[resource]));
        }
        return needed;
    }

    private int count(int[] descending, int host, long excess, long[] size) {
        long left = excess;
        int count = 0;
        for (int i : descending) {
            if (left <= 0) {
                break;
            }
            if (undecided(i, host)) {
                left -= size[scope[i]];
                count++;
            }
        }
        return count;
    }

    private long fastest(int host, int count) {
        long sum = 0;
        int left = count;
        for (int i : byMillis[host]) {
            if (left > 0 && undecided(i, host) && leastMillis[i] < Long.MAX_VALUE) {
                sum += leastMillis[i];
                left--;
            }
        }
        return sum;
    }

    private boolean undecided(int i, int host) {
        return vars[i].contains(host) && !vars[i].isInstantiated();
    }

    private void stayAllOthers() throws ContradictionException {
        for (int i = 0; i < vars.length; i++) {
            int home = board.home[scope[i]];
            if (vars[i].contains(home) && !vars[i].isInstantiated()) {
                vars[i].instantiateTo(home, this);
            }
        }
    }

    @Override
    public ESat isEntailed() {
        // Never a reason to reject a placement that was found: the search compares what it finds by itself.
        return ESat.TRUE;
    }
}
