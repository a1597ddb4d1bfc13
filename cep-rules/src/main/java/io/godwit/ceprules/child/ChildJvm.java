package io.godwit.ceprules.child;

import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts JVMs for rules, which end when they run out of memory and must end themselves when their standard input does. What
 * the JVM itself has to say goes to standard error, so that standard output is the child's alone.
 */
public final class ChildJvm {
    /** With what a JVM ends under -XX:+ExitOnOutOfMemoryError. */
    public static final int OUT_OF_MEMORY = 3;

    private ChildJvm() {}

    /** With this JVM's class path. Ctrl-C reaches every process of a terminal; whether the child ends is its starter's to say. */
    public static Process start(Class<?> main, ByteSize heap, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "godwit-rules", java().toString()));
        command.addAll(options(heap));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** The one that runs this process. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    static List<String> options(ByteSize heap) {
        return List.of(
                "-Xmx" + Math.max(1, heap.bytes() >> 20) + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+DisplayVMOutputToStderr",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas");
    }

    /** Ends a child, whatever it does; returns when it has ended. */
    public static void kill(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException again) {
                interrupted = true; // killed processes end at once; nobody is left behind for it
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
