package io.godwit.schemas.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A log of which some stretches are held at hand, in memory or in files, each read once; what is not held is asked of the log
 * behind it, by one thread at a time unless that is at hand itself. Its beginnings and ends are those of the moment when they
 * were first asked for. Safe for use by several threads.
 */
public final class HeldLog implements Log {
    private record Place(Topic topic, int segment) {}

    private final Log behind;
    private final Object asking = new Object();
    private final Optional<TemporaryFolder> folder;
    private final Map<Place, HeldStretch> held = new ConcurrentHashMap<>(); // looked up only
    private final Map<Topic, List<Long>> beginnings = new ConcurrentHashMap<>();
    private final Map<Topic, List<Long>> ends = new ConcurrentHashMap<>();

    private HeldLog(Log behind, Optional<TemporaryFolder> folder) {
        this.behind = behind;
        this.folder = folder;
    }

    /** Holds in memory what is little. */
    public HeldLog(Log behind) {
        this(behind, Optional.empty());
    }

    /** Holds in temporary files what may be more than memory. */
    public static HeldLog inFiles(Log behind) {
        return new HeldLog(behind, Optional.of(new TemporaryFolder("godwit-log-")));
    }

    /** Reads ranges, all at once; what was held of the same topics and segments is let go. */
    public void hold(Collection<LogRange> ranges) {
        List<LogRange> kept = ranges.stream().map(this::kept).toList();
        kept.forEach(range -> release(range.topic(), range.segment()));
        synchronized (asking) {
            if (folder.isPresent()) {
                holdInFiles(kept, folder.get().path());
            } else {
                holdInMemory(kept);
            }
        }
    }

    private void holdInMemory(List<LogRange> ranges) {
        Map<Place, List<LogRecord>> records = new HashMap<>();
        ranges.forEach(range -> records.put(placeOf(range), new ArrayList<>()));
        behind.scan(
                ranges,
                record ->
                        records.get(new Place(record.topic(), record.segment())).add(record));
        ranges.forEach(range -> held.put(placeOf(range), HeldStretch.InMemory.of(range, records.get(placeOf(range)))));
    }

    private void holdInFiles(List<LogRange> ranges, Path into) {
        Map<Place, StoredSegmentWriter> writers = new HashMap<>();
        try {
            behind.scan(ranges, record -> {
                append(writers, record, into);
                return true;
            });
        } finally {
            writers.values().forEach(this::close);
        }
        for (LogRange range : ranges) {
            held.put(
                    placeOf(range),
                    writers.containsKey(placeOf(range))
                            ? HeldStretch.InFile.of(range, DirectoryLog.file(into, range.topic(), range.segment()))
                            : HeldStretch.InMemory.of(range, List.of()));
        }
    }

    private void append(Map<Place, StoredSegmentWriter> writers, LogRecord record, Path into) {
        try {
            Place place = new Place(record.topic(), record.segment());
            StoredSegmentWriter writer = writers.get(place);
            if (writer == null) {
                writer = new StoredSegmentWriter(DirectoryLog.file(into, place.topic(), place.segment()));
                writers.put(place, writer);
            }
            writer.append(record);
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    private void close(StoredSegmentWriter writer) {
        try {
            writer.close();
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    private UncheckedIOException failed(IOException failed) {
        return new UncheckedIOException(
                "cannot keep a part of the log in " + folder.orElseThrow().path() + " (" + failed.getMessage()
                        + "); make room there, or " + TemporaryFolder.ELSEWHERE,
                failed);
    }

    private static Place placeOf(LogRange range) {
        return new Place(range.topic(), range.segment());
    }

    /** Lets a segment's stretch of a topic go. */
    public void release(Topic topic, int segment) {
        HeldStretch stretch = held.remove(new Place(topic, segment));
        if (stretch != null) {
            stretch.release();
        }
    }

    /** Lets all go; the log behind it stays open. */
    public void release() {
        held.keySet().forEach(place -> release(place.topic(), place.segment()));
        folder.ifPresent(TemporaryFolder::close);
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

    /** What is held in files is held to be read in small steps, as it stands there. */
    @Override
    public boolean atHand() {
        return folder.isPresent() || behind.atHand();
    }

    @Override
    public long beginning(Topic topic, int segment) {
        List<Long> known = beginnings.get(topic);
        if (known == null) {
            synchronized (asking) {
                known = beginnings.computeIfAbsent(topic, behind::beginnings);
            }
        }
        return known.get(segment);
    }

    @Override
    public long end(Topic topic, int segment) {
        List<Long> known = ends.get(topic);
        if (known == null) {
            synchronized (asking) {
                known = ends.computeIfAbsent(topic, behind::ends);
            }
        }
        return known.get(segment);
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        HeldStretch stretch = held.get(new Place(topic, segment));
        if (stretch != null) {
            boolean fromBeginning = stretch.range().from() == beginning(topic, segment);
            OptionalLong first = stretch.first();
            OptionalLong found = stretch.firstAt(time.toEpochMilli());
            if (fromBeginning || (first.isPresent() && !found.equals(first))) { // else an earlier record may be it
                if (found.isPresent()) {
                    return found.getAsLong();
                }
                if (stretch.range().to() == end(topic, segment)) {
                    return stretch.range().to();
                }
            }
        }
        if (behind.atHand()) {
            return behind.offsetAt(topic, segment, time);
        }
        synchronized (asking) {
            return behind.offsetAt(topic, segment, time);
        }
    }

    /** The same for every segment, in order, asked of the log behind it at once. */
    @Override
    public List<Long> offsetsAt(Topic topic, Instant time) {
        synchronized (asking) {
            return behind.offsetsAt(topic, time);
        }
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        List<LogRange> elsewhere = new ArrayList<>();
        for (LogRange range : ranges) {
            LogRange wanted = kept(range);
            HeldStretch stretch = held.get(placeOf(range));
            if (stretch == null || !stretch.begins(wanted)) {
                elsewhere.add(wanted);
                continue;
            }
            long to = stretch.range().to();
            if (!stretch.scan(wanted.from(), Math.min(wanted.to(), to), visitor)) {
                return;
            }
            if (wanted.to() > to) {
                elsewhere.add(new LogRange(range.topic(), range.segment(), to, wanted.to()));
            }
        }
        if (!elsewhere.isEmpty()) {
            if (behind.atHand()) {
                behind.scan(elsewhere, visitor);
            } else {
                synchronized (asking) {
                    behind.scan(elsewhere, visitor);
                }
            }
        }
    }

    @Override
    public void close() {
        release();
        behind.close();
    }
}
