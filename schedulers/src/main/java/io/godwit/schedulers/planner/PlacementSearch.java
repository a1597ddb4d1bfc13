package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.chocosolver.solver.Model;
import org.chocosolver.solver.Solver;
import org.chocosolver.solver.constraints.Constraint;
import org.chocosolver.solver.constraints.nary.binPacking.PropBinPacking;
import org.chocosolver.solver.search.strategy.Search;
import org.chocosolver.solver.search.strategy.selectors.variables.InputOrder;
import org.chocosolver.solver.variables.BoolVar;
import org.chocosolver.solver.variables.IntVar;

/**
 * The placement model: one variable per VM that may move, two bin packings (CPU, memory), stay first, then the least loaded
 * host; branch and bound on moves, then time. Each placement that it finds gets its order from {@link MoveOrder}, so a
 * placement that needs detours counts with them, and one that no order reaches is passed over.
 *
 * <p>One thread, no restarts, no seeds: the same problem is searched in the same way every time.
 */
final class PlacementSearch {
    /** Moves beyond one per moved VM that an order may take. One or two happen; five were needed once in 60 000 problems. */
    static final int FURTHER_MAX = 5;

    /** Part of the nodes left that one order may take, so that a placement out of reach leaves some for the others. */
    private static final int SHARE_OF_ORDER = 4;

    /**
     * VMs up to which the packing also asks which sums their sizes can make. That takes the square of their number per host and
     * node: with 160 VMs on 16 hosts a node took 10 ms, and pruned next to nothing.
     */
    private static final int SUBSETS_MAX = 32;

    private final Board board;
    private final Budget budget;
    private final int[] scope;
    private final long[][] fixed;
    private boolean complete;
    private long placementsFound;

    /** @param scope VMs that may move; all others stay */
    PlacementSearch(Board board, int[] scope, Budget budget) {
        this.board = board;
        this.budget = budget;
        this.scope = scope;
        fixed = board.loadAtStart();
        for (int vm : scope) {
            for (int resource : board.limited) {
                fixed[resource][board.home[vm]] -= board.use[resource][vm];
            }
        }
    }

    /** Whether everything was seen: what was not found does not exist within the scope. */
    boolean complete() {
        return complete;
    }

    /** Placements that met the limits, in whatever order they could be reached. */
    long placementsFound() {
        return placementsFound;
    }

    /**
     * Steps that are better than those known.
     *
     * @param known the best steps so far, if any
     * @param nodes search nodes that this search may take of the budget; 0: none, so nothing is found
     * @param goodEnough moves at which the search no longer looks for fewer, only a little for faster; Integer.MAX_VALUE:
     *     the first placement that can be reached is taken
     */
    Optional<List<Step>> find(Optional<List<Step>> known, long nodes, int goodEnough) {
        if (nodes == 0) {
            return Optional.empty();
        }
        int[][] hosts = Arrays.stream(scope).mapToObj(this::hostsOf).toArray(int[][]::new);
        if (scope.length == 0 || isHopeless(hosts)) {
            complete = true;
            return Optional.empty();
        }
        PlacementModel placement = new PlacementModel(board, scope, hosts);
        Model model = placement.model();
        IntVar[] places = Arrays.stream(scope).mapToObj(placement::place).toArray(IntVar[]::new);
        for (int resource : board.limited) {
            IntVar[] loads = pack(model, places, resource);
            if (resource == Board.CPU) {
                keepFillLimits(model, places, loads);
            }
        }
        board.rules.post(placement);
        if (placement.failed()) {
            complete = true;
            return Optional.empty();
        }
        int bestMoves = known.map(List::size).orElse(Integer.MAX_VALUE);
        long bestMillis = known.map(board::millis).orElse(Long.MAX_VALUE);
        FewerMoves fewer = new FewerMoves(board, scope, places, bestMoves, bestMillis);
        new Constraint("fewer moves", fewer).post();

        Solver solver = model.getSolver();
        IntVar[] order = IntStream.range(0, scope.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> !board.overloaded[board.home[scope[i]]])
                        .thenComparingLong(i -> board.use[Board.CPU][scope[i]])
                        .thenComparing(Comparator.naturalOrder()))
                .map(i -> places[i])
                .toArray(IntVar[]::new);
        StayThenLeastLoaded values = new StayThenLeastLoaded(board, scope, places);
        solver.setSearch(Search.intVarSearch(new InputOrder<>(model), values, order));
        long[] ordering = {0}; // nodes that the orders took, which the solver does not count
        long[] cap = {Math.min(nodes, budget.left())};
        solver.addStopCriterion(() -> solver.getNodeCount() + ordering[0] >= cap[0]);

