package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Azure's CPU traces with a line per time and a column per VM, "t_s,vm0,vm1,…", in percent. A missing value is that above
 * it, and 0 at the start; the last line holds as long as the one before it. Eight bytes per value while reading, four after.
 */
final class AzureTrace {
    private static final long INTERVAL_MICROS = 300_000_000;
    private static final double SECONDS_MAX = 1e9;
    private static final int PERCENT_MAX = 1000;

    private AzureTrace() {}

    static Trace read(Path file) {
        List<Long> times = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        List<String> header = new CsvFile(file).read(',', List.of("t_s"), line -> {
            long micros = Math.round(line.number(0, 0, SECONDS_MAX) * 1e6);
            if (!times.isEmpty() && micros <= times.getLast()) {
                throw line.fault(
                        0,
                        "%s s is not after the line above; sort the lines by time, each time once"
                                .formatted(line.fields()[0]));
            }
            rows.add(row(line, rows.isEmpty() ? new int[0] : rows.getLast()));
            times.add(micros);
        });
        int vms = header.size() - 1;
        if (rows.isEmpty() || vms == 0) {
            throw new TraceFault(file, "holds %d lines of %d VMs; give at least 1 of 1".formatted(rows.size(), vms));
        }
        long first = times.getFirst();
        long[] micros = times.stream().mapToLong(time -> time - first).toArray();
        long interval = micros.length == 1 ? INTERVAL_MICROS : micros[micros.length - 1] - micros[micros.length - 2];
        List<TraceLoad.Series> series = IntStream.range(0, vms)
                .mapToObj(vm -> TraceLoad.Series.ofCpu(
                        0, micros, rows.stream().mapToInt(row -> row[vm]).toArray()))
                .toList();
        long lengthMicros = micros[micros.length - 1] + interval;
        return new Trace(
                new TraceLoad(series, lengthMicros),
                Optional.empty(),
                String.format(Locale.ROOT, "Azure, %d VMs, %.1f days", vms, lengthMicros / 86_400e6));
    }

    private static int[] row(CsvFile.Line line, int[] above) {
        int[] permille = new int[line.fields().length - 1];
        for (int vm = 0; vm < permille.length; vm++) {
            permille[vm] = line.isMissing(vm + 1)
                    ? (above.length == 0 ? 0 : above[vm])
                    : Math.toIntExact(Math.round(line.number(vm + 1, 0, PERCENT_MAX) * 10));
        }
        return permille;
    }
}
