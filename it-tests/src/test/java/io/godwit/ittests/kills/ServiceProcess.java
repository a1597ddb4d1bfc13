package io.godwit.ittests.kills;

import io.godwit.schemas.kafka.Slot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A service as a child process, to be killed. What it says stands in target/kills/TEST/SLOT.log. */
final class ServiceProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Process process;

    private ServiceProcess(Process process) {
        this.process = process;
    }

    /** @param hosts where the simulated data centre listens */
    static ServiceProcess start(TestSite site, Slot slot, InetSocketAddress hosts) {
        Path log = site.says().resolve(slot + ".log");
        try {
            Files.createDirectories(log.getParent());
            return new ServiceProcess(new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:+UseSerialGC",
                            "-XX:+ExitOnOutOfMemoryError",
                            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ServiceMain.class.getName(),
                            slot.service(),
                            slot.name(),
                            TestSite.SITE,
                            site.bootstrap(),
                            site.folder().resolve("state").toString(),
                            hosts.getHostString() + ":" + hosts.getPort()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * SIGKILL; returns when the process is gone.
     *
     * @return when the signal was sent, in milliseconds since 1970: the broker of the same machine stamps with the same clock
     */
    long kill() throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("the process ended by itself with exit code " + process.exitValue());
        }
        long atMillis = System.currentTimeMillis();
        process.destroyForcibly();
        process.waitFor();
        return atMillis;
    }

    /** Stops it in order if it still runs, and kills it if that takes too long. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException gone) {
            process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
