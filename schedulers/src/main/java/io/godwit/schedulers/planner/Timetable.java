package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Board.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * When steps should begin and end: each as soon as those that it waits for have ended, and all that run at the same time share
 * the links of their hosts evenly.
 */
final class Timetable {
    /** What a hypervisor takes to let a paused VM go on, and be seen to. */
    private static final long RESUME_MILLIS = 500;

    private final Board board;
    private final List<Step> steps;
    private final List<? extends Set<Integer>> after;
    private final long[] start;
    private final long[] end;
    /** What is left to send, in thousandths of a byte, so that a rate times milliseconds needs no rounding. */
    private final long[] left;

    private final long[] leastShare;

    private Timetable(Board board, List<Step> steps, List<? extends Set<Integer>> after) {
        this.board = board;
        this.steps = steps;
        this.after = after;
        start = new long[steps.size()];
        end = new long[steps.size()];
        left = new long[steps.size()];
        leastShare = new long[steps.size()];
        Arrays.fill(leastShare, Long.MAX_VALUE);
    }

    /** @param after for each step those that it waits for, all earlier ones */
    static Timetable of(Board board, List<Step> steps, List<? extends Set<Integer>> after) {
        Timetable timetable = new Timetable(board, steps, after);
        timetable.run();
        return timetable;
    }

    long startMillis(int step) {
        return start[step];
    }

    long endMillis(int step) {
        return end[step];
    }

    /** The least bandwidth that the step has, in bytes per second. */
    long leastShare(int step) {
        return leastShare[step];
    }

    private void run() {
        int count = steps.size();
        boolean[] begun = new boolean[count];
        boolean[] ended = new boolean[count];
        int[] onHost = new int[board.hosts];
        long now = 0;
        for (int done = 0; done < count; ) {
            for (int i = 0; i < count; i++) {
                if (!begun[i] && after.get(i).stream().allMatch(earlier -> ended[earlier])) {
                    begun[i] = true;
                    start[i] = now;
                    if (steps.get(i).action() == Action.RESUME) {
                        left[i] = RESUME_MILLIS;
                        continue;
                    }
                    left[i] = Math.max(1, board.memoryBytes(steps.get(i).vm()) * 1000);
                    onHost[steps.get(i).source()]++;
                    onHost[steps.get(i).target()]++;
                }
            }
            long[] rate = new long[count];
            long next = Long.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                if (begun[i] && !ended[i]) {
                    Step step = steps.get(i);
                    if (step.action() == Action.RESUME) {
                        rate[i] = 1;
                        next = Math.min(next, left[i]);
                        continue;
                    }
                    long share =
                            board.share(step.source(), step.target(), onHost[step.source()], onHost[step.target()]);
                    leastShare[i] = Math.min(leastShare[i], share);
                    rate[i] = board.progress(step, share);
                    next = Math.min(next, Math.ceilDiv(left[i], rate[i]));
                }
            }
            now += next;
            for (int i = 0; i < count; i++) {
                if (rate[i] > 0) {
                    left[i] -= Math.min(left[i], rate[i] * next);
                    if (left[i] == 0) {
                        ended[i] = true;
                        end[i] = now;
                        if (steps.get(i).action() != Action.RESUME) {
                            onHost[steps.get(i).source()]--;
                            onHost[steps.get(i).target()]--;
                        }
                        done++;
                    }
                }
            }
        }
    }
}
