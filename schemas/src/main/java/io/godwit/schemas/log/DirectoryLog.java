package io.godwit.schemas.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;

/**
 * A log in a folder, to keep or hand on a piece of one: a file "log.properties" with site, incarnation and number of
 * segments, and for each topic and segment a file "STAGE/SEGMENT.log". A file is a row of records: offset (8 bytes),
 * timestamp in milliseconds (8), length of the key (4, -1: none), key, length of the value (4), value; numbers big-endian,
 * offsets growing; a file "STAGE/SEGMENT.index" beside it, which may be missing, says where to begin to read. Where only a
 * part of a log was kept, "whole-from.STAGE.SEGMENT" in the properties names the offset from which on nothing was left out:
 * records before it stand by themselves. Safe for use by several threads.
 */
public final class DirectoryLog implements Log {
    private static final String FORMAT = "1";
    static final String HEAD = "log.properties";
    private static final String WHOLE_FROM = "whole-from.";

    private final Path folder;
    private final String site;
    private final String incarnation;
    private final int segments;
    private final Map<String, Long> wholeFrom = new HashMap<>();
    private final Map<Path, StoredSegment> opened = new HashMap<>();

    /** @throws IllegalArgumentException if the folder holds no log that this version reads */
    public DirectoryLog(Path folder) {
        this.folder = folder;
        Path head = folder.resolve(HEAD);
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(head)) {
            properties.load(reader);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    folder + " holds no log: " + head + " cannot be read; give a folder that was written to its end",
                    unreadable);
        }
        if (!FORMAT.equals(properties.getProperty("format"))) {
            throw new IllegalArgumentException(
                    "%s has format %s, this version reads %s; read it with the version that wrote it"
                            .formatted(head, properties.getProperty("format"), FORMAT));
        }
        this.site = properties.getProperty("site");
        this.incarnation = properties.getProperty("incarnation");
        this.segments = Integer.parseInt(properties.getProperty("segments"));
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(WHOLE_FROM))
                .forEach(name -> wholeFrom.put(
                        name.substring(WHOLE_FROM.length()), Long.parseLong(properties.getProperty(name))));
    }

    /** Copies ranges of a log to a folder, which is created and must be empty. */
    public static void write(Path folder, Log log, List<LogRange> ranges) {
        try (DirectoryLogWriter writer =
                new DirectoryLogWriter(folder, log.site(), log.incarnation(), log.segments())) {
            log.scan(ranges, record -> {
                writer.append(record);
                return true;
            });
            writer.finish();
        }
    }

    /** Written last, so that a folder that was not finished holds no log. */
    static void finish(Path folder, String site, String incarnation, int segments, SortedMap<String, Long> wholeFrom)
            throws IOException {
        StringBuilder text = new StringBuilder(
                "format=%s%nsite=%s%nincarnation=%s%nsegments=%d%n".formatted(FORMAT, site, incarnation, segments));
        wholeFrom.forEach((place, offset) -> text.append("%s%s=%d%n".formatted(WHOLE_FROM, place, offset)));
        Files.writeString(folder.resolve(HEAD), text, StandardCharsets.UTF_8);
    }

    /** How the head of a log names a topic and segment, as in "outcomes.host.v1.3". */
    static String place(Topic topic, int segment) {
        return topic.stage() + "." + segment;
    }

    @Override
    public String site() {
        return site;
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public int segments() {
        return segments;
    }

    @Override
    public boolean atHand() {
        return true;
    }

    @Override
    public long beginning(Topic topic, int segment) {
        Long whole = wholeFrom.get(place(topic, segment));
        return whole != null
                ? whole
                : stored(topic, segment).map(StoredSegment::beginning).orElse(0L);
    }

    /** One that stands by itself before what was kept whole is there as well. */
    @Override
    public Optional<LogRecord> at(Topic topic, int segment, long offset) {
        List<LogRecord> found = new ArrayList<>(1);
        scan(List.of(new LogRange(topic, segment, offset, offset + 1)), found::add);
        return found.stream().findFirst();
    }

    @Override
    public long end(Topic topic, int segment) {
        long whole = wholeFrom.getOrDefault(place(topic, segment), 0L);
        return Math.max(whole, stored(topic, segment).map(StoredSegment::end).orElse(0L));
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return stored(topic, segment)
                .map(stored -> {
                    long found = stored.offsetAtTime(time.toEpochMilli());
                    return found == stored.end() ? end(topic, segment) : found;
                })
                .orElseGet(() -> end(topic, segment));
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        for (LogRange range : ranges) {
            Optional<StoredSegment> stored = stored(range.topic(), range.segment());
            if (stored.isPresent() && !stored.get().scan(range.from(), range.to(), visitor)) {
                return;
            }
        }
    }

    /** Empty where nothing of the topic and segment was kept. */
    private synchronized Optional<StoredSegment> stored(Topic topic, int segment) {
        Path file = file(folder, topic, segment);
        if (!opened.containsKey(file) && Files.exists(file)) {
            opened.put(file, StoredSegment.open(topic, segment, file));
        }
        return Optional.ofNullable(opened.get(file));
    }

    @Override
    public synchronized void close() {
        opened.values().forEach(StoredSegment::close);
        opened.clear();
    }

    static Path file(Path folder, Topic topic, int segment) {
        return folder.resolve(topic.stage()).resolve(segment + ".log");
    }
}
