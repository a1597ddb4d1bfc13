package io.godwit.ops.causes;

import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.Comparator;

/** Where a record stands in the log of one site. */
public record Place(Topic topic, int segment, long offset) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::topic).thenComparingInt(Place::segment).thenComparingLong(Place::offset);

    static Place of(LogRecord record) {
        return new Place(record.topic(), record.segment(), record.offset());
    }

    /** Where the observation stands that is the evidence. */
    public static Place of(Evidence evidence) {
        return new Place(
                Topic.OBSERVATIONS,
                evidence.getPosition().getSegment(),
                evidence.getPosition().getOffset());
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }
}
