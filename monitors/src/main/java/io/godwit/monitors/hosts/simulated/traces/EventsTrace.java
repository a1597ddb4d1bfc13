package io.godwit.monitors.hosts.simulated.traces;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fleet and its load as single changes, as VMPlaceS's injector gives them. fleet.csv: vm, host, vcpus, memory_mib,
 * dirty_percent (of the migration bandwidth). load.csv: seconds since the start, vm, cpu_percent. Every VM starts at 70 %;
 * a second after the last change all begins again.
 */
final class EventsTrace {
    private static final List<String> FLEET = List.of("vm", "host", "vcpus", "memory_mib", "dirty_percent");
    private static final List<String> LOAD = List.of("seconds", "vm", "cpu_percent");
    private static final int START_PERMILLE = 700;
    private static final int PERCENT_MAX = 1000;
    private static final double SECONDS_MAX = 1e9;

    private EventsTrace() {}

    static Trace read(Path fleetFile, Path loadFile, String site, int racks) {
        Map<String, Integer> hosts = new LinkedHashMap<>();
        Map<String, Integer> vmNumbers = new LinkedHashMap<>();
        List<SimulatedFleet.Vm> vms = new ArrayList<>();
        new CsvFile(fleetFile).read(',', FLEET, line -> {
            String vm = line.text(0);
            if (vmNumbers.putIfAbsent(vm, vms.size()) != null) {
                throw line.fault(0, "\"" + vm + "\" stands here for the second time; give each VM one line");
            }
            int host = hosts.computeIfAbsent(line.text(1), _ -> hosts.size());
            vms.add(SimulatedFleet.Vm.of(
                    site,
                    vm.startsWith("vm-") ? vm.substring(3) : vm,
                    (int) line.number(2, 1, 1024),
                    (long) line.number(3, 1, 1 << 24) << 20,
                    (int) line.number(4, 0, 90),
                    host));
        });
        if (vms.isEmpty()) {
            throw new TraceFault(fleetFile, "holds no VM; give at least one line after the header");
        }
        List<String> hostNames = List.copyOf(hosts.keySet());
        List<SimulatedFleet.Host> hostList = new ArrayList<>();
        for (int i = 0; i < hostNames.size(); i++) {
            String rack = SimulatedFleet.rack(i, hostNames.size(), Math.min(racks, hostNames.size()));
            hostList.add(SimulatedFleet.Host.of(site, rack, hostNames.get(i)));
        }
        TraceLoad load = load(loadFile, vmNumbers);
        return new Trace(
                load,
                Optional.of(new SimulatedFleet(site, hostList, vms)),
                "events, %d hosts, %d VMs, %d s"
                        .formatted(hostList.size(), vms.size(), load.lengthMicros() / 1_000_000));
    }

    private static TraceLoad load(Path file, Map<String, Integer> vmNumbers) {
        List<List<Change>> changes = new ArrayList<>();
        vmNumbers.forEach((_, _) -> changes.add(new ArrayList<>()));
        long[] last = {0};
        new CsvFile(file).read(',', LOAD, line -> {
            long micros = Math.round(line.number(0, 0, SECONDS_MAX) * 1e6);
            if (micros < last[0]) {
                throw line.fault(
                        0, "%s s is before the line above; sort the lines by time".formatted(line.fields()[0]));
            }
            last[0] = micros;
            Integer vm = vmNumbers.get(line.text(1));
            if (vm == null) {
                throw line.fault(
                        1, "\"%s\" is no VM of fleet.csv; add it there or drop the line".formatted(line.fields()[1]));
            }
            changes.get(vm).add(new Change(micros, Math.toIntExact(Math.round(line.number(2, 0, PERCENT_MAX) * 10))));
        });
        List<TraceLoad.Series> series = changes.stream()
                .map(ofVm -> TraceLoad.Series.ofCpu(
                        START_PERMILLE,
                        ofVm.stream().mapToLong(Change::micros).toArray(),
                        ofVm.stream().mapToInt(Change::cpuPermille).toArray()))
                .toList();
        return new TraceLoad(series, last[0] + 1_000_000);
    }

    private record Change(long micros, int cpuPermille) {}
}
