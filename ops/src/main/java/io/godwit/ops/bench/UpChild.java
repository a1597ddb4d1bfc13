package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.ops.data.DataFolder;
import io.godwit.ops.data.Endpoints;
import io.godwit.schemas.units.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@code godwit up} as a process of its own, started from this process's class path with the flags of the launcher. */
final class UpChild implements AutoCloseable {
    private static final int LAST_WORDS_LINES = 15;
    private static final Duration STOP_MAX = Duration.ofSeconds(60);

    private final Process process;
    private final Path data;
    private final long startedNanos;
    private final CompletableFuture<Long> readyNanos = new CompletableFuture<>();
    private final Deque<String> lastWords = new ArrayDeque<>();
    private final Thread hook;

    private UpChild(Process process, Path data, long startedNanos) {
        this.process = process;
        this.data = data;
        this.startedNanos = startedNanos;
        this.hook = new Thread(process::destroy, "stop-up");
    }

    /**
     * Starts it on a fresh data folder.
     *
     * @param folder of the benchmark; "data" and "up.out" come to stand in it
     * @param heap largest heap of the child; the launcher gives an "up" 1 GiB
     * @param longest it ends by itself after this, even if this process is killed
     */
    static UpChild start(Path folder, ByteSize heap, Duration longest, List<String> options) throws IOException {
        Path data = folder.resolve("data");
        List<String> command =
                VerbChild.command(heap, List.of("up", "--data", data.toString(), "--for", longest.toSeconds() + "s"));
        command.addAll(options);
        long startedNanos = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("up.out").toFile())
                .start();
        UpChild child = new UpChild(process, data, startedNanos);
        Runtime.getRuntime().addShutdownHook(child.hook);
        Thread.ofPlatform().daemon().name("up-talk").start(child::listen);
        return child;
    }

    private void listen() {
        try (BufferedReader talk = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = talk.readLine(); line != null; line = talk.readLine()) {
                if (line.strip().equals("ready")) {
                    readyNanos.complete(System.nanoTime());
                }
                synchronized (lastWords) {
                    lastWords.addLast(line);
                    if (lastWords.size() > LAST_WORDS_LINES) {
                        lastWords.removeFirst();
                    }
                }
            }
            readyNanos.completeExceptionally(new IOException("it ended before it was ready"));
        } catch (IOException gone) {
            readyNanos.completeExceptionally(gone);
        }
    }

    /** From the start of the process to its line "ready". */
    Duration awaitReady(Duration longest) throws InterruptedException {
        try {
            return Duration.ofNanos(readyNanos.get(longest.toMillis(), TimeUnit.MILLISECONDS) - startedNanos);
        } catch (ExecutionException | TimeoutException failed) {
            throw new Failed("the region that was to be measured was not ready after " + longest.toSeconds()
                    + " s; its last words:\n" + lastWords());
        }
    }

    /** Lets it run for a while. */
    void run(Duration time) throws InterruptedException {
        if (process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new Failed("the region that was measured ended with exit code " + process.exitValue()
                    + "; its last words:\n" + lastWords());
        }
    }

    /** Time since its process was started. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    Endpoints endpoints() throws IOException {
        return DataFolder.endpoints(data).orElseThrow(() -> new IOException("no endpoints stand in " + data));
    }

    long pid() {
        return process.pid();
    }

    /** Processes of its brokers. */
    List<Long> brokers() {
        return process.descendants()
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    private String lastWords() {
        synchronized (lastWords) {
            return String.join("\n", lastWords);
        }
    }

    /** Stops it in order. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // this process ends, and the hook is at work
        }
    }
}
