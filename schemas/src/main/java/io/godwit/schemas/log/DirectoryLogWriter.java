package io.godwit.schemas.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes a log into a folder record by record, for {@link DirectoryLog} to read. The folder holds a log once this is finished;
 * before, it holds none. Not safe for use by several threads.
 */
public final class DirectoryLogWriter implements AutoCloseable {
    private record File(Topic topic, int segment) {}

    private final Path folder;
    private final String site;
    private final String incarnation;
    private final int segments;
    private final Map<File, StoredSegmentWriter> files = new HashMap<>();

    /** @throws IllegalArgumentException if the folder holds something already */
    public DirectoryLogWriter(Path folder, String site, String incarnation, int segments) {
        this.folder = folder;
        this.site = site;
        this.incarnation = incarnation;
        this.segments = segments;
        try {
            Files.createDirectories(folder);
            try (Stream<Path> present = Files.list(folder)) {
                if (present.findAny().isPresent()) {
                    throw new IllegalArgumentException(folder + " is not empty; give a folder that is not there yet");
                }
            }
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    /** Offsets must grow within a topic and segment. */
    public void append(LogRecord record) {
        try {
            File file = new File(record.topic(), record.segment());
            StoredSegmentWriter writer = files.get(file);
            if (writer == null) {
                writer = new StoredSegmentWriter(DirectoryLog.file(folder, file.topic(), file.segment()));
                files.put(file, writer);
            }
            writer.append(record);
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    /** All has been appended: from now on the folder holds a log. */
    public void finish() {
        close();
        try {
            DirectoryLog.finish(folder, site, incarnation, segments);
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    @Override
    public void close() {
        try {
            for (StoredSegmentWriter file : files.values()) {
                file.close();
            }
            files.clear();
        } catch (IOException failed) {
            throw failed(failed);
        }
    }

    private UncheckedIOException failed(IOException failed) {
        return new UncheckedIOException("cannot write the log to " + folder, failed);
    }
}
