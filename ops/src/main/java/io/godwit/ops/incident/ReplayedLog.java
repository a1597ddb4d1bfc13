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
 * What a replay of a stretch of time reads of a log. One on this machine is read where it stands; of a Kafka each record is read
 * once, in one go where that is little, else by segments.
 */
final class ReplayedLog {
    /** Checkpoints and snapshots are 10 minutes apart, and rules look back further still. */
    private static final Duration BEFORE = Duration.ofMinutes(25);

    /** Inputs that arrived late. */
    private static final Duration AFTER = Duration.ofMinutes(1);

    /** As many observations are held at once; one with ten VMs takes some 600 bytes. */
    private static final long OBSERVATIONS_MAX = 500_000;

    private static final List<Topic> WHOLE =
            List.of(Topic.RULES, Topic.DETECTIONS, Topic.INVENTORY, Topic.CONTROLS, Topic.OUTCOMES);
    private static final List<Topic> STRETCHES = List.of(Topic.JOURNAL, Topic.HOST_PARTITIONS, Topic.COMMANDS);

    private final HeldLog log;
    private final Instant start;
    private final Optional<Instant> end;
    private final boolean bySegment;

    ReplayedLog(Log behind, Instant start, Optional<Instant> end) {
        this.log = new HeldLog(behind);
        this.start = start;
        this.end = end;
        this.bySegment = !behind.atHand() && hold(behind);
    }

    /** Returns whether the observations are more than is held at once. */
    private boolean hold(Log behind) {
        List<LogRange> ranges = new ArrayList<>();
        List<LogRange> observations = new ArrayList<>();
        for (int segment = 0; segment < behind.segments(); segment++) {
            for (Topic topic : WHOLE) {
                ranges.add(LogRange.all(topic, segment));
            }
            for (Topic topic : STRETCHES) {
                ranges.add(stretch(topic, segment));
            }
            observations.add(stretch(Topic.OBSERVATIONS, segment));
        }
        boolean many = observations.stream().mapToLong(this::length).sum() > OBSERVATIONS_MAX;
        if (!many) {
            ranges.addAll(observations);
        }
        log.hold(ranges);
        return many;
    }

    Log log() {
        return log;
    }

    /** Before a segment is replayed. */
    void hold(int segment) {
        if (bySegment) {
            LogRange observations = stretch(Topic.OBSERVATIONS, segment);
            if (length(observations) <= OBSERVATIONS_MAX) {
                log.hold(List.of(observations));
            }
        }
    }

    /** After a segment was replayed. */
    void release(int segment) {
        if (bySegment) {
            log.release(Topic.OBSERVATIONS, segment);
        }
    }

    private LogRange stretch(Topic topic, int segment) {
        Instant before = start.minus(BEFORE);
        return new LogRange(
                topic,
                segment,
                log.offsetAt(topic, segment, before.isBefore(Instant.EPOCH) ? Instant.EPOCH : before),
                end.map(to -> log.offsetAt(topic, segment, to.plus(AFTER))).orElse(Long.MAX_VALUE));
    }

    private long length(LogRange range) {
        return Math.min(range.to(), log.end(range.topic(), range.segment())) - range.from();
    }
}
