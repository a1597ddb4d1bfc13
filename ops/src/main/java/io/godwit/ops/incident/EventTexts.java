package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** Walks an event by its schema and puts another text for each that is in it; events within events too. */
final class EventTexts {
    /** Bytes that are an event; all others are not ours to read. */
    private static final Map<String, String> EVENTS = Map.of("KnownSample", "sampled", "StateEntry", "value");

    /** Gives the text to put for one. */
    interface Change {
        String of(Said said, String text);
    }

    private final Change change;
    private final Map<Schema, Boolean> holdsTexts = new HashMap<>(); // enums and numbers are most of what there is

    EventTexts(Change change) {
        this.change = change;
    }

    /** Changes the event itself, and returns it. */
    SpecificRecord change(SpecificRecord event) {
        Schema schema = event.getSchema();
        for (Schema.Field field : schema.getFields()) {
            Object value = event.get(field.pos());
            if (value instanceof ByteBuffer bytes) {
                event.put(field.pos(), bytes(schema.getName(), field.name(), bytes));
            } else if (value != null && holdsTexts(field.schema())) {
                event.put(field.pos(), change(schema.getName(), field.name(), value));
            }
        }
        return event;
    }

    private Object change(String record, String field, Object value) {
        return switch (value) {
            case String text -> change(record, field, text);
            case List<?> items -> {
                List<Object> changed = new ArrayList<>(items.size());
                items.forEach(item -> changed.add(change(record, field, item)));
                yield changed;
            }
            case SpecificRecord inner -> change(inner);
            default -> value;
        };
    }

    private String change(String record, String field, String text) {
        if (text.isEmpty()) {
            return text;
        }
        Said said = TextKinds.of(record, field)
                .orElseThrow(() -> new IllegalStateException(record + "." + field + " is a text that is not listed"));
        return said == Said.KEPT ? text : change.of(said, text);
    }

    private ByteBuffer bytes(String record, String field, ByteBuffer bytes) {
        if (!field.equals(EVENTS.get(record))) {
            return ByteBuffer.allocate(0);
        }
        byte[] value = new byte[bytes.remaining()];
        bytes.duplicate().get(value);
        return ByteBuffer.wrap(EventCodec.encode(change(EventCodec.decode(value))));
    }

    private boolean holdsTexts(Schema schema) {
        Boolean known = holdsTexts.get(schema);
        if (known == null) {
            known = switch (schema.getType()) {
                case STRING, RECORD -> true;
                case ARRAY -> holdsTexts(schema.getElementType());
                case MAP -> throw new IllegalStateException("no event has maps, and this knows none");
                case UNION -> schema.getTypes().stream().anyMatch(this::holdsTexts);
                default -> false;
            };
            holdsTexts.put(schema, known);
        }
        return known;
    }
}
