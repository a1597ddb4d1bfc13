package io.godwit.overlaysync.mirror;

import io.godwit.schemas.kafka.KafkaLog;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * Gives a mirrored record the offset that it has at home, as a header of 8 bytes, big-endian: a copy stands at another
 * offset, and positions mean the one at home.
 */
public final class HomeOffset implements Transformation<SourceRecord> {
    @Override
    public SourceRecord apply(SourceRecord record) {
        if (record.sourceOffset() != null && record.sourceOffset().get("offset") instanceof Long offset) {
            record.headers().remove(KafkaLog.HOME_OFFSET);
            record.headers()
                    .addBytes(
                            KafkaLog.HOME_OFFSET,
                            ByteBuffer.allocate(Long.BYTES).putLong(offset).array());
        }
        return record;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // nothing to set
    }

    @Override
    public void close() {
        // nothing is held
    }
}
