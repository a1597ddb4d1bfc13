package io.godwit.ops.simulate;

import java.util.PriorityQueue;

/**
 * A virtual clock and what is to happen when. Things of the same moment happen in the order in which they were put down. All
 * times are microseconds since 1970.
 */
final class Agenda {
    private record Due(long micros, long number, Runnable what) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(micros, other.micros);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Due> queue = new PriorityQueue<>();
    private long nowMicros;
    private long number;

    Agenda(long startMicros) {
        this.nowMicros = startMicros;
    }

    long nowMicros() {
        return nowMicros;
    }

    /** Puts something down for a moment; what is past happens now. */
    void at(long micros, Runnable what) {
        queue.add(new Due(Math.max(micros, nowMicros), number++, what));
    }

    void in(long micros, Runnable what) {
        at(nowMicros + micros, what);
    }

    /** Something that happens again and again, first at a moment. */
    void every(long periodMicros, long firstMicros, Runnable what) {
        at(firstMicros, () -> {
            what.run();
            every(periodMicros, nowMicros + periodMicros, what);
        });
    }

    /** Lets all happen that is due up to and with a moment, which is now afterwards. */
    void runUntil(long micros) {
        while (!queue.isEmpty() && queue.peek().micros() <= micros) {
            Due due = queue.remove();
            nowMicros = due.micros();
            due.what().run();
        }
        nowMicros = micros;
    }
}
