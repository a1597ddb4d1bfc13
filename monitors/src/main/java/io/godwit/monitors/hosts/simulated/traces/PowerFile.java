package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Power tables of hosts. Our own format is CSV, a line per machine: "model,off_w,w0,w10,w20,…,w100", the watts it draws while
 * it is off and at 0 to 100 % load. Published results of SPECpower_ssj2008 are read as well: their watts are divided among
 * the nodes of a system, and such a host draws while off what the default one does.
 */
public final class PowerFile {
    private static final List<String> OWN =
            List.of("model", "off_w", "w0", "w10", "w20", "w30", "w40", "w50", "w60", "w70", "w80", "w90", "w100");
    private static final List<String> SPEC = List.of(
            "Average watts @ active idle",
            "Average watts@10% of target load", // so in the published file, without spaces
            "Average watts @ 20% of target load",
            "Average watts @ 30% of target load",
            "Average watts @ 40% of target load",
            "Average watts @ 50% of target load",
            "Average watts @ 60% of target load",
            "Average watts @ 70% of target load",
            "Average watts @ 80% of target load",
            "Average watts @ 90% of target load",
            "Average watts @ 100% of target load");
    private static final double WATTS_MAX = 1_000_000;
    private static final int NODES_MAX = 10_000;
    private static final int SHOWN = 4;

    private PowerFile() {}

    /**
     * A curve as an option names it: "linear:IDLE,FULL" in whole watts, "FILE" of one machine, or "FILE#MACHINE", where
     * MACHINE is the number of a line (the header is line 1) or a part of one machine's name.
     *
     * @throws IllegalArgumentException with the value, the line and the remedy
     */
    public static PowerCurve read(String text) {
        if (text.startsWith("linear:")) {
            return linear(text);
        }
        int hash = text.lastIndexOf('#');
        Path file = Trace.file(Path.of(hash < 0 ? text : text.substring(0, hash)));
        String machine = hash < 0 ? "" : text.substring(hash + 1);
        CsvFile csv = new CsvFile(file);
        List<String> header = csv.header(',', List.of());
        boolean spec = header.contains("System") && header.contains("Nodes") && header.containsAll(SPEC);
        int name = spec ? header.indexOf("System") : 0;
        List<CsvFile.Line> found = new ArrayList<>();
        csv.read(',', spec ? List.of() : OWN, line -> {
            if (isMeant(line, name, machine)) {
                found.add(line);
            }
        });
        CsvFile.Line line = only(file, machine, found, name);
        return spec ? ofSpec(line, header) : ofOwn(line);
    }

    private static boolean isMeant(CsvFile.Line line, int name, String machine) {
        return machine.matches("\\d+")
                ? Long.parseLong(machine) == line.number()
                : line.text(name).toLowerCase(Locale.ROOT).contains(machine.toLowerCase(Locale.ROOT));
    }

    private static CsvFile.Line only(Path file, String machine, List<CsvFile.Line> found, int name) {
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty()) {
            throw new TraceFault(
                    file,
                    "has no machine \"%s\"; give a part of a name that stands in it, or a line, as in %s#2"
                            .formatted(machine, file));
        }
        throw new TraceFault(
                file,
                "has %d machines that \"%s\" may mean: %s%s; name one by its line, as in %s#%d"
                        .formatted(
                                found.size(),
                                machine,
                                found.stream()
                                        .limit(SHOWN)
                                        .map(line -> "line " + line.number() + " " + line.text(name))
                                        .collect(Collectors.joining("; ")),
                                found.size() > SHOWN ? "; …" : "",
                                file,
                                found.getFirst().number()));
    }

    private static PowerCurve ofOwn(CsvFile.Line line) {
        return curve(line, 0, IntStream.range(2, OWN.size()).toArray(), 1, milliwatts(line, 1));
    }

    private static PowerCurve ofSpec(CsvFile.Line line, List<String> header) {
        int nodes = (int) line.number(header.indexOf("Nodes"), 1, NODES_MAX);
        int[] columns = SPEC.stream().mapToInt(header::indexOf).toArray();
        return curve(line, header.indexOf("System"), columns, nodes, PowerCurve.OFF_MILLIWATTS);
    }

    private static PowerCurve curve(CsvFile.Line line, int name, int[] columns, int nodes, long offMilliwatts) {
        List<Long> points = new ArrayList<>();
        for (int column : columns) {
            long point = milliwatts(line, column);
            if (!points.isEmpty() && point < points.getLast() * nodes) {
                throw line.fault(
                        column,
                        "%s W is below what the machine draws at less load; mend the line or choose another machine"
                                .formatted(line.fields()[column]));
            }
            points.add(point / nodes);
        }
        return new PowerCurve(line.text(name), points, offMilliwatts);
    }

    private static long milliwatts(CsvFile.Line line, int column) {
        return Math.round(line.number(column, 0, WATTS_MAX) * 1000);
    }

    private static PowerCurve linear(String text) {
        String[] watts = text.substring("linear:".length()).split(",", -1);
        try {
            if (watts.length == 2) {
                return PowerCurve.linear(
                        Math.multiplyExact(1000L, Integer.parseInt(watts[0].strip())),
                        Math.multiplyExact(1000L, Integer.parseInt(watts[1].strip())));
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is no power curve; write linear:IDLE,FULL in whole watts, as in"
                        + " linear:100,200, or FILE, or FILE#MACHINE");
    }
}
