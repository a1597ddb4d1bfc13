package io.godwit.schemas.log;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the records of one topic and segment into a file, and where to begin to read in it beside that. */
final class StoredSegmentWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path file;
    private final DataOutputStream out;
    private final StoredIndex.Maker index = new StoredIndex.Maker();
    private long place;

    StoredSegmentWriter(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        this.file = file;
        this.out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES));
    }

    void append(LogRecord record) throws IOException {
        index.record(record.offset(), record.timestampMillis(), place);
        out.writeLong(record.offset());
        out.writeLong(record.timestampMillis());
        place += 2 * Long.BYTES + append(record.key()) + append(record.value());
    }

    private int append(byte[] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        out.write(bytes == null ? new byte[0] : bytes);
        return Integer.BYTES + (bytes == null ? 0 : bytes.length);
    }

    @Override
    public void close() throws IOException {
        out.close();
        index.finish(place).write(StoredSegment.indexOf(file));
    }
}
