package io.godwit.schemas.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A log of which some stretches are held in memory, each read once; what is not held is asked of the log behind it. Its
 * beginnings and ends are those of the moment when they were first asked for. Safe for use by several threads.
 */
public final class HeldLog implements Log {
    private final Log behind;
    private final Map<Place, Held> held = new HashMap<>();
    private final Map<Topic, List<Long>> beginnings = new EnumMap<>(Topic.class);
    private final Map<Topic, List<Long>> ends = new EnumMap<>(Topic.class);

    private record Place(Topic topic, int segment) {}

    /**
     * Records of [from, to), which is all that was committed there.
     *
     * @param newestMillis greatest timestamp up to each of them, as times need not grow along a log
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Held(long from, long to, List<LogRecord> records, long[] newestMillis) {
        static Held of(LogRange range, List<LogRecord> records) {
            long[] newestMillis = new long[records.size()];
            long newest = Long.MIN_VALUE;
            for (int i = 0; i < newestMillis.length; i++) {
                newest = Math.max(newest, records.get(i).timestampMillis());
                newestMillis[i] = newest;
            }
            return new Held(range.from(), range.to(), List.copyOf(records), newestMillis);
        }

        boolean covers(LogRange range) {
            return range.from() >= from && range.to() <= to;
        }

        /** Index of the first record that is not below an offset. */
        int indexOf(long offset) {
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

        /** Index of the first record that is not older than a time. */
        int indexAt(long millis) {
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
            return low;
        }
    }

    public HeldLog(Log behind) {
        this.behind = behind;
    }

    /** Reads ranges into memory, all at once; what was held of the same topics and segments is let go. */
    public synchronized void hold(Collection<LogRange> ranges) {
        Map<Place, List<LogRecord>> records = new HashMap<>();
        List<LogRange> kept = ranges.stream().map(this::kept).toList();
        kept.forEach(range -> records.put(new Place(range.topic(), range.segment()), new ArrayList<>()));
        behind.scan(
                kept,
                record ->
                        records.get(new Place(record.topic(), record.segment())).add(record));
        for (LogRange range : kept) {
            Place place = new Place(range.topic(), range.segment());
            held.put(place, Held.of(range, records.get(place)));
        }
    }

    /** Lets a segment's stretch of a topic go. */
    public synchronized void release(Topic topic, int segment) {
        held.remove(new Place(topic, segment));
    }

    /** A range within what is kept and was committed. */
    private LogRange kept(LogRange range) {
        long beginning = beginning(range.topic(), range.segment());
        long end = end(range.topic(), range.segment());
        long from = Math.clamp(range.from(), beginning, Math.max(beginning, end));
        return new LogRange(range.topic(), range.segment(), from, Math.clamp(range.to(), from, Math.max(from, end)));
    }

    @Override
    public String site() {
        return behind.site();
    }

    @Override
    public String incarnation() {
        return behind.incarnation();
    }

    @Override
    public int segments() {
        return behind.segments();
    }

    @Override
    public boolean atHand() {
        return behind.atHand();
    }

    @Override
    public synchronized long beginning(Topic topic, int segment) {
        return beginnings.computeIfAbsent(topic, behind::beginnings).get(segment);
    }

    @Override
    public synchronized long end(Topic topic, int segment) {
        return ends.computeIfAbsent(topic, behind::ends).get(segment);
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        Held stretch = stretch(topic, segment);
        if (stretch != null) {
            boolean whole = stretch.from() == beginning(topic, segment) && stretch.to() == end(topic, segment);
            int index = stretch.indexAt(time.toEpochMilli());
            if (index < stretch.records().size() && (index > 0 || whole)) { // else an earlier record may be it
                return stretch.records().get(index).offset();
            }
            if (index == stretch.records().size() && whole) {
                return stretch.to();
            }
        }
        if (behind.atHand()) {
            return behind.offsetAt(topic, segment, time);
        }
        synchronized (this) {
            return behind.offsetAt(topic, segment, time);
        }
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        List<LogRange> elsewhere = new ArrayList<>();
        for (LogRange range : ranges) {
            LogRange wanted = kept(range);
            Held stretch = stretch(range.topic(), range.segment());
            if (stretch == null || !stretch.covers(wanted)) {
                elsewhere.add(wanted);
                continue;
            }
            for (int i = stretch.indexOf(wanted.from()); i < stretch.indexOf(wanted.to()); i++) {
                if (!visitor.take(stretch.records().get(i))) {
                    return;
                }
            }
        }
        if (!elsewhere.isEmpty()) {
            if (behind.atHand()) {
                behind.scan(elsewhere, visitor);
            } else {
                synchronized (this) {
                    behind.scan(elsewhere, visitor);
                }
            }
        }
    }

    private synchronized Held stretch(Topic topic, int segment) {
        return held.get(new Place(topic, segment));
    }

    @Override
    public void close() {
        behind.close();
    }
}
