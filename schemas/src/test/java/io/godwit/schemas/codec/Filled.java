package io.godwit.schemas.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** A datum of any schema with every field filled, each with another value: the same ones for ever. */
final class Filled {
    private long next = 1;

    private Filled() {}

    static GenericRecord of(Schema schema) {
        return (GenericRecord) new Filled().value(schema, schema.getName());
    }

    private Object value(Schema schema, String name) {
        long number = next++;
        return switch (schema.getType()) {
            case RECORD -> {
                GenericRecord record = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.name(), value(field.schema(), field.name()));
                }
                yield record;
            }
            case ENUM ->
                new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get((int)
                        (number % schema.getEnumSymbols().size())));
            case ARRAY -> List.of(value(schema.getElementType(), name), value(schema.getElementType(), name));
            case MAP -> Map.of(name, value(schema.getValueType(), name));
            case UNION -> value(schema.getTypes().getLast(), name);
            case STRING -> name + "-" + number;
            case BYTES -> ByteBuffer.wrap((name + number).getBytes(StandardCharsets.UTF_8));
            case FIXED -> new GenericData.Fixed(schema, new byte[schema.getFixedSize()]);
            case INT -> (int) number;
            case LONG -> number * 1_000_003L;
            case FLOAT -> number / 2f;
            case DOUBLE -> number / 2d;
            case BOOLEAN -> true;
            case NULL -> null;
        };
    }
}
