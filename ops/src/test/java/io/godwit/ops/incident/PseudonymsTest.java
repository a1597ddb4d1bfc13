package io.godwit.ops.incident;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.Events;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PseudonymsTest {
    private static final String HOST = "hiddenhost-1";

    static Stream<Class<? extends SpecificRecord>> events() {
        return Events.all().stream().distinct();
    }

    @Test
    void every_text_of_every_event_is_listed() {
        List<String> unlisted = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        events().forEach(event -> unlisted(Events.schemaOf(event), seen, unlisted));
        assertEquals(List.of(), unlisted, "say in TextKinds what they say");
        assertTrue(seen.contains("Evidence") && seen.contains("Position"), seen.toString());
    }

    private static void unlisted(Schema record, Set<String> seen, List<String> unlisted) {
        if (!seen.add(record.getName())) {
            return;
        }
        for (Schema.Field field : record.getFields()) {
            for (Schema leaf : leaves(field.schema())) {
                if (leaf.getType() == Schema.Type.RECORD) {
                    unlisted(leaf, seen, unlisted);
                } else if (leaf.getType() == Schema.Type.STRING
                        && TextKinds.of(record.getName(), field.name()).isEmpty()) {
                    unlisted.add(record.getName() + "." + field.name());
                }
            }
        }
    }

    private static List<Schema> leaves(Schema schema) {
        return switch (schema.getType()) {
            case ARRAY -> leaves(schema.getElementType());
            case UNION ->
                schema.getTypes().stream().flatMap(one -> leaves(one).stream()).toList();
            default -> List.of(schema);
        };
    }

    @ParameterizedTest
    @MethodSource("events")
    void no_name_is_left_in_an_event(Class<? extends SpecificRecord> type) throws Exception {
        byte[] value = filled(Events.schemaOf(type));
        Names names = new Names();
        names.note(Said.HOST, HOST);
        new EventTexts(names::note).change(EventCodec.decode(value));
        names.close();
        SpecificRecord renamed = new EventTexts(names::of).change(EventCodec.decode(value));
        String bytes = new String(EventCodec.encode(renamed), StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains("hidden"), renamed::toString);
    }

    /** An event in which each text that may name somebody does. */
    private static byte[] filled(Schema schema) throws Exception {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0xC3, 1});
        out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(EventCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<Object>(schema).write(value("", "", schema), encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static Object value(String record, String field, Schema schema) throws Exception {
        return switch (schema.getType()) {
            case RECORD -> {
                GenericData.Record made = new GenericData.Record(schema);
                for (Schema.Field one : schema.getFields()) {
                    made.put(one.pos(), value(schema.getName(), one.name(), one.schema()));
                }
                yield made;
            }
            case ARRAY -> List.of(value(record, field, schema.getElementType()));
            case UNION -> value(record, field, schema.getTypes().getLast());
            case STRING -> text(TextKinds.of(record, field).orElseThrow());
            case ENUM ->
                new GenericData.EnumSymbol(schema, schema.getEnumSymbols().getFirst());
            case INT -> 1;
            case LONG -> 1L;
            case DOUBLE -> 1.0;
            case FLOAT -> 1.0f;
            case BOOLEAN -> true;
            case BYTES ->
                ByteBuffer.wrap(
                        record.equals("KnownSample") || record.equals("StateEntry")
                                ? filled(io.godwit.schemas.events.HostSampled.getClassSchema())
                                : "hidden".getBytes(StandardCharsets.UTF_8));
            default -> throw new IllegalStateException(schema + " is in no event");
        };
    }

    private static String text(Said said) {
        return switch (said) {
            case KEPT -> "kept";
            case DIGEST -> "0123";
            case LABEL -> "hiddensite/hiddenrack/hiddenname";
            case ID -> "OVERLOAD-" + HOST + "-3-17";
            case SENTENCE -> "relieves " + HOST + ", as " + HOST + " is full";
            case QUOTING, RULE -> "select '" + HOST + "' as hostId";
            case STATE_KEY -> "detection/" + HOST + "/OVERLOAD-" + HOST + "-3-17";
            case FREE, DROPPED -> "hidden by a person";
            case HOST, VM, SITE, RACK, HOST_NAME, VM_NAME, SLOT, PERSON, ADDRESS, TITLE, PROBER ->
                "hidden-" + said.name();
        };
    }

    @Test
    void pseudonyms_compare_as_the_names_do() {
        List<String> ids = List.of("vm-1", "vm-10", "vm-2", "a", "vm-100", "Z");
        Names names = new Names();
        ids.forEach(id -> names.note(Said.VM, id));
        names.close();
        assertEquals(
                ids.stream().sorted().toList(),
                ids.stream()
                        .sorted(java.util.Comparator.comparing(id -> names.of(Said.VM, id)))
                        .toList());
    }

    @Test
    void a_name_is_replaced_where_it_stands_alone_and_nowhere_else() {
        Names names = new Names();
        List.of("vm-1", "vm-10").forEach(id -> names.note(Said.VM, id));
        names.note(Said.HOST, "site");
        names.close();
        assertEquals("vm-2 (vm-1), avm-1, vm-100, vm-2", names.of(Said.SENTENCE, "vm-10 (vm-1), avm-1, vm-100, vm-10"));
        assertEquals("vm-1 = 'vm-1' or \"vm-2\"", names.of(Said.QUOTING, "vm-1 = 'vm-1' or \"vm-10\""));
        assertEquals("site", names.of(Said.HOST, "site"), "our own word for a site's partition");
    }

    @Test
    void a_rule_names_racks_and_sites_by_their_pseudonyms_however_short_they_are() {
        Names names = new Names();
        List.of("r1", "r2").forEach(rack -> names.note(Said.RACK, rack));
        names.note(Said.SITE, "s");
        names.note(Said.HOST_NAME, "h");
        names.close();
        assertEquals(
                "rack = 'rack-2' and site = \"site-1\" and hostName = 'h-1' and r2 > 'r3'",
                names.of(Said.RULE, "rack = 'r2' and site = \"s\" and hostName = 'h' and r2 > 'r3'"));
        assertEquals("mode: 's'", names.of(Said.QUOTING, "mode: 's'"), "settings have such words of their own");
    }

    @Test
    void the_owner_in_the_header_of_a_rule_is_called_as_in_its_detections() {
        Names names = new Names();
        String rule =
                "/*\n * name: a\n * owner: the team\n *   of ann\n * mode: shadow\n */\nselect hostId from HostLoss";
        names.note(Said.RULE, rule);
        names.close();
        String renamed = names.of(Said.RULE, rule);
        assertEquals("person-1", RuleHeader.parse(renamed).terms().getOwner());
        assertEquals(
                "person-1", names.of(Said.PERSON, RuleHeader.parse(rule).terms().getOwner()));
        assertFalse(renamed.contains("ann"), renamed);
    }
}
