package io.godwit.schemas.log;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to begin to read in a file of records: a mark about every quarter of a mebibyte, and one at the end. It only makes
 * reading faster: one that is missing or does not fit its file is made again from the file. A file of marks is a row of
 * offset, newest timestamp before it, place in the file; 8 bytes each, big-endian.
 *
 * @param marks offsets and places growing; the last one is the end
 */
record StoredIndex(List<Mark> marks) {
    private static final long BYTES_BETWEEN = 256 << 10;

    /**
     * A place where a record begins, or the end.
     *
     * @param offset of that record; at the end one more than the last record's
     * @param newestMillis greatest timestamp of all records before; Long.MIN_VALUE at the beginning
     * @param place byte in the file
     */
    record Mark(long offset, long newestMillis, long place) {}

    /** Makes the marks of a file, record by record. */
    static final class Maker {
        private final List<Mark> marks = new ArrayList<>();
        private long newestMillis = Long.MIN_VALUE;
        private long end;

        /** @param place where the record begins */
        void record(long offset, long timestampMillis, long place) {
            if (marks.isEmpty() || place - marks.getLast().place() >= BYTES_BETWEEN) {
                marks.add(new Mark(offset, newestMillis, place));
            }
            newestMillis = Math.max(newestMillis, timestampMillis);
            end = offset + 1;
        }

        StoredIndex finish(long bytes) {
            marks.add(new Mark(end, newestMillis, bytes));
            return new StoredIndex(List.copyOf(marks));
        }
    }

    Mark end() {
        return marks.getLast();
    }

    /** The last mark that no record of this offset or later comes before. */
    long placeOfOffset(long offset) {
        int low = 0;
        int high = marks.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).offset() <= offset) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return marks.get(low).place();
    }

    /** The last mark that no record of this time or later comes before. */
    long placeOfTime(long millis) {
        int low = 0;
        int high = marks.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).newestMillis() < millis) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return marks.get(low).place();
    }

    void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (Mark mark : marks) {
                out.writeLong(mark.offset());
                out.writeLong(mark.newestMillis());
                out.writeLong(mark.place());
            }
        }
    }

    /** The marks of a file; empty where they do not fit a file of records of this size. */
    static List<Mark> read(Path file, long bytes) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Mark> marks = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (long left = Files.size(file) / (3 * Long.BYTES); left > 0; left--) {
                marks.add(new Mark(in.readLong(), in.readLong(), in.readLong()));
            }
        }
        return marks.isEmpty() || marks.getLast().place() != bytes ? List.of() : List.copyOf(marks);
    }
}
