package io.godwit.schemas.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The records of one topic and segment in a folder, mapped into memory, so that reading may begin anywhere. */
final class StoredSegment implements AutoCloseable {
    private static final int RECORD_BYTES_MAX = 64 << 20; // far above the broker's bound; a larger length is damage
    private static final int HEAD_BYTES = 2 * Long.BYTES + Integer.BYTES; // up to the key's length
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Topic topic;
    private final int segment;
    private final Path file;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment bytes;
    private final StoredIndex index;

    private StoredSegment(Topic topic, int segment, Path file) throws IOException {
        this.topic = topic;
        this.segment = segment;
        this.file = file;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            this.bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        List<StoredIndex.Mark> marks = StoredIndex.read(indexOf(file), bytes.byteSize());
        this.index = marks.isEmpty() ? made() : new StoredIndex(marks);
    }

    static StoredSegment open(Topic topic, int segment, Path file) {
        try {
            return new StoredSegment(topic, segment, file);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file, failed);
        }
    }

    /** Where the marks of a file of records stand. */
    static Path indexOf(Path file) {
        return file.resolveSibling(file.getFileName().toString().replaceFirst("\\.log$", ".index"));
    }

    private StoredIndex made() {
        StoredIndex.Maker maker = new StoredIndex.Maker();
        long place = 0;
        while (place < bytes.byteSize()) {
            maker.record(offsetAt(place), timestampAt(place), place);
            place = afterValue(valueLengthAt(place), keyLengthAt(place), place);
        }
        return maker.finish(bytes.byteSize());
    }

    long beginning() {
        return index.marks().getFirst().offset();
    }

    long end() {
        return index.end().offset();
    }

    /** First offset whose record is not older, or the end. */
    long offsetAtTime(long millis) {
        long place = index.placeOfTime(millis);
        while (place < bytes.byteSize()) {
            if (timestampAt(place) >= millis) {
                return offsetAt(place);
            }
            place = afterValue(valueLengthAt(place), keyLengthAt(place), place);
        }
        return end();
    }

    /** Hands over the records of [from, to) in order; false if the visitor ended it. */
    boolean scan(long from, long to, Log.Visitor visitor) {
        long place = index.placeOfOffset(from);
        while (place < bytes.byteSize()) {
            long offset = offsetAt(place);
            if (offset >= to) {
                return true;
            }
            int keyLength = keyLengthAt(place);
            int valueLength = valueLengthAt(place);
            long next = afterValue(valueLength, keyLength, place);
            if (offset >= from) {
                byte[] key = bytes(place + HEAD_BYTES, keyLength);
                byte[] value = bytes(next - Math.max(0, valueLength), valueLength);
                if (!visitor.take(new LogRecord(topic, segment, offset, timestampAt(place), key, value))) {
                    return false;
                }
            }
            place = next;
        }
        return true;
    }

    private long offsetAt(long place) {
        return bytes.get(LONG, within(place, HEAD_BYTES));
    }

    private long timestampAt(long place) {
        return bytes.get(LONG, within(place, HEAD_BYTES) + Long.BYTES);
    }

    private int keyLengthAt(long place) {
        return length(within(place, HEAD_BYTES) + 2 * Long.BYTES);
    }

    private int valueLengthAt(long place) {
        return length(within(place + HEAD_BYTES + Math.max(0, keyLengthAt(place)), Integer.BYTES));
    }

    private long afterValue(int valueLength, int keyLength, long place) {
        long value = place + HEAD_BYTES + Math.max(0, keyLength) + Integer.BYTES;
        return within(value, Math.max(0, valueLength)) + Math.max(0, valueLength);
    }

    private int length(long place) {
        int length = bytes.get(INT, place);
        if (length < -1 || length > RECORD_BYTES_MAX) {
            throw damaged(new IOException(
                    file + " has a length of " + length + " bytes, which no record has; export it again"));
        }
        return length;
    }

    /** The place, if so many bytes follow it. */
    private long within(long place, int length) {
        if (place + length > bytes.byteSize()) {
            throw new UncheckedIOException(
                    file + " ends in the middle of a record; export it again", new EOFException());
        }
        return place;
    }

    private UncheckedIOException damaged(IOException how) {
        return new UncheckedIOException("cannot read " + file, how);
    }

    private byte[] bytes(long place, int length) {
        if (length < 0) {
            return null;
        }
        byte[] copy = new byte[length];
        MemorySegment.copy(
                bytes, ValueLayout.JAVA_BYTE, place, copy, 0, length); // toArray asks for names of classes first
        return copy;
    }

    @Override
    public void close() {
        arena.close();
    }
}
