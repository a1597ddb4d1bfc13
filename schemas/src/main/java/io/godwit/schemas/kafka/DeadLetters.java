package io.godwit.schemas.kafka;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes the record that tells of one that could not be read. It stands in the same segment of the dead letters. */
public final class DeadLetters {
    private static final int KEY_BYTES_MAX = 1 << 10;
    private static final int VALUE_BYTES_MAX = 64 << 10;

    private DeadLetters() {}

    public static DeadLetter of(LogRecord record, String reason, String reader) {
        return new DeadLetter(
                record.position(),
                atMost(record.key(), KEY_BYTES_MAX),
                atMost(record.value(), VALUE_BYTES_MAX),
                reason,
                reader);
    }

    public static ProducerRecord<byte[], byte[]> record(String site, LogRecord record, String reason, String reader) {
        return new ProducerRecord<>(
                Topic.DEAD_LETTERS.of(site), record.segment(), null, EventCodec.encode(of(record, reason, reader)));
    }

    private static ByteBuffer atMost(byte[] bytes, int max) {
        return bytes == null
                ? ByteBuffer.allocate(0)
                : ByteBuffer.wrap(Arrays.copyOf(bytes, Math.min(bytes.length, max)));
    }
}
