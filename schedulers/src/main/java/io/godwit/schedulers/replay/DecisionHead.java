package io.godwit.schedulers.replay;

import io.godwit.schemas.codec.EventCodec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Reads which decision a record is, from its first bytes: the field "decision" is the first one of all events that have it, in
 * every released version. What follows it is not looked at, so a damaged record is told as well.
 */
final class DecisionHead {
    /** No decision of that segment. */
    static final long NONE = -1;

    private static final String FIELD = "decision";
    private static final Map<Schema, Boolean> DECIDES = new ConcurrentHashMap<>(); // looked up only

    private DecisionHead() {}

    /** Number of the decision that a segment made, if the record is one; else {@link #NONE}. */
    static long sequenceOf(byte[] value, int segment) {
        if (!EventCodec.writtenAs(value)
                .map(schema -> DECIDES.computeIfAbsent(schema, DecisionHead::decides))
                .orElse(false)) {
            return NONE;
        }
        try {
            int[] at = {EventCodec.HEADER_BYTES};
            return number(value, at) == segment ? number(value, at) : NONE;
        } catch (IndexOutOfBoundsException cut) {
            return NONE;
        }
    }

    private static boolean decides(Schema schema) {
        Schema.Field field = schema.getField(FIELD);
        if (field != null && field.pos() != 0) {
            throw new IllegalStateException(schema.getFullName() + " does not begin with its " + FIELD);
        }
        return field != null;
    }

    /** A number in Avro's zigzag form; moves on behind it. */
    private static long number(byte[] value, int[] at) {
        byte next = value[at[0]++];
        long raw = next & 0x7F;
        for (int shift = 7; next < 0; shift += 7) {
            next = value[at[0]++];
            raw |= (long) (next & 0x7F) << shift;
        }
        return (raw >>> 1) ^ -(raw & 1);
    }
}
