package io.godwit.schemas.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A folder for files that nobody needs later: removed with all that is in it when this closes, or when the process ends. */
public final class TemporaryFolder implements AutoCloseable {
    /** How temporary folders are made elsewhere. */
    static final String ELSEWHERE = "name another place with GODWIT_JAVA_OPTS=-Djava.io.tmpdir=FOLDER";

    private static final Set<Path> PRESENT = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> PRESENT.forEach(TemporaryFolder::remove), "remove-folders"));
    }

    private final Path path;

    /** @param prefix what its name begins with, as in "godwit-log-" */
    public TemporaryFolder(String prefix) {
        try {
            this.path = Files.createTempDirectory(prefix);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot make a temporary folder; " + ELSEWHERE, failed);
        }
        PRESENT.add(path);
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() {
        if (PRESENT.remove(path)) {
            remove(path);
        }
    }

    /** What cannot be removed stays among temporary files, which others clear. */
    private static void remove(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path one, BasicFileAttributes attributes) throws IOException {
                    Files.delete(one);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path one, IOException failed) throws IOException {
                    Files.delete(one);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException _) {
            // told to nobody: the answer was given
        }
    }
}
