package io.godwit.ops.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A site's broker as a child process of this one, on this machine. It ends when this process does, however that ends. */
public final class BrokerProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final int LAST_WORDS_LINES = 12;

    private final Process process;
    private final String bootstrap;
    private final String clusterId;
    private final Path log;
    private volatile boolean closing;

    private BrokerProcess(Process process, String bootstrap, String clusterId, Path log) {
        this.process = process;
        this.bootstrap = bootstrap;
        this.clusterId = clusterId;
        this.log = log;
    }

    /**
     * Starts the broker on its folder, a new one or one that a broker has left, in whatever way, and waits until clients can
     * connect.
     *
     * @param folder "kafka" below it holds the records, "broker.log" what the broker says
     * @param portBefore port of its last start; taken again where the settings name none and it is free; 0: none
     * @throws IOException with what the broker said, if it does not come up
     */
    public static BrokerProcess start(Path folder, BrokerConfig config, int portBefore) throws IOException {
        String address = config.address();
        int port = config.port();
        if (port > 0 && !FreePort.isFree(address, port)) {
            throw new IOException("port " + port + " of " + address
                    + " is in use by another process; stop that one, or give another broker.port (0 takes a free one)");
        }
        if (port == 0) {
            port = portBefore > 0 && FreePort.isFree(address, portBefore) ? portBefore : FreePort.any(address);
        }
        int controllerPort = FreePort.any(address);
        Files.createDirectories(folder);
        Path log = folder.resolve("broker.log");
        Process process = new ProcessBuilder(command(folder.resolve("kafka"), config, port, controllerPort))
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        String bootstrap = (address.equals("0.0.0.0") ? "localhost" : address) + ":" + port;
        return new BrokerProcess(process, bootstrap, awaitReady(process, log), log);
    }

    /**
     * Ctrl-C reaches every process of the terminal, and the broker must go last: the shell has SIGINT ignored before it becomes
     * the JVM, which leaves it so.
     */
    private static List<String> command(Path records, BrokerConfig config, int port, int controllerPort) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "godwit-broker"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-Xmx" + (config.heap().bytes() >> 20) + "m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:MaxDirectMemorySize=256m",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(compilerOptions());
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                BrokerMain.class.getName(),
                records.toString(),
                config.address(),
                Integer.toString(port),
                Integer.toString(controllerPort)));
        return command;
    }

    /** The broker's JVM compiles as this one does. */
    public static List<String> compilerOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:Tier"))
                .toList();
    }

    private static String awaitReady(Process process, Path log) throws IOException {
        CompletableFuture<String> ready = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("broker-out").start(() -> {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    if (line.startsWith(BrokerMain.READY)) {
                        ready.complete(line.substring(BrokerMain.READY.length()).strip());
                    }
                }
                ready.completeExceptionally(new IOException("it ended before it was ready"));
            } catch (IOException failed) {
                ready.completeExceptionally(failed);
            }
        });
        try {
            return ready.get(START_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            process.destroyForcibly();
            throw new IOException(
                    "the broker did not start: "
                            + (failed instanceof TimeoutException
                                    ? "not ready after " + START_MAX.toSeconds() + " s"
                                    : failed.getCause().getMessage())
                            + ". Its last words (all of them are in " + log + "):\n" + lastWords(log),
                    failed);
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the broker started", interrupted);
        }
    }

    private static String lastWords(Path log) {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_WORDS_LINES), lines.size()));
        } catch (IOException unreadable) {
            return "(" + log + " cannot be read: " + unreadable.getMessage() + ")";
        }
    }

    /** address:port for clients. */
    public String bootstrap() {
        return bootstrap;
    }

    public int port() {
        return Integer.parseInt(bootstrap.substring(bootstrap.lastIndexOf(':') + 1));
    }

    public String clusterId() {
        return clusterId;
    }

    public long pid() {
        return process.pid();
    }

    /** Tells, in a sentence that names the log, if the broker ends before it is closed. */
    public void onDeath(Consumer<String> teller) {
        CompletableFuture<Void> _ = process.onExit().thenAccept(ended -> {
            if (!closing) {
                teller.accept("the broker (process " + ended.pid() + ") ended with exit code " + ended.exitValue()
                        + "; its last words are in " + log
                        + ". Start again on the same data: what was acknowledged is kept");
            }
        });
    }

    /** Stops the broker in order; kills it if that takes too long, which loses nothing acknowledged. */
    @Override
    public void close() {
        closing = true;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
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
