package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bitbrains' traces (GWA-T-12): a line per VM and time. A value holds across gaps until the VM's next line; before its first
 * line a VM asks for nothing, and so it does from one interval after its last line on. Also reads the original files, one VM
 * each, whose header says milliseconds where seconds stand.
 */
final class BitbrainsTrace {
    private static final long INTERVAL_SECONDS = 300;
    private static final int PERCENT_MAX = 1000;
    private static final double RATE_MAX = 1e9;
    private static final double SECONDS_MAX = 1e11;
    private static final List<String> COLUMNS = List.of(
            "vm",
            "ts_s",
            "cores",
            "cpu_cap_mhz",
            "cpu_usage_mhz",
            "cpu_pct",
            "mem_cap_kib",
            "mem_used_kib",
            "disk_read_kib_s",
            "disk_write_kib_s",
            "net_rx_kib_s",
            "net_tx_kib_s");
    private static final List<String> ORIGINAL_COLUMNS = List.of("Timestamp [ms]", "CPU cores");
    private static final int ORIGINAL_FIELDS = 11;

    private BitbrainsTrace() {}

    /** @param files a VM that stands in several goes on from one to the next */
    static Trace read(List<Path> files) {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        files.forEach(file -> add(samples, file));
        if (samples.isEmpty()) {
            throw new TraceFault(files.getFirst(), "holds no sample; give at least one line after the header");
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (List<Sample> ofVm : samples.values()) {
            first = Math.min(first, ofVm.getFirst().seconds);
            last = Math.max(last, ofVm.getLast().seconds);
        }
        long begin = first;
        long lengthMicros = (last - first + INTERVAL_SECONDS) * 1_000_000;
        List<TraceLoad.Series> series =
                samples.values().stream().map(ofVm -> series(ofVm, begin)).toList();
        return new Trace(
                new TraceLoad(series, lengthMicros),
                Optional.empty(),
                "Bitbrains, %d VMs, %.1f days".formatted(series.size(), lengthMicros / 86_400e6));
    }

    private static void add(Map<String, List<Sample>> samples, Path file) {
        if (!isOriginal(file)) {
            new CsvFile(file).read(',', COLUMNS, line -> add(samples, line, line.text(0), 1));
            return;
        }
        new CsvFile(file).read(';', ORIGINAL_COLUMNS, line -> {
            if (line.fields().length != ORIGINAL_FIELDS) {
                throw line.fault(0, "the line has %d fields; give 11".formatted(line.fields().length));
            }
            add(samples, line, file.getFileName().toString(), 0);
        });
    }

    /** Whether the first line is that of the originals; a file that is neither is told by the reader of the other kind. */
    private static boolean isOriginal(Path file) {
        try {
            new CsvFile(file).read(';', ORIGINAL_COLUMNS, _ -> {
                throw new FirstLineRead();
            });
            return true;
        } catch (FirstLineRead read) {
            return true;
        } catch (TraceFault other) {
            return false;
        }
    }

    private static void add(Map<String, List<Sample>> samples, CsvFile.Line line, String vm, int shift) {
        Sample sample = new Sample(
                (long) line.number(shift, 0, SECONDS_MAX),
                Math.toIntExact(Math.round(line.number(shift + 4, 0, PERCENT_MAX) * 10)),
                rate(line, shift + 7) + rate(line, shift + 8),
                rate(line, shift + 9) + rate(line, shift + 10));
        List<Sample> ofVm = samples.computeIfAbsent(vm, _ -> new ArrayList<>());
        if (!ofVm.isEmpty() && ofVm.getLast().seconds > sample.seconds) { // equal times occur; the last one holds
            throw line.fault(
                    shift,
                    "%d is before %d, the line above of VM %s; sort the lines by VM and time"
                            .formatted(sample.seconds, ofVm.getLast().seconds, vm));
        }
        ofVm.add(sample);
    }

    private static int rate(CsvFile.Line line, int column) {
        return Math.toIntExact(Math.round(line.number(column, 0, RATE_MAX)));
    }

    private static TraceLoad.Series series(List<Sample> samples, long begin) {
        List<Sample> whole = new ArrayList<>(samples);
        whole.add(new Sample(samples.getLast().seconds + INTERVAL_SECONDS, 0, 0, 0));
        return new TraceLoad.Series(
                0,
                whole.stream()
                        .mapToLong(sample -> (sample.seconds - begin) * 1_000_000)
                        .toArray(),
                whole.stream().mapToInt(Sample::cpuPermille).toArray(),
                whole.stream().mapToInt(Sample::blockKibibytesPerSecond).toArray(),
                whole.stream().mapToInt(Sample::netKibibytesPerSecond).toArray());
    }

    /** @param seconds since 1970 */
    private record Sample(long seconds, int cpuPermille, int blockKibibytesPerSecond, int netKibibytesPerSecond) {}

    /** Ends a look at the first line. */
    private static final class FirstLineRead extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FirstLineRead() {
            super(null, null, false, false);
        }
    }
}
