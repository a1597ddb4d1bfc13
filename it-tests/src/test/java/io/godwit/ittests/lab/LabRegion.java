package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A region over the hosts of a lab, run by {@code godwit up} in the lab's management station, where a pulled cable is felt.
 * What it tells is read from its standard output, line by line.
 */
final class LabRegion implements AutoCloseable {
    private static final long STOP_SECONDS = 30;

    private final Lab lab;
    private final Path folder;
    private final int hosts;
    private final List<String> said = new ArrayList<>(); // guarded by itself, which is notified
    private Process up;

    /** @param folder short-lived and writable; "data" and "region.yaml" come to stand in it */
    LabRegion(Lab lab, Path folder, int hosts, String settings) throws IOException {
        this.lab = lab;
        this.folder = folder;
        this.hosts = hosts;
        Files.writeString(folder.resolve("region.yaml"), settings);
    }

    /** Starts the platform, for the first time or again on the same data, and waits until it is ready. */
    void start() throws IOException, InterruptedException {
        List<String> options = new ArrayList<>(List.of("up", "--data", data(), "--config", config(), "--libvirt"));
        IntStream.rangeClosed(1, hosts)
                .forEach(host -> options.add("r1/h" + host + "=qemu+tcp://h" + host + "/system"));
        up = builder(options).redirectErrorStream(true).start();
        Process running = up;
        Thread.ofPlatform().daemon().name("lab-region").start(() -> read(running));
        int from = mark();
        await(from, line -> line.strip().equals("ready"), Duration.ofMinutes(2), "the region is ready");
    }

    private void read(Process process) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (said) {
                    said.add(line);
                    said.notifyAll();
                }
                Files.writeString(
                        folder.resolve("up.out"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException ended) {
            // its process was killed
        }
    }

    /** What was said so far; await goes on from here. */
    int mark() {
        synchronized (said) {
            return said.size();
        }
    }

    /** What was said since a mark. */
    List<String> since(int mark) {
        synchronized (said) {
            return List.copyOf(said.subList(mark, said.size()));
        }
    }

    /** Waits for a line with all of these words; returns it. */
    String await(int mark, Duration longest, String... words) throws InterruptedException {
        return await(
                mark,
                line -> List.of(words).stream().allMatch(line::contains),
                longest,
                "a line with " + String.join(" and ", words));
    }

    /** The same for a line of any kind. */
    String await(int mark, Predicate<String> wanted, Duration longest, String what) throws InterruptedException {
        long until = System.nanoTime() + longest.toNanos();
        synchronized (said) {
            for (int next = mark; ; next++) {
                while (next >= said.size()) {
                    long left = until - System.nanoTime();
                    if (left <= 0) {
                        return fail("waited " + longest.toSeconds() + " s for " + what
                                + "; the lines since, 40 at least:\n"
                                + String.join(
                                        "\n",
                                        said.subList(Math.max(0, Math.min(mark, said.size() - 40)), said.size())));
                    }
                    TimeUnit.NANOSECONDS.timedWait(said, left);
                }
                if (wanted.test(said.get(next))) {
                    return said.get(next);
                }
            }
        }
    }

    /** Runs a verb against the region; returns what it printed, both streams. It must end with this code. */
    String verb(int code, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(words));
        command.addAll(List.of("--data", data()));
        Path text = Files.createTempFile(folder, "verb", ".txt");
        Process process = builder(command)
                .redirectErrorStream(true)
                .redirectOutput(text.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(180, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return fail(words[0] + " " + words[1] + " takes more than 180 s");
        }
        String printed = Files.readString(text);
        return process.exitValue() == code
                ? printed
                : fail(String.join(" ", words) + " ended with " + process.exitValue() + ": " + printed);
    }

    private ProcessBuilder builder(List<String> words) {
        List<String> command = new ArrayList<>(List.of(
                Lab.script().toString(),
                "exec",
                "0",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx768m",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas",
                "-cp",
                System.getProperty("java.class.path"),
                "io.godwit.ops.Godwit"));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("GODWIT_LAB_DIR", lab.folder().toString());
        return builder;
    }

    /** SIGKILL to the platform, its broker included; what it had begun on the hosts goes on. */
    void kill() throws InterruptedException {
        up.descendants().forEach(ProcessHandle::destroyForcibly);
        up.destroyForcibly();
        up.waitFor();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private String config() {
        return folder.resolve("region.yaml").toString();
    }

    /** Stops in order. */
    @Override
    public void close() {
        if (up == null) {
            return;
        }
        up.descendants().forEach(ProcessHandle::destroy);
        up.destroy();
        try {
            if (!up.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
