package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.fail;

import io.godwit.executors.hypervisor.HostAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;

/** Real hosts of libvirt and QEMU on this machine, made by it-tests/lab/lab and taken down again. Hosts count from 1. */
final class Lab implements AutoCloseable {
    private static final int CANNOT = 77;
    private static final long MOST_SECONDS = 180;

    /** How hosts reach each other, by the URIs by which tests reach them. */
    static final UnaryOperator<String> BETWEEN = uri -> uri.replaceAll(".*/(h\\d+)/run/.*", "qemu+tcp://$1/system");

    private final Path folder;

    private Lab(Path folder) {
        this.folder = folder;
    }

    private record Said(int status, String text) {}

    /**
     * Makes a lab with its guests booted. Where that is impossible the test is skipped with the reason, or fails if
     * GODWIT_LAB_REQUIRED is 1.
     */
    static Lab up(int hosts, int vmsPerHost) {
        try {
            // short, as socket paths have 107 bytes at most
            Lab lab = new Lab(Files.createTempDirectory(Path.of("/tmp"), "gl"));
            Said said = lab.said("up", Integer.toString(hosts), Integer.toString(vmsPerHost));
            if (said.status() == 0) {
                return lab;
            }
            lab.close();
            if (said.status() == CANNOT && !"1".equals(System.getenv("GODWIT_LAB_REQUIRED"))) {
                Assumptions.abort("no lab, so real hosts are not tested here: " + said.text());
            }
            return fail("the lab does not come up: " + said.text());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Path folder() {
        return folder;
    }

    /** Whether a host has power. */
    boolean hostIsUp(int host) {
        return said("exec", Integer.toString(host), "true").status() == 0;
    }

    String uri(int host) {
        return run("uri", Integer.toString(host));
    }

    HostAddress address(int host) {
        return new HostAddress("h" + host, "lab/r1/h" + host, 0, uri(host));
    }

    Function<HostAddress, String> between() {
        return host -> BETWEEN.apply(host.uri());
    }

    /** The libvirt UUID of a guest that is called vmHOST-NUMBER after the host of its birth. */
    String uuid(String vm) {
        int born = Integer.parseInt(vm.substring(2, vm.indexOf('-')));
        return run("virsh", Integer.toString(born), "domuuid", vm);
    }

    /** Number of the host on which a guest runs by libvirt's own word; empty: on none. */
    Optional<Integer> where(String vm) {
        Said said = said("where", vm);
        return said.status() == 0 ? Optional.of(Integer.valueOf(said.text())) : Optional.empty();
    }

    /**
     * Processes of a host whose command line holds a word; quicker than a command of the lab, as some moments
     * last for milliseconds.
     */
    List<ProcessHandle> processes(int host, String word) {
        try {
            String init = Files.readString(folder.resolve("h" + host + "/pid")).split(" ", 2)[0];
            Path home = Files.readSymbolicLink(Path.of("/proc", init, "ns", "pid"));
            return ProcessHandle.allProcesses()
                    .filter(process ->
                            isIn(process, home) && commandLine(process).contains(word))
                    .toList();
        } catch (IOException off) {
            return List.of();
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(
                            Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException gone) {
            return "";
        }
    }

    private static boolean isIn(ProcessHandle process, Path namespace) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "ns", "pid"))
                    .equals(namespace);
        } catch (IOException gone) {
            return false;
        }
    }

    /** What a guest wrote on its console from a place on. */
    String console(String vm, long from) {
        try {
            byte[] all = Files.readAllBytes(console(vm));
            int start = Math.toIntExact(Math.min(from, all.length));
            return new String(all, start, all.length - start, StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Path console(String vm) {
        return folder.resolve("shared/console/" + vm + ".log");
    }

    /** Seconds that a guest has counted since its boot. */
    long ticks(String vm) {
        try (var lines = Files.lines(console(vm), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("TICK "))
                    .mapToLong(line -> Long.parseLong(line.substring(5).strip()))
                    .max()
                    .orElse(0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Runs a command of the lab, which must succeed. */
    String run(String... words) {
        Said said = said(words);
        return said.status() == 0
                ? said.text()
                : fail("lab " + String.join(" ", words) + " ended with " + said.status() + ": " + said.text());
    }

    /** Starts a command of the lab that lasts; it talks to the test's standard error. */
    Process start(String... words) {
        try {
            return builder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Runs a command of the lab that may fail; empty if it does. */
    Optional<String> tried(String... words) {
        Said said = said(words);
        return said.status() == 0 ? Optional.of(said.text()) : Optional.empty();
    }

    private ProcessBuilder builder(String... words) {
        List<String> command = new ArrayList<>(List.of(script().toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("GODWIT_LAB_DIR", folder.toString());
        return builder;
    }

    private Said said(String... words) {
        try {
            Path text = Files.createTempFile("lab", ".txt");
            Process process = builder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(text.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return fail("lab " + String.join(" ", words) + " takes more than " + MOST_SECONDS + " s");
            }
            String said = Files.readString(text).strip();
            Files.delete(text);
            return new Said(process.exitValue(), said);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    static Path script() {
        return Path.of(System.getProperty("godwit.checkout"), "it-tests", "lab", "lab");
    }

    @Override
    public void close() {
        Said _ = said("down");
    }
}
