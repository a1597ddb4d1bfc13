package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import io.godwit.schemas.events.MigrationMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Turns steps that are possible one after the other into moves that may overlap: each waits only for the moves that free
 * the room which it takes, and for its own VM's last move.
 *
 * <p>Each host has a pool of free room. A step that does not fit adds what earlier steps free there, and from then on every
 * arrival at this host waits for them too. So whatever the moves really take, at any moment the arrivals that have begun on
 * a host draw on room that departures have given back by then.
 */
final class MoveSchedule {
    private final Board board;
    private final List<Step> steps;
    private final List<TreeSet<Integer>> after = new ArrayList<>();

    private MoveSchedule(Board board, List<Step> steps) {
        this.board = board;
        this.steps = steps;
    }

    /** Moves in order of estimated start, estimated end, VM id. */
    static List<Move> of(Board board, List<Step> steps) {
        MoveSchedule schedule = new MoveSchedule(board, steps);
        schedule.findDependencies();
        return schedule.inOrderOfStart();
    }

    private void findDependencies() {
        long[] cpuPool = new long[board.hosts];
        long[] memoryPool = new long[board.hosts];
        List<TreeSet<Integer>> drawn = new ArrayList<>(); // departures that each host's pool counts on
        for (int host = 0; host < board.hosts; host++) {
            cpuPool[host] = board.cpuCapacity[host] - board.cpuAtStart[host];
            memoryPool[host] = board.memoryCapacity[host] - board.memoryAtStart[host];
            drawn.add(new TreeSet<>());
        }
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            int target = step.target();
            TreeSet<Integer> waitsFor = new TreeSet<>();
            for (int earlier = 0; earlier < i; earlier++) {
                Step other = steps.get(earlier);
                if (other.vm() == step.vm()) {
                    waitsFor.add(earlier);
                }
                boolean full = cpuPool[target] < board.cpu[step.vm()] || memoryPool[target] < board.memory[step.vm()];
                if (full && other.source() == target && drawn.get(target).add(earlier)) {
                    cpuPool[target] += board.cpu[other.vm()];
                    memoryPool[target] += board.memory[other.vm()];
                }
            }
            waitsFor.addAll(drawn.get(target));
            cpuPool[target] -= board.cpu[step.vm()];
            memoryPool[target] -= board.memory[step.vm()];
            after.add(waitsFor);
        }
    }

    private List<Move> inOrderOfStart() {
        int count = steps.size();
        long[] start = new long[count];
        long[] end = new long[count];
        long[] millis = new long[count];
        for (int i = 0; i < count; i++) {
            for (int earlier : after.get(i)) {
                start[i] = Math.max(start[i], end[earlier]);
            }
            Step step = steps.get(i);
            millis[i] = board.millis(step.vm(), step.source(), step.target());
            end[i] = start[i] + millis[i];
        }
        int[] sorted = IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingLong((Integer i) -> start[i])
                        .thenComparingLong(i -> end[i])
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
                    MigrationMode.PRE_COPY,
                    after.get(i).stream()
                            .map(earlier -> newIndex[earlier])
                            .sorted()
                            .toList(),
                    millis[i],
                    explanations.whyStep(i)));
        }
        return moves;
    }
}
