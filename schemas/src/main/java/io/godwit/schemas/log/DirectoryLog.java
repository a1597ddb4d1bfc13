package io.godwit.schemas.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * A log in a folder, to keep or hand on a piece of one: a file "log.properties" with site, incarnation and number of
 * segments, and for each topic and segment a file "STAGE/SEGMENT.log". A file is a row of records: offset (8 bytes),
 * timestamp in milliseconds (8), length of the key (4, -1: none), key, length of the value (4), value; numbers big-endian,
 * offsets growing; a file "STAGE/SEGMENT.index" beside it, which may be missing, says where to begin to read. Not safe for use by several threads.
 */
public final class DirectoryLog implements Log {
    private static final String FORMAT = "1";

    private final Path folder;
    private final String site;
    private final String incarnation;
    private final int segments;
    private final Map<Path, StoredSegment> opened = new HashMap<>();

    /** @throws IllegalArgumentException if the folder holds no log that this version reads */
    public DirectoryLog(Path folder) {
        this.folder = folder;
        Path head = folder.resolve("log.properties");
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
    static void finish(Path folder, String site, String incarnation, int segments) throws IOException {
        Files.writeString(
                folder.resolve("log.properties"),
                "format=%s%nsite=%s%nincarnation=%s%nsegments=%d%n".formatted(FORMAT, site, incarnation, segments),
                StandardCharsets.UTF_8);
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
    public long beginning(Topic topic, int segment) {
        return stored(topic, segment).map(StoredSegment::beginning).orElse(0L);
    }

    @Override
    public long end(Topic topic, int segment) {
        return stored(topic, segment).map(StoredSegment::end).orElse(0L);
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return stored(topic, segment)
                .map(stored -> stored.offsetAtTime(time.toEpochMilli()))
                .orElse(0L);
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
    private Optional<StoredSegment> stored(Topic topic, int segment) {
        Path file = file(folder, topic, segment);
        if (!opened.containsKey(file) && Files.exists(file)) {
            opened.put(file, StoredSegment.open(topic, segment, file));
        }
        return Optional.ofNullable(opened.get(file));
    }

    @Override
    public void close() {
        opened.values().forEach(StoredSegment::close);
        opened.clear();
    }

    static Path file(Path folder, Topic topic, int segment) {
        return folder.resolve(topic.stage()).resolve(segment + ".log");
    }
}
