package io.godwit.ceprules.kafka;

import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** One segment in work: its detector, and what it said since the last commit. Used by the worker's thread alone. */
final class SegmentWork implements AutoCloseable {
    final SegmentDetector detector;
    final List<SpecificRecord> detections = new ArrayList<>();
    final List<ProducerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
    CommitMetadata metadata;
    long committedOffset;
    long rulesSeen = -1;

    SegmentWork(SegmentDetector detector, CommitMetadata metadata) {
        this.detector = detector;
        this.metadata = metadata;
        this.committedOffset = detector.place().nextOffset();
    }

    boolean hasOutput() {
        return !detections.isEmpty() || !deadLetters.isEmpty();
    }

    boolean hasProgress() {
        return hasOutput() || detector.place().nextOffset() > committedOffset;
    }

    /** Whether what is to be committed changes which rules count. */
    boolean changedRules() {
        return detections.stream()
                .anyMatch(record -> record instanceof RuleQuarantined
                        || record instanceof RuleDeactivated
                        || record instanceof RuleActivated);
    }

    @Override
    public void close() {
        detector.close();
    }
}
