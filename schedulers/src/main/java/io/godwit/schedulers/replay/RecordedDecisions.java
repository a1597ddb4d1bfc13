package io.godwit.schedulers.replay;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The decisions of one segment's scheduler as they stand in the log, in whichever segment they stand, by number. They are read
 * on in step with the inputs, some minutes ahead of them; a number that is not found there is looked for up to the log's end.
 */
final class RecordedDecisions {
    /** Decisions stand in the log moments after their inputs, but for a scheduler that had to catch up. */
    private static final Duration AHEAD = Duration.ofMinutes(10);

    /** Beyond, all that is left is read at once. */
    private static final Duration FAR = Duration.ofDays(2);

    private static final List<Topic> TOPICS = List.of(Topic.HOST_PARTITIONS, Topic.COMMANDS);

    /** How far one segment of a topic was read. */
    private static final class Cursor {
        private final Topic topic;
        private final int segment;
        private final long end;
        private long next;

        private Cursor(Topic topic, int segment, long next, long end) {
            this.topic = topic;
            this.segment = segment;
            this.next = next;
            this.end = end;
        }
    }

    private final Log log;
    private final int segment;
    private final List<Cursor> cursors = new ArrayList<>();
    private final TreeMap<Long, LogRecord> bySequence = new TreeMap<>();
    private Instant readTo;
    private boolean over;

    /** @param since log time from which the records can stand in the log */
    RecordedDecisions(Log log, int segment, Instant since) {
        this.log = log;
        this.segment = segment;
        this.readTo = since;
        for (Topic topic : TOPICS) {
            List<Long> ends = log.ends(topic);
            for (int other = 0; other < log.segments(); other++) {
                cursors.add(new Cursor(topic, other, log.offsetAt(topic, other, since), ends.get(other)));
            }
        }
    }

    /**
     * Takes a decision out.
     *
     * @param now log time at which it is decided
     */
    Optional<LogRecord> take(long sequence, Instant now) {
        LogRecord found = bySequence.remove(sequence);
        for (Duration ahead = AHEAD; found == null && !over; ahead = ahead.multipliedBy(2)) {
            readUpTo(now, ahead);
            found = bySequence.remove(sequence);
        }
        return Optional.ofNullable(found);
    }

    /**
     * Ends a turn: the smallest of its numbers that was recorded and not taken out, if there is one. Forgets all of them.
     *
     * @param decided number after the last that was decided again; what was recorded from there on may stand anywhere
     * @param until number after the last of the turn
     */
    Optional<LogRecord> left(long first, long decided, long until, Instant now) {
        for (Duration ahead = AHEAD; decided < until && bySequence.ceilingKey(decided) == null && !over; ) {
            readUpTo(now, ahead);
            ahead = ahead.multipliedBy(2);
        }
        Optional<LogRecord> left = bySequence.subMap(first, Math.max(first, until)).values().stream()
                .findFirst();
        forgetBelow(until);
        return left;
    }

    void forgetBelow(long sequence) {
        bySequence.headMap(sequence).clear();
    }

    private void readUpTo(Instant now, Duration ahead) {
        boolean all = ahead.compareTo(FAR) > 0;
        Instant time = now.plus(ahead);
        if (!all && !time.isAfter(readTo)) {
            return;
        }
        List<LogRange> ranges = new ArrayList<>();
        for (Cursor cursor : cursors) {
            if (cursor.next >= cursor.end) {
                continue;
            }
            long to = all ? cursor.end : Math.min(cursor.end, log.offsetAt(cursor.topic, cursor.segment, time));
            if (to > cursor.next) {
                ranges.add(new LogRange(cursor.topic, cursor.segment, cursor.next, to));
                cursor.next = to;
            }
        }
        log.scan(ranges, record -> {
            long sequence = DecisionHead.sequenceOf(record.value(), segment);
            if (sequence != DecisionHead.NONE) {
                bySequence.put(sequence, record);
            }
            return true;
        });
        readTo = time;
        over = cursors.stream().allMatch(cursor -> cursor.next >= cursor.end);
    }

    /** A decision that was not taken out. */
    Optional<LogRecord> get(long sequence) {
        for (Duration ahead = AHEAD; !bySequence.containsKey(sequence) && !over; ahead = ahead.multipliedBy(2)) {
            readUpTo(readTo, ahead);
        }
        return Optional.ofNullable(bySequence.get(sequence));
    }
}
