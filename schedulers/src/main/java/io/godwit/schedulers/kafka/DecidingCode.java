package io.godwit.schedulers.kafka;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.partition.Digests;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.planner.Planner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Digest of the classes that decide, so that the journal tells which code decided and a replay can say that it differs. */
public final class DecidingCode {
    private DecidingCode() {}

    /** Hex digest over the class files of the constraints, the host partitions and the planner, by name; "unknown" where they cannot be read. */
    public static String digest() {
        try {
            Path place = Path.of(SegmentScheduler.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(place)) {
                return digestBelow(place);
            }
            try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
                return digestBelow(jar.getPath("/"));
            }
        } catch (IOException | URISyntaxException | RuntimeException unreadable) {
            return "unknown"; // the digest informs; without it scheduling is the same
        }
    }

    private static String digestBelow(Path root) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Class<?> inPackage : List.of(Constraint.class, SegmentScheduler.class, Planner.class)) {
            Path folder = root.resolve(inPackage.getPackageName().replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(Files::isRegularFile).sorted().forEach(file -> append(all, file));
            }
        }
        return Digests.sha256(all.toByteArray());
    }

    private static void append(ByteArrayOutputStream all, Path file) {
        try {
            all.writeBytes(Files.readAllBytes(file));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
