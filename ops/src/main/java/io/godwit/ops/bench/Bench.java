package io.godwit.ops.bench;

import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Printer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What all benchmarks share: a folder of their own that is removed again, the report, the exit code. */
abstract class Bench implements Callable<Integer> {
    /** A target is missed. */
    static final int MISSED = 3;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Option(names = "--check", description = "Ends with 3 if a target is missed.")
    boolean check;

    @Option(
            names = "--work",
            paramLabel = "FOLDER",
            description = "Where data are written while it runs (default: the folder for temporary files).")
    Path work;

    /** Measures; everything it writes stays below the folder. */
    abstract Report measure(Path folder) throws IOException, InterruptedException;

    @Override
    public final Integer call() throws IOException, InterruptedException {
        if (work != null) {
            Files.createDirectories(work);
        }
        Path folder =
                work == null ? Files.createTempDirectory("godwit-bench-") : Files.createTempDirectory(work, "bench-");
        double loadBefore = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        try {
            Report report = measure(folder);
            report.note(String.format(
                    Locale.ROOT,
                    "%d processors; the machine's load was %.1f before and %.1f after.",
                    Runtime.getRuntime().availableProcessors(),
                    loadBefore,
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
            report.print(System.out, format);
            System.out.flush();
            return check && report.missesTarget() ? MISSED : ExitCode.OK;
        } catch (IOException failed) {
            throw new Failed("the benchmark could not run: " + failed.getMessage(), failed);
        } finally {
            delete(folder);
        }
    }

    /** Talk, apart from the result. */
    static void say(String line) {
        System.err.println(line);
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path done, IOException failed) throws IOException {
                Files.deleteIfExists(done);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
