package io.godwit.executors.fencing;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.migration.MoveEnd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Fences by a command of the operator's, in the manner of the fence-agents: it reads NAME=VALUE lines from standard input, of
 * which "action" is off or status, "plug" and "port" name the host, "host_id" is its id and "label" its site, rack and name. 0
 * from "off" means that it was done; 2 from "status" means that the host is off, and that alone is the proof.
 */
public final class CommandFencer implements Fencer, AutoCloseable {
    private static final int STATUS_OFF = 2;
    private static final int TEXT_MAX = 300;

    private final List<String> command;
    private final Duration timeout;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param command the program and its arguments
     * @param timeout how long each of its two runs may take; then it is killed
     */
    public CommandFencer(List<String> command, Duration timeout) {
        this.command = List.copyOf(command);
        this.timeout = timeout;
    }

    private record Run(int status, String text) {}

    @Override
    public CompletableFuture<MoveEnd> fence(HostAddress host, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return permitted.getAsBoolean() ? fenced(host) : MoveEnd.notMade();
                    } catch (IOException broken) {
                        return MoveEnd.failed("the fence command cannot be run: " + broken.getMessage());
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return MoveEnd.failed("fencing was interrupted");
                    }
                },
                threads);
    }

    private MoveEnd fenced(HostAddress host) throws IOException, InterruptedException {
        Run off = run("off", host);
        Run status = run("status", host); // whatever it said of itself, this is what counts
        return status.status() == STATUS_OFF
                ? MoveEnd.proven("%s says that %s is off".formatted(command.getFirst(), host.label()))
                : MoveEnd.failed("%s gives no proof that %s is off: its action off ended with %s, its status with %s"
                        .formatted(command.getFirst(), host.label(), told(off), told(status)));
    }

    private Run run(String action, HostAddress host) throws IOException, InterruptedException {
        Path text = Files.createTempFile("godwit-fence", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(text.toFile())
                    .start();
            String name = host.label().substring(host.label().lastIndexOf('/') + 1);
            String lines = "action=%s\nplug=%s\nport=%s\nhost_id=%s\nlabel=%s\n"
                    .formatted(action, name, name, host.hostId(), host.label());
            try (OutputStream input = process.getOutputStream()) {
                input.write(lines.getBytes(StandardCharsets.UTF_8));
            } catch (IOException readsNothing) {
                // a command that takes no options from there has closed it; its status tells
            }
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return new Run(-1, "no answer within " + timeout.toMillis() + " ms");
            }
            String said = Files.readString(text, StandardCharsets.ISO_8859_1).strip();
            return new Run(process.exitValue(), said.length() > TEXT_MAX ? said.substring(0, TEXT_MAX) + "…" : said);
        } finally {
            Files.deleteIfExists(text);
        }
    }

    private static String told(Run run) {
        return (run.status() < 0 ? "" : "status " + run.status() + (run.text().isEmpty() ? "" : ": ")) + run.text();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
