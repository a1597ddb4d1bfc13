package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Memory and CPU of processes, as Linux tells them under /proc. */
final class ProcessFigures {
    private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux that Java runs on

    private ProcessFigures() {}

    /** Memory that is resident, shared pages included. */
    static long residentBytes(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException unreadable) {
            throw new Failed(
                    "cannot read the memory of process " + pid + " (" + unreadable.getMessage()
                            + "); benchmarks read /proc, so run them on Linux",
                    unreadable);
        }
        throw new Failed("process " + pid + " has no VmRSS; it has ended");
    }

    /** CPU seconds of a process since its start. */
    static double cpuSeconds(long pid) {
        try {
            return cpuSeconds(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
        } catch (IOException unreadable) {
            throw new Failed("cannot read the CPU time of process " + pid, unreadable);
        }
    }

    /** CPU seconds of a process by what its threads are called; numbers in names count as the same, as in "pool-#". */
    static Map<String, Double> threadCpuSeconds(long pid) {
        Map<String, Double> seconds = new TreeMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks) {
                try {
                    String name = Files.readString(task.resolve("comm")).strip().replaceAll("\\d+", "#");
                    seconds.merge(name, cpuSeconds(Files.readString(task.resolve("stat"))), Double::sum);
                } catch (IOException ended) {
                    // a thread that ended meanwhile
                }
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return seconds;
    }

    /** Fields 14 and 15 of a stat line; the name before them may hold anything, but nothing after it holds a bracket. */
    static double cpuSeconds(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
}