        Optional<List<Step>> best = Optional.empty();
        while (solver.solve()) {
            placementsFound++;
            long left = Math.max(0, cap[0] - solver.getNodeCount() - ordering[0]);
            Budget forOrder = new Budget(Math.ceilDiv(left, SHARE_OF_ORDER));
            Optional<List<Step>> steps = order(places, bestMoves, forOrder);
            ordering[0] += forOrder.used();
            if (steps.isPresent() && better(steps.get(), bestMoves, bestMillis)) {
                best = steps;
                bestMoves = steps.get().size();
                bestMillis = board.millis(steps.get());
                fewer.beat(bestMoves, bestMillis);
                if (goodEnough == Integer.MAX_VALUE) {
                    break;
                }
                if (bestMoves <= goodEnough) {
                    long used = solver.getNodeCount() + ordering[0];
                    cap[0] = Math.min(cap[0], used + Math.max(nodes / 20, 50));
                }
            }
        }
        complete = !solver.isStopCriterionMet();
        budget.spend(solver.getNodeCount() + ordering[0]);
        return best;
    }

    private Optional<List<Step>> order(IntVar[] places, int bestMoves, Budget forOrder) {
        int[] goal = board.home.clone();
        int away = 0;
        for (int i = 0; i < scope.length; i++) {
            goal[scope[i]] = places[i].getValue();
            away += goal[scope[i]] == board.home[scope[i]] ? 0 : 1;
        }
        int further = (int) Math.min(FURTHER_MAX, (long) bestMoves - away);
        return MoveOrder.find(board, goal, further, forOrder).filter(steps -> MoveSchedule.isInTime(board, steps));
    }

    private boolean better(List<Step> steps, int bestMoves, long bestMillis) {
        return steps.size() < bestMoves || (steps.size() == bestMoves && board.millis(steps) < bestMillis);
    }

    /** Whether what may not move is too much already, or a VM has nowhere to be. */
    private boolean isHopeless(int[][] hosts) {
        for (int resource : board.limited) {
            for (int host = 0; host < board.hosts; host++) {
                if (fixed[resource][host] > board.endLimit[resource][host]) {
                    return true;
                }
            }
        }
        boolean[] free = new boolean[board.vms];
        for (int i = 0; i < scope.length; i++) {
            free[scope[i]] = true;
            if (hosts[i].length == 0) {
                return true;
            }
        }
        return IntStream.range(0, board.vms).anyMatch(vm -> !free[vm] && board.rules.mustLeave(vm));
    }

    private int[] hostsOf(int vm) {
        return IntStream.range(0, board.hosts)
                .filter(host -> board.mayEndOn(vm, host)
                        && (host == board.home[vm] || board.fits(vm, host, fixed, board.fillLimit)))
                .toArray();
    }

    private IntVar[] pack(Model model, IntVar[] places, int resource) {
        long unit = unit(resource);
        int[] sizes = new int[scope.length];
        for (int i = 0; i < scope.length; i++) {
            sizes[i] = (int) Math.ceilDiv(board.use[resource][scope[i]], unit);
        }
        IntVar[] loads = new IntVar[board.hosts];
        for (int host = 0; host < board.hosts; host++) {
            long room = board.endLimit[resource][host] - fixed[resource][host];
            loads[host] = model.intVar("load" + host, 0, (int) Math.min(Units.SUM_MAX, room / unit));
        }
        if (scope.length <= SUBSETS_MAX) {
            model.binPacking(places, sizes, loads, 0).post();
        } else {
            model.sum(loads, "=", Arrays.stream(sizes).sum()).post();
            new Constraint("bin packing", new PropBinPacking(places, sizes, loads, 0, false)).post();
        }
        return loads;
    }

    private long unit(int resource) {
        return Units.of(
                Arrays.stream(scope).mapToObj(vm -> board.use[resource][vm]).toList());
    }

    /** A host that takes a VM in ends at its fill limit; nothing to say where that is its limit anyway. */
    private void keepFillLimits(Model model, IntVar[] places, IntVar[] loads) {
        long unit = unit(Board.CPU);
        for (int host = 0; host < board.hosts; host++) {
            long fill = board.fillLimit[Board.CPU][host];
            if (fill == board.endLimit[Board.CPU][host]) {
                continue;
            }
            int room = (int) Math.min(Units.SUM_MAX, Math.floorDiv(fill - fixed[Board.CPU][host], unit));
            BoolVar withinFill = model.arithm(loads[host], "<=", room).reify();
            for (int i = 0; i < scope.length; i++) {
                if (board.home[scope[i]] != host && places[i].contains(host)) {
                    BoolVar arrives = model.arithm(places[i], "=", host).reify();
                    model.arithm(arrives, "<=", withinFill).post();
                }
            }
        }
    }
}
