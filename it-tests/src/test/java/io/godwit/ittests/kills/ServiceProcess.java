package io.godwit.ittests.kills;

import io.godwit.schemas.kafka.Slot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A service as a child process, to be killed. What it says stands in target/kills/TEST/SLOT.log. */
public final class ServiceProcess implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Process process;

    private ServiceProcess(Process process) {
        this.process = process;
    }

    /** @param hosts where the simulated data centre listens */
    static ServiceProcess start(TestSite site, Slot slot, InetSocketAddress hosts) {
        return start(site, slot, ServiceMain.class, hosts.getHostString() + ":" + hosts.getPort());
    }

    /**
     * Starts a main class with what every service must know, which is service, slot name, site, bootstrap and state folder.
     *
     * @param more arguments after these
     */
    public static ServiceProcess start(TestSite site, Slot slot, Class<?> main, String... more) {
        Path log = site.says().resolve(slot + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                slot.service(),
                slot.name(),
                TestSite.SITE,
                site.bootstrap(),
                site.folder().resolve("state").toString()));
        command.addAll(List.of(more));
        try {
            Files.createDirectories(log.getParent());
            return new ServiceProcess(new ProcessBuilder(command)
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
    public long kill() throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("the process ended by itself with exit code " + process.exitValue());
        }
        long atMillis = System.currentTimeMillis();
        process.destroyForcibly();
        process.waitFor();
        return atMillis;
    }

    public long pid() {
        return process.pid();
    }

    public boolean lives() {
        return process.isAlive();
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
