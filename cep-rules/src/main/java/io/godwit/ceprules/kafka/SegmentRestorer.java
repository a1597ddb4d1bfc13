package io.godwit.ceprules.kafka;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.RecordedDetections;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the detector of a segment where the last committed transaction left it. */
final class SegmentRestorer {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRestorer.class);
    private static final Duration READABLE_WITHIN = Duration.ofSeconds(5);

    private final Log log;
    private final Function<List<RuleActivated>, List<CompiledRule>> rules;
    private final OperatorRules.Source operators;

    /**
     * @param rules those that may run of the ones that are active
     * @param operators where those that are not built in are at work
     */
    SegmentRestorer(Log log, Function<List<RuleActivated>, List<CompiledRule>> rules, OperatorRules.Source operators) {
        this.log = log;
        this.rules = rules;
        this.operators = operators;
    }

    /** @param committed the group's offset of the segment; null if there is none */
    SegmentWork restore(int segment, OffsetAndMetadata committed) {
        CommitMetadata metadata = committed == null
                ? CommitMetadata.NONE
                : CommitMetadata.parse(committed.metadata()).orElse(CommitMetadata.NONE);
        awaitReadable(segment, metadata.written());
        OpenDetections open = new OpenDetections(segment);
        long[] beyond = {0};
        LogRange recorded = new LogRange(Topic.DETECTIONS, segment, Math.max(0, metadata.checkpoint()), Long.MAX_VALUE);
        log.scan(List.of(recorded), record -> {
            RecordedDetections.decode(record).ifPresent(event -> {
                open.evolve(event);
                beyond[0] = Math.max(beyond[0], RecordedDetections.nextOffsetAfter(event));
            });
            return true;
        });
        Place place = place(segment, committed, metadata, beyond[0]);
        SegmentDetector detector =
                SegmentDetector.open(segment, open, place, rules.apply(open.active()), LookBack.ofLive(log), operators);
        return new SegmentWork(detector, metadata);
    }

    private Place place(int segment, OffsetAndMetadata committed, CommitMetadata metadata, long beyond) {
        long beginning = log.beginning(Topic.OBSERVATIONS, segment);
        long next = committed == null ? beyond : committed.offset();
        if (next < beginning) {
            if (next > 0) {
                LOG.atWarn()
                        .addKeyValue("segment", segment)
                        .addKeyValue("from", next)
                        .addKeyValue("to", beginning)
                        .log("observations were dropped before they were read; keep more of them (--retain)");
            }
            next = beginning;
        }
        Instant logTime = metadata.logTime();
        if (logTime.equals(Instant.EPOCH) && next > beginning) {
            Optional<LogRecord> last = log.at(Topic.OBSERVATIONS, segment, next - 1);
            logTime = last.map(record -> Instant.ofEpochMilli(record.timestampMillis()))
                    .orElse(logTime);
        }
        return new Place(next, logTime);
    }

    /** The transaction of the last owner is decided, but its end may reach the detections a moment later than the offsets. */
    private void awaitReadable(int segment, long written) {
        long began = System.nanoTime();
        while (log.end(Topic.DETECTIONS, segment) <= written) {
            if (System.nanoTime() - began > READABLE_WITHIN.toNanos()) {
                throw new TimeoutException("detection " + written + " of segment " + segment
                        + " was committed and cannot be read; the detections topic is shorter than its offsets say");
            }
        }
    }
}
