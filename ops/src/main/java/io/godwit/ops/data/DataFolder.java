package io.godwit.ops.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The folder of one region on this machine, locked while it is used: "lock", "fleet.json" (whose data these are),
 * "endpoints.json" (where the region can be reached), "sites/SITE/" (broker) and "state/" (services).
 */
public final class DataFolder implements AutoCloseable {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final String FLEET = "fleet.json";
    private static final String ENDPOINTS = "endpoints.json";

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /** Where a region's data stand if nobody names a folder: outside of any checkout, as the XDG base directories have it. */
    public static Path defaultFor(String region) {
        String data = System.getenv("XDG_DATA_HOME");
        Path base = data == null || data.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "share")
                : Path.of(data);
        return base.resolve("godwit").resolve(region);
    }

    /** Takes the folder for this process alone; the lock goes with the process, however that ends. */
    public static DataFolder lock(Path folder) throws IOException, DataRefused {
        Files.createDirectories(folder);
        FileChannel channel = FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException own) {
            lock = null;
        }
        if (lock == null) {
            String holder = firstLine(channel);
            channel.close();
            throw new DataRefused("data folder " + folder.toAbsolutePath() + " is in use by process " + holder
                    + "; stop that one, or name another folder with --data");
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)), 0);
        return new DataFolder(folder, channel, lock);
    }

    /** Begins the data for a fleet, or checks that it is theirs. */
    public void claim(FleetPlan fleet) throws IOException, DataRefused {
        Path file = folder.resolve(FLEET);
        if (!Files.exists(file)) {
            write(file, fleet);
            return;
        }
        var differences = fleet(folder).orElseThrow().differences(fleet);
        if (!differences.isEmpty()) {
            throw new DataRefused("data folder " + folder.toAbsolutePath() + " belongs to another fleet: "
                    + String.join("; ", differences)
                    + ". Start with the values of the data, or name another folder with --data");
        }
    }

    /** Whose data a folder holds; empty if none yet. */
    public static Optional<FleetPlan> fleet(Path folder) throws IOException {
        return read(folder.resolve(FLEET), FleetPlan.class);
    }

    /** Where the region of a folder was last reachable; empty if it never ran. */
    public static Optional<Endpoints> endpoints(Path folder) throws IOException {
        return read(folder.resolve(ENDPOINTS), Endpoints.class);
    }

    public void announce(Endpoints endpoints) throws IOException {
        write(folder.resolve(ENDPOINTS), endpoints);
    }

    public Path path() {
        return folder;
    }

    /** Folder of a site's broker. */
    public Path site(String site) {
        return folder.resolve("sites").resolve(site);
    }

    /** Folder of the services' local files: state stores, slot locks. */
    public Path state() {
        return folder.resolve("state");
    }

    private static <T> Optional<T> read(Path file, Class<T> type) throws IOException {
        return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), type)) : Optional.empty();
    }

    /** Whole or not at all, so that a kill in the middle leaves no half of a file. */
    private static void write(Path file, Object value) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        JSON.writeValue(fresh.toFile(), value);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String firstLine(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64);
        channel.read(bytes, 0);
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "(unknown)" : text;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
