package io.godwit.ceprules.kafka;

import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
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

    /** Goes over to the rules that are to be active from the next observation on, as far as it is known whether they may run. */
    void activate(RuleShelf shelf, Predicate<RuleVersion> kinds) {
        RuleShelf.Wanted wanted = shelf.wanted(detector.openDetections(), kinds);
        detections.addAll(detector.activate(wanted.rules(), wanted.silent()));
        wanted.tooMuch().forEach((rule, reason) -> detections.add(detector.quarantine(rule, reason)));
    }

    @Override
    public void close() {
        detector.close();
    }
}
