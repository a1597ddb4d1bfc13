package io.godwit.schemas.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas only grow, and what was written once is read for ever. */
final class SchemasTest {
    static Stream<Class<? extends SpecificRecord>> events() {
        return Events.all().stream();
    }

    @ParameterizedTest
    @MethodSource("events")
    void todays_schema_is_released(Class<? extends SpecificRecord> event) {
        List<Schema> released = EventCodec.released(event);
        assertFalse(released.isEmpty(), remedy(event));
        assertEquals(EventCodec.fingerprint(event), EventCodec.fingerprint(released.getLast()), remedy(event));
    }

    @ParameterizedTest
    @MethodSource("events")
    void todays_reader_reads_every_released_schema(Class<? extends SpecificRecord> event) {
        for (Schema released : EventCodec.released(event)) {
            SchemaCompatibility.SchemaPairCompatibility pair =
                    SchemaCompatibility.checkReaderWriterCompatibility(Events.schemaOf(event), released);
            assertEquals(
                    SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE,
                    pair.getType(),
                    () -> event.getSimpleName() + ": " + pair.getResult().getIncompatibilities());
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void a_decision_stands_first_so_that_it_is_read_without_the_rest(Class<? extends SpecificRecord> event) {
        for (Schema released : EventCodec.released(event)) {
            Schema.Field decision = released.getField("decision");
            assertTrue(decision == null || decision.pos() == 0, event.getSimpleName());
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void kept_bytes_still_say_what_they_said(Class<? extends SpecificRecord> event) throws IOException {
        List<Schema> released = EventCodec.released(event);
        for (int version = 1; version <= released.size(); version++) {
            String name = event.getSimpleName() + "-" + version;
            byte[] bytes = golden(name + ".bin");
            String said = new String(golden(name + ".json"), StandardCharsets.UTF_8).strip();
            SpecificRecord decoded = EventCodec.decode(bytes);
            assertEquals(event, decoded.getClass());
            if (version == released.size()) {
                assertEquals(said, decoded.toString());
                assertArrayEquals(bytes, EventCodec.encode(decoded), "and are written so again");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("events")
    void every_field_is_documented(Class<? extends SpecificRecord> event) {
        Schema schema = Events.schemaOf(event);
        assertTrue(schema.getDoc() != null && !schema.getDoc().isBlank(), event.getSimpleName());
        for (Schema.Field field : schema.getFields()) {
            assertTrue(field.doc() != null && !field.doc().isBlank(), event.getSimpleName() + "." + field.name());
        }
    }

    @Test
    void each_event_stands_in_one_topic_and_each_topic_has_its_place() {
        Set<Class<?>> seen = new HashSet<>();
        Events.all().forEach(event -> assertTrue(seen.add(event), event.getSimpleName() + " stands in two topics"));
        assertEquals(EnumSet.allOf(Topic.class), Events.BY_TOPIC.keySet());
        assertEquals(
                Events.all().size(),
                Events.all().stream().map(EventCodec::fingerprint).distinct().count(),
                "two events with one fingerprint");
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream resource = SchemasTest.class.getResourceAsStream("/golden/" + name)) {
            assertTrue(resource != null, "golden/" + name + " is missing; write it with ReleaseSchemas");
            return resource.readAllBytes();
        }
    }

    private static String remedy(Class<?> event) {
        return event.getSimpleName()
                + " has changed since it was released last, or never was; release it with: mvn -pl schemas test -Dtest="
                + ReleaseSchemas.class.getSimpleName();
    }
}
