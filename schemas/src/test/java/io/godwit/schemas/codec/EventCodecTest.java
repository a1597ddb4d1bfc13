package io.godwit.schemas.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.Tick;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

final class EventCodecTest {
    private static final HostLost LOST = new HostLost("h1", "connection closed", "monitor-1");

    @Test
    void an_event_comes_back_as_it_went() {
        assertEquals(LOST, EventCodec.decode(EventCodec.encode(LOST)));
        assertEquals(LOST, EventCodec.decode(EventCodec.encode(LOST), HostLost.class));
    }

    @Test
    void avros_own_decoder_reads_it_too() throws java.io.IOException {
        BinaryMessageDecoder<HostLost> stock =
                new BinaryMessageDecoder<>(SpecificData.get(), HostLost.getClassSchema());
        assertEquals(LOST, stock.decode(EventCodec.encode(LOST)));
    }

    @Test
    void an_event_of_no_topic_is_refused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> EventCodec.encode(new Position("observations.host.v1", 0, 1L, "", "")));
        assertTrue(refused.getMessage().contains("is listed for no topic"), refused.getMessage());
    }

    @Test
    void what_cannot_be_read_says_why_and_what_to_do() {
        byte[] whole = EventCodec.encode(LOST);
        assertUnreadable(null, "has no value; events are never deleted by key");
        assertUnreadable(new byte[] {1, 2}, "does not begin with C3 01 and a fingerprint");
        assertUnreadable(new byte[20], "does not begin with C3 01 and a fingerprint");
        byte[] unknown = whole.clone();
        unknown[5]++;
        assertUnreadable(unknown, "a newer version may have written it");
        assertUnreadable(Arrays.copyOf(whole, whole.length - 1), "cannot be read as HostLost");
        assertUnreadable(Arrays.copyOf(whole, whole.length + 1), "bytes left over after HostLost");
        byte[] endless = whole.clone();
        Arrays.fill(endless, EventCodec.HEADER_BYTES, endless.length, (byte) 0xFF);
        assertUnreadable(endless, "cannot be read as HostLost");
    }

    @Test
    void another_event_than_the_asked_one_is_told() {
        byte[] tick = EventCodec.encode(new Tick(1, 2L, "cep-1"));
        assertEquals(
                "is a Tick, not a HostLost",
                assertThrows(UnreadableRecord.class, () -> EventCodec.decode(tick, HostLost.class))
                        .getMessage());
    }

    @Test
    void what_is_said_now_is_the_same_in_the_words_of_an_older_version_that_lacks_a_field() {
        Schema today = Tick.getClassSchema();
        List<Schema.Field> fields = today.getFields().stream()
                .limit(today.getFields().size() - 1L)
                .map(field -> new Schema.Field(field, field.schema()))
                .toList();
        Schema older = Schema.createRecord(today.getName(), "", today.getNamespace(), false, fields);
        byte[] now = EventCodec.encode(new Tick(1, 2L, "cep-1"));
        assertArrayEquals(
                EventCodec.inWordsOf(older, now),
                EventCodec.inWordsOf(older, EventCodec.encode(new Tick(1, 2L, "added since"))));
        assertFalse(Arrays.equals(
                EventCodec.inWordsOf(older, now),
                EventCodec.inWordsOf(older, EventCodec.encode(new Tick(1, 3L, "cep-1")))));
        assertArrayEquals(now, EventCodec.inWordsOf(today, now));
    }

    @Test
    void values_of_one_version_are_the_same_where_their_bytes_are() {
        byte[] now = EventCodec.encode(new Tick(1, 2L, "cep-1"));
        assertTrue(EventCodec.same(now.clone(), now));
        assertFalse(EventCodec.same(EventCodec.encode(new Tick(1, 2L, "cep-2")), now));
        assertFalse(EventCodec.same(EventCodec.encode(LOST), now));
        assertFalse(EventCodec.same(new byte[] {1, 2}, now));
    }

    @Test
    void a_thread_that_met_damage_reads_on() {
        byte[] whole = EventCodec.encode(LOST);
        assertThrows(UnreadableRecord.class, () -> EventCodec.decode(Arrays.copyOf(whole, whole.length - 3)));
        assertEquals(LOST, EventCodec.decode(whole));
        assertArrayEquals(whole, EventCodec.encode(LOST));
    }

    private static void assertUnreadable(byte[] value, String because) {
        String message = assertThrows(UnreadableRecord.class, () -> EventCodec.decode(value))
                .getMessage();
        assertTrue(message.contains(because), message);
    }
}
