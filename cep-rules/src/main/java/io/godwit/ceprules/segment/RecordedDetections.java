package io.godwit.ceprules.segment;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.LogRecord;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Reads the detections topic back: which record was said at which observation. */
public final class RecordedDetections {
    private RecordedDetections() {}

    /** The event; empty for a record that none of ours wrote, which then counts for nothing. */
    public static Optional<SpecificRecord> decode(LogRecord record) {
        try {
            SpecificRecord event = EventCodec.decode(record.value());
            return switch (event) {
                case DetectionBegan _,
                        DetectionEnded _,
                        RuleActivated _,
                        RuleDeactivated _,
                        RuleQuarantined _,
                        DetectionsCheckpointed _ -> Optional.of(event);
                default -> Optional.empty();
            };
        } catch (UnreadableRecord _) {
            return Optional.empty();
        }
    }

    /** All observations below this offset were taken when the record was written. */
    public static long nextOffsetAfter(SpecificRecord event) {
        return switch (event) {
            case DetectionBegan began ->
                began.getEvidence().getLast().getPosition().getOffset() + 1;
            case DetectionEnded ended ->
                ended.getEvidence().getLast().getPosition().getOffset() + 1;
            case RuleActivated activated -> activated.getObservationOffset();
            case RuleDeactivated deactivated -> deactivated.getObservationOffset();
            case RuleQuarantined stopped -> stopped.getObservationOffset();
            case DetectionsCheckpointed checkpoint -> checkpoint.getObservationOffset();
            default -> throw new IllegalArgumentException(event.getSchema().getName() + " is no detection");
        };
    }
}
