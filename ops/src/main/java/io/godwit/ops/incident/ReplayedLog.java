package io.godwit.ops.incident;

import io.godwit.schemas.log.HeldLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a replay of a stretch of time reads of a log. One on this machine is read where it stands. Of a Kafka each record is read
 * once, into temporary files, which the replay then reads in small steps: observations segment by segment, where they are many.
 */
final class ReplayedLog implements AutoCloseable {
    /** Checkpoints and snapshots are 10 minutes apart, and rules look back further still. */
    private static final Duration BEFORE = Duration.ofMinutes(25);

    /** Inputs that arrived late. */
    private static final Duration AFTER = Duration.ofMinutes(1);

    /** As many observations are kept at once; one with ten VMs takes some 600 bytes. */
    private static final long OBSERVATIONS_MAX = 500_000;

    /** What is small, and asked for from its beginning on. */
    private static final List<Topic> WHOLE = List.of(Topic.RULES, Topic.INVENTORY, Topic.CONTROLS);

    /** What is asked for up to the log's end. */
    private static final List<Topic> OPEN_STRETCHES = List.of(Topic.DETECTIONS);

    private static final List<Topic> STRETCHES =
            List.of(Topic.JOURNAL, Topic.HOST_PARTITIONS, Topic.COMMANDS, Topic.OUTCOMES, Topic.REQUESTS);

    private final HeldLog log;
    private final Instant from;
    private final Optional<Instant> to;
    private final List<LogRange> observations;
    private final boolean bySegment;

    ReplayedLog(Log behind, Instant start, Optional<Instant> end) {
        Instant before = start.minus(BEFORE);
        this.from = before.isBefore(Instant.EPOCH) ? Instant.EPOCH : before;
        this.to = end.map(last -> last.plus(AFTER));
        if (behind.atHand()) {
            this.log = new HeldLog(behind);
            this.observations = List.of();
            this.bySegment = false;
        } else {
            this.log = HeldLog.inFiles(behind);
            this.observations = ranges(Topic.OBSERVATIONS, to);
            this.bySegment = observations.stream().mapToLong(this::length).sum() > OBSERVATIONS_MAX;
            hold();
        }
    }

    private void hold() {
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : WHOLE) {
            for (int segment = 0; segment < log.segments(); segment++) {
                ranges.add(LogRange.all(topic, segment));
            }
        }
        OPEN_STRETCHES.forEach(topic -> ranges.addAll(ranges(topic, Optional.empty())));
        STRETCHES.forEach(topic -> ranges.addAll(ranges(topic, to)));
        if (!bySegment) {
            ranges.addAll(observations);
        }
        log.hold(ranges);
    }

    /** A topic's stretch of each segment, in order. */
    private List<LogRange> ranges(Topic topic, Optional<Instant> until) {
        List<Long> first = log.offsetsAt(topic, from);
        Optional<List<Long>> last = until.map(time -> log.offsetsAt(topic, time));
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            long end = last.isPresent() ? last.get().get(segment) : Long.MAX_VALUE;
            ranges.add(new LogRange(topic, segment, first.get(segment), end));
        }
        return ranges;
    }

    Log log() {
        return log;
    }

    /** Before a segment is replayed. */
    void hold(int segment) {
        if (bySegment) {
            log.hold(List.of(observations.get(segment)));
        }
    }

    /** After a segment was replayed. */
    void release(int segment) {
        if (bySegment) {
            log.release(Topic.OBSERVATIONS, segment);
        }
    }

    private long length(LogRange range) {
        return Math.min(range.to(), log.end(range.topic(), range.segment())) - range.from();
    }

    /** Removes what was kept; the log that it was read from stays open. */
    @Override
    public void close() {
        log.release();
    }
}
