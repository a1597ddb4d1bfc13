package io.godwit.ittests.overlay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.apache.kafka.common.utils.Utils;

/** The file that a stopped broker keeps of one segment of a topic, for who changes what was. */
final class TamperedFile {
    private final Path folder;
    private final Path file;

    private TamperedFile(Path folder, Path file) {
        this.folder = folder;
        this.file = file;
    }

    static TamperedFile of(Path records, String topic, int segment) throws IOException {
        Path folder;
        try (Stream<Path> below = Files.walk(records)) {
            folder = below.filter(path -> path.endsWith(new TopicPartition(topic, segment).toString()))
                    .findFirst()
                    .orElseThrow();
        }
        return new TamperedFile(folder, folder.resolve("%020d.log".formatted(0)));
    }

    /** Gives one record another value; batches, offsets, times and checksums are as a broker would have written them. */
    void change(long offset, UnaryOperator<byte[]> value) throws IOException {
        byte[] before = Files.readAllBytes(file);
        ByteBufferOutputStream after = new ByteBufferOutputStream(before.length * 2);
        boolean changed = false;
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(ByteBuffer.wrap(before)).batches()) {
            if (offset < batch.baseOffset() || offset > batch.lastOffset()) {
                ByteBuffer same = ByteBuffer.allocate(batch.sizeInBytes());
                batch.writeTo(same);
                after.write(same.flip());
            } else {
                changed = true;
                after.write(rebuilt(batch, offset, value).buffer());
            }
        }
        if (!changed) {
            throw new IllegalArgumentException("no record " + offset + " in " + file);
        }
        after.buffer().flip();
        Files.write(file, Utils.toArray(after.buffer()));
        try (Stream<Path> beside = Files.list(folder)) {
            for (Path index :
                    beside.filter(path -> path.toString().endsWith("index")).toList()) {
                Files.delete(index); // the broker makes them anew
            }
        }
    }

    private static MemoryRecords rebuilt(MutableRecordBatch batch, long offset, UnaryOperator<byte[]> value) {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(batch.sizeInBytes() * 2),
                batch.magic(),
                Compression.of(batch.compressionType()).build(),
                batch.timestampType(),
                batch.baseOffset(),
                batch.maxTimestamp(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence(),
                batch.isTransactional(),
                batch.isControlBatch(),
                batch.partitionLeaderEpoch(),
                batch.sizeInBytes() * 2);
        for (Record record : batch) {
            byte[] old = Utils.toArray(record.value());
            builder.appendWithOffset(
                    record.offset(),
                    record.timestamp(),
                    Utils.toArray(record.key()),
                    record.offset() == offset ? value.apply(old) : old,
                    record.headers());
        }
        return builder.build();
    }
}
