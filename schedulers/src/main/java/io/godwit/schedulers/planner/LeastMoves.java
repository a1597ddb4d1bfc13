package io.godwit.schedulers.planner;

import java.util.Arrays;

/** How many VMs have to leave their hosts in any case: no plan has fewer moves. */
final class LeastMoves {
    private LeastMoves() {}

    static int of(Board board) {
        int total = 0;
        for (int host = 0; host < board.hosts; host++) {
            int forced = 0;
            for (int vm : board.movableOn(host)) {
                forced += board.rules.mustLeave(vm) ? 1 : 0;
            }
            int more = 0;
            if (board.overloaded[host]) {
                for (int resource : board.limited) {
                    more = Math.max(more, leastToCover(board, host, resource));
                }
            }
            total += forced + more;
        }
        return Math.max(total, board.rules.hold(board.home) ? 0 : 1);
    }

    /** VMs that have to leave besides those that leave anyway. */
    private static int leastToCover(Board board, int host, int resource) {
        long left = board.atStart[resource][host] - board.endLimit[resource][host];
        int[] movable = board.movableOn(host);
        long[] sizes = new long[movable.length];
        int free = 0;
        for (int vm : movable) {
            if (board.rules.mustLeave(vm)) {
                left -= board.use[resource][vm];
            } else {
                sizes[free++] = board.use[resource][vm];
            }
        }
        Arrays.sort(sizes, 0, free);
        int count = 0;
        for (int i = free - 1; i >= 0 && left > 0; i--) {
            left -= sizes[i];
            count++;
        }
        return count;
    }
}
