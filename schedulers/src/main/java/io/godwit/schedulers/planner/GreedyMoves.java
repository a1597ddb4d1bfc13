package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Moves VMs off overloaded hosts one after the other, each into room that is free by then. Exact where one move is enough,
 * near the optimum where there is room, and it never looks back: so it is tried in a few manners, from the one for ordinary
 * loads to those for nearly full hosts, where room has to be gathered first.
 */
final class GreedyMoves {
    /**
     * How it chooses.
     *
     * @param fastest of the VMs whose leaving is enough the fastest to move, else the smallest, which wastes no room
     * @param emptiest the target with the most CPU left, which keeps it from the next overload; else the fullest that has
     *     room, which keeps large rooms large
     * @param gathers whether a VM of another host may move on to make room
     */
    private record Manner(boolean fastest, boolean emptiest, boolean gathers) {
        static final List<Manner> WITH_ROOM = List.of(
                new Manner(true, true, false),
                new Manner(true, false, false),
                new Manner(false, true, false),
                new Manner(false, false, false));
        static final List<Manner> NEARLY_FULL = List.of(
                new Manner(true, true, true),
                new Manner(true, false, true),
                new Manner(false, true, true),
                new Manner(false, false, true));
    }

    /** VMs up to which room is gathered for a plan that could only get a little shorter. */
    private static final int VMS_TO_GATHER_FOR = 640;

    private final Board board;
    private final Manner manner;
    private final long[][] load;
    private final int[] place;
    private BitSet culprits;
    private final List<Step> steps = new ArrayList<>();
    private final boolean[] moved;
    private final Comparator<Candidate> order;

    private GreedyMoves(Board board, Manner manner) {
        this.board = board;
        this.manner = manner;
        load = board.loadAtStart();
        place = board.home.clone();
        culprits = board.rules.culprits(place);
        moved = new boolean[board.vms];
        Comparator<Candidate> bySize = Comparator.comparingLong(
                candidate -> board.use[Board.CPU][candidate.step().vm()]);
        Comparator<Candidate> byTime = Comparator.comparingLong(Candidate::millis);
        order = Comparator.comparing((Candidate candidate) -> !candidate.mends())
                .thenComparingLong(Candidate::leftover)
                .thenComparing(manner.fastest() ? byTime : bySize.thenComparing(byTime))
                .thenComparingLong(candidate -> manner.emptiest() ? -candidate.spare() : candidate.spare())
                .thenComparingInt(candidate -> candidate.step().vm())
                .thenComparingInt(candidate -> candidate.step().target());
    }

    /**
     * Steps that bring every overloaded host within its limits, the best that any manner finds; empty if none leads there.
     *
     * @param least moves that there must be; the first manner that needs no more is taken
     */
    static Optional<List<Step>> find(Board board, int least) {
        Optional<List<Step>> best = Optional.empty();
        for (List<Manner> manners : List.of(Manner.WITH_ROOM, Manner.NEARLY_FULL)) {
            if (best.isPresent() && board.vms > VMS_TO_GATHER_FOR) {
                return best; // each pair of VMs is looked at where room is gathered
            }
            for (Manner manner : manners) {
                GreedyMoves greedy = new GreedyMoves(board, manner);
                if (greedy.relieveAll() && (best.isEmpty() || greedy.isBetterThan(best.get()))) {
                    best = Optional.of(greedy.steps);
                }
                if (best.isPresent() && best.get().size() <= least) {
                    return best;
                }
            }
        }
        return best;
    }

    private boolean isBetterThan(List<Step> known) {
        return steps.size() != known.size() ? steps.size() < known.size() : board.millis(steps) < board.millis(known);
    }

