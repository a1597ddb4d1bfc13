package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.CrashPlan.Outage;
import io.godwit.monitors.hosts.simulated.model.RecordedCrashes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * When the nodes of Grid'5000 were down (Failure Trace Archive): a line per node and state, "node,state,start_s,stop_s", state
 * up or down, in time order for each node. Time between two lines of a node counts as up. Nodes keep the order of their first
 * lines, host number i crashes as node i did.
 *
 * @param says what it is, in a few words with numbers
 */
record FailureTrace(RecordedCrashes crashes, String says) {
    private static final List<String> COLUMNS = List.of("node", "state", "start_s", "stop_s");
    private static final double SECONDS_MAX = 1e11;

    /**
     * @param files the nodes of one stand after those of the files before it
     * @param from how far after the first line's time of all files the simulation begins; a node that is down then crashes at
     *     once, for the rest of that outage
     * @param speed by which time is compressed: 60 makes an hour a minute; from 1
     */
    static FailureTrace read(List<Path> files, Duration from, int speed) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        files.forEach(file -> new CsvFile(file)
                .read(
                        ',',
                        COLUMNS,
                        line -> nodes.computeIfAbsent(line.text(0), _ -> new Node())
                                .take(line)));
        if (nodes.isEmpty()) {
            throw new TraceFault(files.getFirst(), "holds no node; give at least one line after the header");
        }
        long origin =
                nodes.values().stream().mapToLong(node -> node.begin).min().orElseThrow();
        long end = nodes.values().stream().mapToLong(node -> node.end).max().orElseThrow();
        if (from.toSeconds() >= end - origin) {
            throw new TraceFault(
                    files.getFirst(),
                    "lasts %d s and from is %d s; give a from below that".formatted(end - origin, from.toSeconds()));
        }
        long begin = origin + from.toSeconds();
        List<List<Outage>> outages =
                nodes.values().stream().map(node -> node.outages(begin, speed)).toList();
        return new FailureTrace(
                new RecordedCrashes(outages),
                String.format(
                        Locale.ROOT,
                        "Grid'5000, %d nodes, %d outages in %.1f days, %d times as fast",
                        nodes.size(),
                        outages.stream().mapToInt(List::size).sum(),
                        (end - begin) / 86_400.0,
                        speed));
    }

    /** What is read of one node; times in seconds since 1970. */
    private static final class Node {
        private long begin;
        private long end = -1;
        private final List<long[]> downs = new ArrayList<>();

        void take(CsvFile.Line line) {
            String state = line.text(1);
            if (!state.equals("up") && !state.equals("down")) {
                throw line.fault(1, "\"" + state + "\" is no state; give up or down");
            }
            long start = (long) line.number(2, 0, SECONDS_MAX);
            long stop = (long) line.number(3, (double) start, SECONDS_MAX);
            if (start < end) {
                throw line.fault(
                        2,
                        "%d is before %d, where the line above of %s ends; sort the lines of a node by time"
                                .formatted(start, end, line.fields()[0]));
            }
            begin = end < 0 ? start : begin;
            if (state.equals("down") && stop > start) {
                if (!downs.isEmpty() && downs.getLast()[1] == start) {
                    downs.getLast()[1] = stop; // one outage, told in two lines
                } else {
                    downs.add(new long[] {start, stop});
                }
            }
            end = stop;
        }

        List<Outage> outages(long from, int speed) {
            return downs.stream()
                    .filter(down -> down[1] > from)
                    .map(down -> new Outage(
                            (Math.max(down[0], from) - from) * 1_000_000 / speed, (down[1] - from) * 1_000_000 / speed))
                    .toList();
        }
    }
}
