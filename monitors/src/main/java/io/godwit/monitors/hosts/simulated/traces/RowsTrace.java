package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * CPU traces with a line per VM, "vm,u0,u1,…", a percentage for each 300 s: PlanetLab's as CloudSim's users know them, and
 * the VM-like series of Google's cluster. A missing value is that before it, and 0 at the start. Four bytes per value.
 */
final class RowsTrace {
    private static final long INTERVAL_MICROS = 300_000_000;
    private static final int PERCENT_MAX = 1000;

    private RowsTrace() {}

    /**
     * @param source whose trace it is
     * @param files their VMs stand one after another; each file has the same number of samples
     */
    static Trace read(String source, List<Path> files) {
        List<TraceLoad.Series> series = new ArrayList<>();
        long[] micros = {};
        for (Path file : files) {
            int before = series.size();
            CsvFile csv = new CsvFile(file);
            int samples = csv.header(',', List.of("vm", "u0")).size() - 1;
            if (before > 0 && samples != micros.length) {
                throw new TraceFault(
                        file,
                        "has %d samples per VM, the files before it %d; name one file, or a folder of equally long ones"
                                .formatted(samples, micros.length));
            }
            long[] times = before > 0 ? micros : times(samples); // one array for all VMs
            csv.read(',', List.of("vm", "u0"), line -> series.add(series(line, times)));
            if (series.size() == before) {
                throw new TraceFault(file, "holds no VM; give at least one line after the header");
            }
            micros = times;
        }
        return new Trace(
                new TraceLoad(series, micros.length * INTERVAL_MICROS),
                Optional.empty(),
                "%s, %d VMs, %d samples of 300 s".formatted(source, series.size(), micros.length));
    }

    private static long[] times(int samples) {
        long[] micros = new long[samples];
        for (int i = 0; i < samples; i++) {
            micros[i] = i * INTERVAL_MICROS;
        }
        return micros;
    }

    private static TraceLoad.Series series(CsvFile.Line line, long[] micros) {
        line.text(0);
        int[] permille = new int[micros.length];
        for (int i = 0; i < permille.length; i++) {
            permille[i] = line.isMissing(i + 1)
                    ? (i == 0 ? 0 : permille[i - 1])
                    : Math.toIntExact(Math.round(line.number(i + 1, 0, PERCENT_MAX) * 10));
        }
        return TraceLoad.Series.ofCpu(0, micros, permille);
    }
}
