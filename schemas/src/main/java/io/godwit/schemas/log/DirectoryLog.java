package io.godwit.schemas.log;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A log in a folder, to keep or hand on a piece of one: a file "log.properties" with site, incarnation and number of
 * segments, and for each topic and segment a file "STAGE/SEGMENT.log". A file is a row of records: offset (8 bytes),
 * timestamp in milliseconds (8), length of the key (4, -1: none), key, length of the value (4), value; numbers big-endian,
 * offsets growing. Not safe for use by several threads.
 */
public final class DirectoryLog implements Log {
    private static final String FORMAT = "1";
    private static final int RECORD_BYTES_MAX = 64 << 20; // far above the broker's bound; a larger length is damage

    private final Path folder;
    private final String site;
    private final String incarnation;
    private final int segments;

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
        try {
            Files.createDirectories(folder);
            try (var files = Files.list(folder)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException(folder + " is not empty; give a folder that is not there yet");
                }
            }
            for (LogRange range : ranges) {
                Path file = file(folder, range.topic(), range.segment());
                Files.createDirectories(file.getParent());
                try (DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
                    log.scan(List.of(range), record -> {
                        write(out, record);
                        return true;
                    });
                }
            }
            finish(folder, log.site(), log.incarnation(), log.segments());
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write the log to " + folder, failed);
        }
    }

    /** Written last, so that a folder that was not finished holds no log. */
    static void finish(Path folder, String site, String incarnation, int segments) throws IOException {
        Files.writeString(
                folder.resolve("log.properties"),
                "format=%s%nsite=%s%nincarnation=%s%nsegments=%d%n".formatted(FORMAT, site, incarnation, segments),
                StandardCharsets.UTF_8);
    }

    static void write(DataOutputStream out, LogRecord record) {
        try {
            out.writeLong(record.offset());
            out.writeLong(record.timestampMillis());
            out.writeInt(record.key() == null ? -1 : record.key().length);
            out.write(record.key() == null ? new byte[0] : record.key());
            out.writeInt(record.value() == null ? -1 : record.value().length);
            out.write(record.value() == null ? new byte[0] : record.value());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
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
        long[] first = {0};
        read(topic, segment, record -> {
            first[0] = record.offset();
            return false;
        });
        return first[0];
    }

    @Override
    public long end(Topic topic, int segment) {
        long[] end = {0};
        read(topic, segment, record -> {
            end[0] = record.offset() + 1;
            return true;
        });
        return end[0];
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        List<LogRecord> found = new ArrayList<>(1);
        read(topic, segment, record -> {
            if (record.timestampMillis() < time.toEpochMilli()) {
                return true;
            }
            found.add(record);
            return false;
        });
        return found.isEmpty() ? end(topic, segment) : found.getFirst().offset();
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        boolean[] stopped = {false};
        for (LogRange range : ranges) {
            read(range.topic(), range.segment(), record -> {
                if (record.offset() >= range.to()) {
                    return false;
                }
                if (record.offset() >= range.from() && !visitor.take(record)) {
                    stopped[0] = true;
                    return false;
                }
                return true;
            });
            if (stopped[0]) {
                return;
            }
        }
    }

    @Override
    public void close() {}

    private void read(Topic topic, int segment, Visitor visitor) {
        Path file = file(folder, topic, segment);
        if (!Files.exists(file)) {
            return;
        }
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            while (true) {
                in.mark(1);
                if (in.read() < 0) {
                    return;
                }
                in.reset();
                long offset = in.readLong();
                long timestamp = in.readLong();
                byte[] key = bytes(in, file);
                byte[] value = bytes(in, file);
                if (!visitor.take(new LogRecord(topic, segment, offset, timestamp, key, value))) {
                    return;
                }
            }
        } catch (EOFException cut) {
            throw new UncheckedIOException(file + " ends in the middle of a record; export it again", cut);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file, failed);
        }
    }

    private static byte[] bytes(DataInputStream in, Path file) throws IOException {
        int length = in.readInt();
        if (length < -1 || length > RECORD_BYTES_MAX) {
            throw new IOException(file + " has a length of " + length + " bytes, which no record has; export it again");
        }
        return length < 0 ? null : whole(in.readNBytes(length), length);
    }

    private static byte[] whole(byte[] read, int length) throws EOFException {
        if (read.length < length) {
            throw new EOFException();
        }
        return read;
    }

    static Path file(Path folder, Topic topic, int segment) {
        return folder.resolve(topic.stage()).resolve(segment + ".log");
    }
}
