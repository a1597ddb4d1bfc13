package io.godwit.executors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Held for the life of a process in its slot. Whoever holds it knows that the process that held it before is dead, because
 * the operating system lets go of the lock of a dead process and of no other. The file's own id tells this file from one of
 * another machine or of a directory that was emptied.
 */
final class SlotLock implements AutoCloseable {
    private final FileChannel channel;
    private final FileLock lock;
    private final String id;

    private SlotLock(FileChannel channel, FileLock lock, String id) {
        this.channel = channel;
        this.lock = lock;
        this.id = id;
    }

    /** @throws IllegalStateException if another process holds the slot, or the directory cannot be written */
    static SlotLock take(Path directory, String site, String slot) {
        Path file = directory.resolve(site + "." + slot + ".lock");
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException sameProcess) {
                lock = null;
            }
            if (lock == null) {
                channel.close();
                throw new IllegalStateException("slot " + slot + " of site " + site + " is held by a running process ("
                        + file + "); stop that one, or give this one a slot of its own");
            }
            return new SlotLock(channel, lock, idOf(channel));
        } catch (IOException unwritable) {
            throw new IllegalStateException(
                    "cannot write " + file + " (" + unwritable.getMessage()
                            + "); name a writable directory with executor.state-directory",
                    unwritable);
        }
    }

    /** Id of the lock file; the same for every process that ever held it. */
    String id() {
        return id;
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String idOf(FileChannel channel) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(64);
        channel.read(read, 0);
        String id = new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII).strip();
        if (id.length() == 36) {
            return id;
        }
        String made = UUID.randomUUID().toString();
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(made.getBytes(StandardCharsets.US_ASCII)), 0);
        channel.force(true);
        return made;
    }
}
