package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** PlanetLab's CPU traces as CloudSim's users know them: a line per VM, "vm,u0,u1,…", a percentage for each 300 s. */
final class PlanetLabTrace {
    private static final long INTERVAL_MICROS = 300_000_000;
    private static final int PERCENT_MAX = 1000;

    private PlanetLabTrace() {}

    /** @param files their VMs stand one after another; each file has the same number of samples */
    static Trace read(List<Path> files) {
        List<TraceLoad.Series> series = new ArrayList<>();
        int samples = 0;
        for (Path file : files) {
            int before = series.size();
            List<String> header = new CsvFile(file).read(',', List.of("vm", "u0"), line -> series.add(series(line)));
            if (series.size() == before) {
                throw new TraceFault(file, "holds no VM; give at least one line after the header");
            }
            if (before > 0 && header.size() - 1 != samples) {
                throw new TraceFault(
                        file,
                        "has %d samples per VM, the files before it %d; name one file, or a folder of equally long ones"
                                .formatted(header.size() - 1, samples));
            }
            samples = header.size() - 1;
        }
        return new Trace(
                new TraceLoad(series, samples * INTERVAL_MICROS),
                Optional.empty(),
                "PlanetLab, %d VMs, %d samples of 300 s".formatted(series.size(), samples));
    }

    private static TraceLoad.Series series(CsvFile.Line line) {
        int samples = line.fields().length - 1;
        long[] micros = new long[samples];
        int[] permille = new int[samples];
        for (int i = 0; i < samples; i++) {
            micros[i] = i * INTERVAL_MICROS;
            permille[i] = Math.toIntExact(Math.round(line.number(i + 1, 0, PERCENT_MAX) * 10));
        }
        return TraceLoad.Series.ofCpu(0, micros, permille);
    }
}
