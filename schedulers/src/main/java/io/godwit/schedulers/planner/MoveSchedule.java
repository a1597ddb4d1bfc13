package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Turns steps that are possible one after the other into moves that may overlap: each waits only for the moves that free
 * the room which it takes, for those that constraints put before it, and for its own VM's last move. Those that begin
 * together wait for the same.
 *
 * <p>Each host has a pool of free room. A step that does not fit adds what earlier steps free there, and from then on every
 * arrival at this host waits for them too. So whatever the moves really take, at any moment the arrivals that have begun on
 * a host draw on room that departures have given back by then. A VM that is paused on arrival takes no CPU then, and its CPU
 * alone when it is resumed.
 */
final class MoveSchedule {
    private final Board board;
    private final List<Step> steps;
    private final List<TreeSet<Integer>> after = new ArrayList<>();
    private final int[] beginsWith;

    private MoveSchedule(Board board, List<Step> steps) {
        this.board = board;
        this.steps = steps;
        beginsWith = new int[steps.size()];
        findDependencies();
    }

    /** Moves in order of estimated start, estimated end, VM id. */
    static List<Move> of(Board board, List<Step> steps) {
        return new MoveSchedule(board, Resumptions.into(board, steps)).inOrderOfStart();
    }

    /** Whether the moves end before their deadlines, as far as can be estimated. */
    static boolean isInTime(Board board, List<Step> steps) {
        Orders orders = board.rules.orders();
        if (orders.isEmpty()) {
            return true;
        }
        Timetable timetable = Timetable.of(board, steps, new MoveSchedule(board, steps).after);
        return IntStream.range(0, steps.size())
                .allMatch(i -> orders.inTime(steps.get(i).vm(), timetable.endMillis(i)));
    }

    private void findDependencies() {
        long[][] pool = new long[board.atStart.length][board.hosts];
        List<TreeSet<Integer>> drawn = new ArrayList<>(); // departures that each host's pool counts on
        for (int host = 0; host < board.hosts; host++) {
            for (int resource : board.limited) {
                pool[resource][host] = board.wayLimit[resource][host] - board.atStart[resource][host];
            }
            drawn.add(new TreeSet<>());
        }
        int[] place = board.home.clone();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int target = step.target();
            beginsWith[i] = firstOfGroup(i);
            TreeSet<Integer> waitsFor = new TreeSet<>();
            for (int earlier = 0; earlier < beginsWith[i]; earlier++) {
                Step other = steps.get(earlier);
                if (other.vm() == step.vm() || constraintsMakeWait(place, other, step)) {
                    waitsFor.add(earlier);
                }
                if (other.source() == target
                        && other.action() != Action.RESUME
                        && lacks(pool, step)
                        && drawn.get(target).add(earlier)) {
                    giveBack(pool, other);
                }
            }
            waitsFor.addAll(drawn.get(target));
            take(pool, step);
            after.add(waitsFor);
            shareWithGroup(i);
            boolean last = i + 1 == steps.size() || firstOfGroup(i + 1) == i + 1;
            for (int each = beginsWith[i]; last && each <= i; each++) {
                place[steps.get(each).vm()] = steps.get(each).target();
            }
        }
    }

    /** Index of the first step of those that begin together with this one; its own mostly. */
    private int firstOfGroup(int index) {
        BitSet group = board.rules.orders().beginWith(steps.get(index).vm());
        int first = index;
        while (first > 0
                && group.get(steps.get(first - 1).vm())
                && steps.get(first - 1).vm() != steps.get(index).vm()) {
            first--;
        }
        return first;
    }

    private void shareWithGroup(int index) {
        TreeSet<Integer> all = new TreeSet<>();
        for (int each = beginsWith[index]; each <= index; each++) {
            all.addAll(after.get(each));
        }
        for (int each = beginsWith[index]; each <= index; each++) {
            after.get(each).addAll(all);
        }
    }

    private boolean lacks(long[][] pool, Step step) {
        for (int resource : board.limited) {
            if (asksFor(step, resource) && pool[resource][step.target()] < board.use[resource][step.vm()]) {
                return true;
            }
        }
        return false;
    }

    private boolean constraintsMakeWait(int[] place, Step earlier, Step later) {
        return earlier.action() != Action.RESUME
                && later.action() != Action.RESUME
                && (board.rules.makeWait(place, earlier, later)
                        || board.rules.orders().makeWait(earlier.vm(), later.vm()));
    }

    /** Whether a step asks its target for more of a resource. */
    private static boolean asksFor(Step step, int resource) {
        return switch (step.action()) {
            case MOVE -> true;
            case MOVE_PAUSED -> resource != Board.CPU;
            case RESUME -> resource == Board.CPU;
        };
    }

    private void take(long[][] pool, Step step) {
        for (int resource : board.limited) {
            pool[resource][step.target()] -= asksFor(step, resource) ? board.use[resource][step.vm()] : 0;
        }
    }

    private void giveBack(long[][] pool, Step departed) {
        for (int resource : board.limited) {
            pool[resource][departed.source()] += board.use[resource][departed.vm()];
        }
    }

    private List<Move> inOrderOfStart() {
        int count = steps.size();
        Timetable timetable = Timetable.of(board, steps, after);
        int[] sorted = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingLong(timetable::startMillis)
                        .thenComparingLong(timetable::endMillis)
                        .thenComparing(i -> board.vmId(steps.get(i).vm())))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] newIndex = new int[count];
        for (int i = 0; i < count; i++) {
            newIndex[sorted[i]] = i;
        }
        Explanations explanations = new Explanations(board, steps);
        List<Move> moves = new ArrayList<>();
        for (int i : sorted) {
            Step step = steps.get(i);
            moves.add(new Move(
                    board.vmId(step.vm()),
                    board.problem.hosts().get(step.source()).hostId(),
                    board.problem.hosts().get(step.target()).hostId(),
                    board.mode(step, timetable.leastShare(i)),
                    after.get(i).stream()
                            .map(earlier -> newIndex[earlier])
                            .sorted()
                            .toList(),
                    timetable.endMillis(i) - timetable.startMillis(i),
                    explanations.whyStep(i),
                    step.action()));
        }
        return moves;
    }
}
