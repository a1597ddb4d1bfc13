package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
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

    private final Board board;
    private final Manner manner;
    private final long[] cpuLoad;
    private final long[] memoryLoad;
    private final List<Step> steps = new ArrayList<>();
    private final boolean[] moved;
    private final Comparator<Candidate> order;

    private GreedyMoves(Board board, Manner manner) {
        this.board = board;
        this.manner = manner;
        cpuLoad = board.cpuAtStart.clone();
        memoryLoad = board.memoryAtStart.clone();
        moved = new boolean[board.vms];
        Comparator<Candidate> bySize =
                Comparator.comparingLong(candidate -> board.cpu[candidate.step().vm()]);
        Comparator<Candidate> byTime = Comparator.comparingLong(Candidate::millis);
        order = Comparator.comparingLong(Candidate::leftover)
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
        List<Integer> overloaded = IntStream.range(0, board.hosts)
                .filter(host -> board.overloaded[host])
                .boxed()
                .sorted(Comparator.comparingLong((Integer host) -> -cpuExcess(host))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        for (int host : overloaded) {
            if (!relieve(host)) {
                return false;
            }
        }
        exchangeForFaster();
        return true;
    }

    private boolean relieve(int host) {
        while (cpuExcess(host) > 0 || memoryExcess(host) > 0) {
            Candidate best = null;
            for (int vm : board.movableOn(host)) {
                int target = moved[vm] ? -1 : bestTarget(vm);
                if (target >= 0) {
                    best = better(best, candidate(new Step(vm, host, target), null));
                }
            }
            if (manner.gathers() && (best == null || best.leftover() > 0)) {
                best = better(best, bestWithRoomMade(host));
            }
            if (best == null) {
                return false;
            }
            if (best.first() != null) {
                take(best.first());
            }
            take(best.step());
        }
        return true;
    }

    /** The best VM to leave a host into room that one VM of the target makes by moving on; null if there is none. */
    private Candidate bestWithRoomMade(int host) {
        Candidate best = null;
        for (int first = 0; first < board.vms; first++) {
            int target = board.home[first];
            int onTo = target == host || moved[first] || !board.movable[first] ? -1 : bestTarget(first);
            if (onTo < 0) {
                continue;
            }
            Step makesRoom = new Step(first, target, onTo);
            apply(makesRoom, 1);
            for (int vm : board.movableOn(host)) {
                if (!moved[vm] && fits(vm, target)) {
                    best = better(best, candidate(new Step(vm, host, target), makesRoom));
                }
            }
            apply(makesRoom, -1);
        }
        return best;
    }

    /**
     * A possible next move. Those that end the overload come before those that only lessen it.
     *
     * @param first the move that makes room for it; null if there is room
     * @param leftover share of the excess that stays, in millionths; 0: this move is enough
     * @param spare CPU left on the target
     */
    private record Candidate(Step step, Step first, long leftover, long millis, long spare) {}

    private Candidate candidate(Step step, Step first) {
        long leftover = Math.max(
                leftover(cpuExcess(step.source()), board.cpu[step.vm()]),
                leftover(memoryExcess(step.source()), board.memory[step.vm()]));
        long millis = board.millis(step.vm(), step.source(), step.target())
                + (first == null ? 0 : board.millis(first.vm(), first.source(), first.target()));
        return new Candidate(step, first, leftover, millis, spareAfter(step.vm(), step.target()));
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
                && board.mayMoveTo(vm, host)
                && cpuLoad[host] + board.cpu[vm] <= board.cpuFill[host]
                && memoryLoad[host] + board.memory[vm] <= board.memoryCapacity[host];
    }

    /**
     * Replaces a mover by a faster one of the same host while both ends stay within their limits; ends as time only falls.
     * Only where no host both gives and takes: there the order of the steps matters, which this does not look at.
     */
    private void exchangeForFaster() {
        boolean improved =
                steps.stream().noneMatch(to -> steps.stream().anyMatch(from -> from.source() == to.target()));
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
            boolean enough = board.cpu[vm] >= cpuExcess(old.source()) && board.memory[vm] >= memoryExcess(old.source());
            int target = moved[vm] || !enough ? -1 : bestTarget(vm);
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

    private void take(Step step) {
        apply(step, 1);
        moved[step.vm()] = true;
        steps.add(step);
    }

    private void apply(Step step, int sign) {
        cpuLoad[step.source()] -= sign * board.cpu[step.vm()];
        memoryLoad[step.source()] -= sign * board.memory[step.vm()];
        cpuLoad[step.target()] += sign * board.cpu[step.vm()];
        memoryLoad[step.target()] += sign * board.memory[step.vm()];
    }

    private long cpuExcess(int host) {
        return cpuLoad[host] - board.cpuLimit[host];
    }

    private long memoryExcess(int host) {
        return memoryLoad[host] - board.memoryCapacity[host];
    }

    private long spareAfter(int vm, int host) {
        return board.cpuFill[host] - cpuLoad[host] - board.cpu[vm];
    }
}