    private boolean relieveAll() {
        if (!mend(true)) {
            return false;
        }
        List<Integer> overloaded = IntStream.range(0, board.hosts)
                .filter(host -> board.overloaded[host])
                .boxed()
                .sorted(Comparator.comparingLong((Integer host) -> -excess(host, Board.CPU))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        for (int host : overloaded) {
            if (!relieve(host)) {
                return false;
            }
        }
        if (!mend(false) || !board.rules.hold(place)) {
            return false;
        }
        exchangeForFaster();
        return true;
    }

    private boolean relieve(int host) {
        while (isOverloaded(host)) {
            Candidate best = null;
            for (int vm : board.movableOn(host)) {
                int target = moved[vm] ? -1 : bestTarget(vm);
                if (target >= 0) {
                    best = better(best, candidate(new Step(vm, host, target), null));
                }
            }
            if (manner.gathers() && (best == null || best.leftover() > 0)) {
                best = better(best, bestWithRoomMade(host, null));
            }
            if (best == null) {
                return false;
            }
            take(best);
        }
        return true;
    }

    /**
     * Moves VMs one after the other until all constraints hold.
     *
     * @param forcedOnly only those that cannot stay whatever the others do
     */
    private boolean mend(boolean forcedOnly) {
        while (true) {
            Candidate best = null;
            boolean any = false;
            for (int vm = culprits.nextSetBit(0); vm >= 0; vm = culprits.nextSetBit(vm + 1)) {
                if (moved[vm] || (forcedOnly && !board.rules.mustLeave(vm))) {
                    continue;
                }
                any = true;
                int target = bestTarget(vm);
                if (target >= 0) {
                    best = better(best, candidate(new Step(vm, place[vm], target), null));
                }
            }
            if (!any) {
                return true;
            }
            if (best == null && manner.gathers()) {
                best = bestWithRoomMade(-1, culprits);
            }
            if (best == null) {
                return forcedOnly; // those that are left may find room once overloaded hosts are relieved
            }
            take(best);
        }
    }

    /**
     * The best VM to leave into room that one VM of the target makes by moving on; null if there is none.
     *
     * @param host that VMs should leave; −1: any
     * @param among which VMs; null: all
     */
    private Candidate bestWithRoomMade(int host, BitSet among) {
        Candidate best = null;
        for (int first = 0; first < board.vms; first++) {
            int target = board.home[first];
            int onTo = target == host || moved[first] || !board.movable(first) ? -1 : bestTarget(first);
            if (onTo < 0) {
                continue;
            }
            Step makesRoom = new Step(first, target, onTo);
            apply(makesRoom, 1);
            for (int vm = 0; vm < board.vms; vm++) {
                boolean asked = host < 0 ? among.get(vm) : board.home[vm] == host;
                if (asked && vm != first && board.movable(vm) && !moved[vm] && fits(vm, target)) {
                    best = better(best, candidate(new Step(vm, place[vm], target), makesRoom));
                }
            }
            apply(makesRoom, -1);
        }
        return best;
    }

    /**
     * A possible next move. Those that end the overload come before those that only lessen it.
     *
     * @param mends whether the VM is one of those whose place breaks a constraint
     * @param first the move that makes room for it; null if there is room
     * @param leftover share of the excess that stays, in millionths; 0: this move is enough
     * @param spare CPU left on the target
     */
    private record Candidate(Step step, boolean mends, Step first, long leftover, long millis, long spare) {}

    private Candidate candidate(Step step, Step first) {
        long leftover = 0;
        for (int resource : board.limited) {
            long excess = excess(step.source(), resource);
            leftover = Math.max(leftover, leftover(excess, board.use[resource][step.vm()]));
        }
        long millis = board.millis(step.vm(), step.source(), step.target())
                + (first == null ? 0 : board.millis(first.vm(), first.source(), first.target()));
        return new Candidate(
                step, culprits.get(step.vm()), first, leftover, millis, spareAfter(step.vm(), step.target()));
    }

    private Candidate better(Candidate best, Candidate other) {
        return best == null || (other != null && order.compare(other, best) < 0) ? other : best;
    }

    private static long leftover(long excess, long relief) {
        // The divisor comes first: an excess in bytes times a million would not fit a long.
        return excess <= relief ? 0 : Math.max(1, (excess - relief) / Math.max(1, excess / 1_000_000));
    }

    /** The allowed host with room that is reached fastest, then as the manner wants it, then comes first; −1: none. */
    private int bestTarget(int vm) {
        int best = -1;
        for (int host = 0; host < board.hosts; host++) {
            if (fits(vm, host) && (best < 0 || isBetterTarget(vm, host, best))) {
                best = host;
            }
        }
        return best;
    }

    private boolean isBetterTarget(int vm, int host, int known) {
        int faster = Long.compare(board.millis(vm, board.home[vm], host), board.millis(vm, board.home[vm], known));
        int fuller = Long.compare(spareAfter(vm, host), spareAfter(vm, known));
        return faster < 0 || (faster == 0 && (manner.emptiest() ? fuller > 0 : fuller < 0));
    }

    private boolean fits(int vm, int host) {
        return host != board.home[vm]
                && board.mayEndOn(vm, host)
                && board.fits(vm, host, load, board.fillLimit)
                && board.rules.letIn(place, vm, host);
    }

    /**
     * Replaces a mover by a faster one of the same host while both ends stay within their limits; ends as time only falls.
     * Only where no host both gives and takes: there the order of the steps matters, which this does not look at.
     */
    private void exchangeForFaster() {
        boolean improved = board.rules.isEmpty()
                && steps.stream().noneMatch(to -> steps.stream().anyMatch(from -> from.source() == to.target()));
        while (improved) {
            improved = false;
            for (int i = 0; i < steps.size(); i++) {
                improved |= exchange(i);
            }
        }
    }

    private boolean exchange(int index) {
        Step old = steps.get(index);
        apply(old, -1);
        Step best = old;
        long bestMillis = board.millis(old.vm(), old.source(), old.target());
        for (int vm : board.movableOn(old.source())) {
            int target = moved[vm] || !isEnough(vm, old.source()) ? -1 : bestTarget(vm);
            boolean plain = target >= 0 && steps.stream().noneMatch(step -> step.source() == target);
            if (plain && board.millis(vm, old.source(), target) < bestMillis) {
                best = new Step(vm, old.source(), target);
                bestMillis = board.millis(vm, old.source(), target);
            }
        }
        apply(best, 1);
        moved[old.vm()] = false;
        moved[best.vm()] = true;
        steps.set(index, best);
        return best.vm() != old.vm();
    }

    private boolean isEnough(int vm, int host) {
        for (int resource : board.limited) {
            if (board.use[resource][vm] < excess(host, resource)) {
                return false;
            }
        }
        return true;
    }

    private void take(Candidate candidate) {
        if (candidate.first() != null) {
            take(candidate.first());
        }
        take(candidate.step());
    }

    private void take(Step step) {
        apply(step, 1);
        moved[step.vm()] = true;
        steps.add(step);
        if (!board.rules.isEmpty()) {
            culprits = board.rules.culprits(place);
        }
    }

    private void apply(Step step, int sign) {
        int source = sign > 0 ? step.source() : step.target();
        int target = sign > 0 ? step.target() : step.source();
        board.shift(load, step.vm(), source, target);
        place[step.vm()] = target;
    }

    private boolean isOverloaded(int host) {
        for (int resource : board.limited) {
            if (excess(host, resource) > 0) {
                return true;
            }
        }
        return false;
    }

    private long excess(int host, int resource) {
        return load[resource][host] - board.endLimit[resource][host];
    }

    private long spareAfter(int vm, int host) {
        return board.fillLimit[Board.CPU][host] - load[Board.CPU][host] - board.use[Board.CPU][vm];
    }
}
