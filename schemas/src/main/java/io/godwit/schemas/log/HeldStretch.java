package io.godwit.schemas.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** All that was committed in a range of one topic and segment, at hand. */
sealed interface HeldStretch {
    /** The range, within what is kept and was committed. */
    LogRange range();

    /** Hands over the records of [from, to) in order; false if the visitor ended it. */
    boolean scan(long from, long to, Log.Visitor visitor);

    /** Offset of its first record; empty: there is none. */
    OptionalLong first();

    /** Offset of the first record that is not older than a time; empty: there is none. */
    OptionalLong firstAt(long millis);

    /** Lets it go. */
    void release();

    default boolean begins(LogRange wanted) {
        return wanted.from() >= range().from() && wanted.from() <= range().to();
    }

    /**
     * In memory.
     *
     * @param newestMillis greatest timestamp up to each of them, as times need not grow along a log
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record InMemory(LogRange range, List<LogRecord> records, long[] newestMillis) implements HeldStretch {
        static InMemory of(LogRange range, List<LogRecord> records) {
            long[] newestMillis = new long[records.size()];
            long newest = Long.MIN_VALUE;
            for (int i = 0; i < newestMillis.length; i++) {
                newest = Math.max(newest, records.get(i).timestampMillis());
                newestMillis[i] = newest;
            }
            return new InMemory(range, List.copyOf(records), newestMillis);
        }

        @Override
        public boolean scan(long from, long to, Log.Visitor visitor) {
            for (int i = indexOf(from); i < indexOf(to); i++) {
                if (!visitor.take(records.get(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public OptionalLong first() {
            return records.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(records.getFirst().offset());
        }

        @Override
        public OptionalLong firstAt(long millis) {
            int low = 0;
            int high = newestMillis.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (newestMillis[middle] < millis) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low == records.size()
                    ? OptionalLong.empty()
                    : OptionalLong.of(records.get(low).offset());
        }

        /** Index of the first record that is not below an offset. */
        private int indexOf(long offset) {
            int low = 0;
            int high = records.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (records.get(middle).offset() < offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        @Override
        public void release() {}
    }

    /** In a file, which holds one record at least and is removed when it is let go. */
    record InFile(LogRange range, Path file, StoredSegment stored) implements HeldStretch {
        static InFile of(LogRange range, Path file) {
            return new InFile(range, file, StoredSegment.open(range.topic(), range.segment(), file));
        }

        @Override
        public boolean scan(long from, long to, Log.Visitor visitor) {
            return stored.scan(from, to, visitor);
        }

        @Override
        public OptionalLong first() {
            return OptionalLong.of(stored.beginning());
        }

        @Override
        public OptionalLong firstAt(long millis) {
            long found = stored.offsetAtTime(millis);
            return found == stored.end() ? OptionalLong.empty() : OptionalLong.of(found);
        }

        @Override
        public void release() {
            stored.close();
            try {
                Files.delete(file);
                Files.delete(StoredSegment.indexOf(file));
            } catch (IOException failed) {
                throw new UncheckedIOException("cannot remove " + file, failed);
            }
        }
    }
}
