package io.godwit.ceprules.segment;

import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * What came of one observation.
 *
 * @param records for the detections topic, in order
 * @param deadLetter why the observation could not be read, if so
 */
public record Taken(List<SpecificRecord> records, Optional<String> deadLetter) {
    static final Taken NOTHING = new Taken(List.of(), Optional.empty());

    static Taken unreadable(String reason) {
        return new Taken(List.of(), Optional.of(reason));
    }
}
