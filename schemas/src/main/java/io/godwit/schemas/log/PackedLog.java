package io.godwit.schemas.log;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * A log in one file: a zip of the files of a {@link DirectoryLog} below "log/", and beside them a text that tells what it is.
 * It is read from a temporary folder, which all readers in the process share, and which is removed when the last one closes.
 */
public final class PackedLog implements Log {
    private static final String BELOW = "log/";
    private static final long UNPACKED_MAX = 64L << 30; // a day of a large site; more is a file made to fill disks
    private static final Map<Path, Unpacked> UNPACKED = new HashMap<>();

    /** A folder that several read. */
    private static final class Unpacked {
        final TemporaryFolder folder;
        int readers;

        Unpacked(TemporaryFolder folder) {
            this.folder = folder;
        }
    }

    private final Path file;
    private final DirectoryLog log;
    private boolean closed;

    private PackedLog(Path file, DirectoryLog log) {
        this.file = file;
        this.log = log;
    }

    /**
     * Packs a folder that holds a log.
     *
     * @param name file that tells what it is, as in "manifest.json"
     */
    public static void write(Path file, Path folder, String name, String text) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
                Stream<Path> files = Files.walk(folder)) {
            begin(zip, name);
            zip.write(text.getBytes(StandardCharsets.UTF_8));
            for (Path one : files.filter(Files::isRegularFile).sorted().toList()) {
                if (!one.toString().endsWith(".index")) { // made again where it is read
                    begin(
                            zip,
                            BELOW
                                    + folder.relativize(one)
                                            .toString()
                                            .replace(folder.getFileSystem().getSeparator(), "/"));
                    Files.copy(one, zip);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write " + file, failed);
        }
    }

    /** One time for all, so that equal logs make equal files. */
    private static void begin(ZipOutputStream zip, String name) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
    }

    /**
     * The text beside the log.
     *
     * @throws IllegalArgumentException if the file is none of ours
     */
    public static String text(Path file, String name) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                throw strange(file, "it has no " + name, null);
            }
            try (InputStream in = zip.getInputStream(entry)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (ZipException wrong) {
            throw strange(file, wrong.getMessage(), wrong);
        } catch (IOException unreadable) {
            throw strange(file, unreadable.getMessage(), unreadable);
        }
    }

    /** @throws IllegalArgumentException if the file holds no log that this version reads */
    public static PackedLog open(Path file) {
        synchronized (UNPACKED) {
            Path key = file.toAbsolutePath().normalize();
            Unpacked unpacked = UNPACKED.get(key);
            if (unpacked == null) {
                unpacked = new Unpacked(unpack(file));
                UNPACKED.put(key, unpacked);
            }
            unpacked.readers++;
            try {
                return new PackedLog(
                        key, new DirectoryLog(unpacked.folder.path().resolve("log")));
            } catch (IllegalArgumentException none) {
                release(key);
                throw strange(file, "the log in it cannot be read", none);
            }
        }
    }

    private static TemporaryFolder unpack(Path file) {
        TemporaryFolder folder = new TemporaryFolder("godwit-log-");
        try (ZipFile zip = new ZipFile(file.toFile())) {
            long bytes = 0;
            for (ZipEntry entry : zip.stream().toList()) {
                Path to = folder.path().resolve(entry.getName()).normalize();
                if (!entry.getName().startsWith(BELOW) || entry.isDirectory()) {
                    continue;
                }
                bytes += Math.max(0, entry.getSize());
                if (!to.startsWith(folder.path()) || bytes > UNPACKED_MAX) {
                    throw new ZipException("entry " + entry.getName() + " does not belong into a log");
                }
                Files.createDirectories(to.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, to);
                }
            }
            return folder;
        } catch (IOException unreadable) {
            folder.close();
            throw strange(file, unreadable.getMessage(), unreadable);
        }
    }

    private static IllegalArgumentException strange(Path file, String why, Exception cause) {
        return new IllegalArgumentException(
                file + " is no log in a file (" + why + "); give one that godwit incident export has written", cause);
    }

    /** Where a file is unpacked now; empty where nobody reads it. */
    static Optional<Path> unpacked(Path file) {
        synchronized (UNPACKED) {
            return Optional.ofNullable(UNPACKED.get(file.toAbsolutePath().normalize()))
                    .map(unpacked -> unpacked.folder.path());
        }
    }

    private static void release(Path key) {
        synchronized (UNPACKED) {
            Unpacked unpacked = UNPACKED.get(key);
            if (--unpacked.readers == 0) {
                UNPACKED.remove(key);
                unpacked.folder.close();
            }
        }
    }

    @Override
    public String site() {
        return log.site();
    }

    @Override
    public String incarnation() {
        return log.incarnation();
    }

    @Override
    public int segments() {
        return log.segments();
    }

    @Override
    public boolean atHand() {
        return true;
    }

    @Override
    public long beginning(Topic topic, int segment) {
        return log.beginning(topic, segment);
    }

    @Override
    public long end(Topic topic, int segment) {
        return log.end(topic, segment);
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return log.offsetAt(topic, segment, time);
    }

    @Override
    public Optional<LogRecord> at(Topic topic, int segment, long offset) {
        return log.at(topic, segment, offset);
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        log.scan(ranges, visitor);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            log.close();
            release(file);
        }
    }
}
