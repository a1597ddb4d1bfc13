package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.RecordedCrashes;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.model.TraceLoad;
import io.godwit.ops.cli.Failed;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A region as a stretch of its log tells it: its hosts, what each of its VMs asked for over time wherever it was, which
 * hosts crashed, and where the VMs really were.
 *
 * @param trails where the VMs were, to the distance of two samples
 * @param told what happened to VMs and hosts, in order, for a meter
 * @param guessed VMs whose demand was unknown at the start, as no sample before it names them
 */
record RecordedRegion(SimulatedFleet fleet, Load load, CrashPlan crashes, Trails trails, List<Told> told, int guessed) {
    /** Something that hosts went through; event is null where the host answers again. */
    record Told(long micros, String hostId, HostEvent event) {}

    /** A VM that stays away from all samples for so many periods asks for nothing meanwhile. */
    private static final int AWAY_PERIODS = 3;

    private static final String MODELLED = "modelled";

    /**
     * @param before the state when the stretch begins
     * @param after the state when it ends
     */
    static RecordedRegion of(RegionState before, RegionState after, RecordedStretch stretch) {
        return new Fold(before, after, stretch).region();
    }

    /** What is known of one VM on the way through the stretch. */
    private static final class Course {
        final String vmId;
        final String name;
        final int start;
        final int home;
        final List<Long> times = new ArrayList<>();
        final List<Integer> demands = new ArrayList<>();
        String hostId;
        long memoryBytes;
        long dirtyBytesPerSecond;
        long goneMicros = -1;
        long ranMicros = Long.MIN_VALUE;

        Course(String vmId, String name, int start, int home, String hostId) {
            this.vmId = vmId;
            this.name = name;
            this.start = start;
            this.home = home;
            this.hostId = hostId;
        }

        void asks(long sinceStart, long millicores) {
            int now = Math.toIntExact(millicores);
            int last = demands.isEmpty() ? start : demands.getLast();
            if (now != last) {
                times.add(sinceStart);
                demands.add(now);
            }
        }
    }

    /** Goes through the samples in the order of their times. */
    private static final class Fold {
        private final RecordedStretch stretch;
        private final long from;
        private final long to;
        private final long awayMicros;
        private final List<Host> hosts;
        private final Map<String, Integer> hostIndex = new HashMap<>();
        private final Map<String, Course> courses = new TreeMap<>();
        private final Map<String, Vm> named = new HashMap<>();
        private final Map<String, TreeSet<String>> listed = new HashMap<>();
        private final Trails trails = new Trails();
        private final List<Told> told = new ArrayList<>();
        private int guessed;

        Fold(RegionState before, RegionState after, RecordedStretch stretch) {
            this.stretch = stretch;
            this.from = stretch.fromMicros();
            this.to = stretch.toMicros();
            this.awayMicros = AWAY_PERIODS * 1000L * stretch.periodMillis();
            Map<String, Host> all = new TreeMap<>();
            before.hosts().forEach(host -> all.put(host.id(), host));
            after.hosts().forEach(host -> all.put(host.id(), host)); // its capacity may be known by then only
            hosts = all.values().stream()
                    .filter(host -> host.cpuCapacityMillicores() > 0 && host.memoryCapacityBytes() > 0)
                    .toList();
            for (int host = 0; host < hosts.size(); host++) {
                hostIndex.put(hosts.get(host).id(), host);
            }
            after.vms().forEach(vm -> named.put(vm.id(), vm));
            before.vms().stream()
                    .filter(vm -> vm.observed().isPresent() && hostIndex.containsKey(vm.hostId()))
                    .forEach(this::begin);
        }

        private void begin(Vm vm) {
            int asks = switch (vm.state()) {
                case RUNNING, BLOCKED -> Math.toIntExact(vm.cpuDemandMillicores());
                case PAUSED, SUSPENDED, SHUT_OFF, CRASHED, MIGRATING_IN, UNKNOWN -> 0;
            };
            Course course = new Course(vm.id(), vm.name(), asks, hostIndex.get(vm.hostId()), vm.hostId());
            course.memoryBytes = vm.memoryBytes();
            course.dirtyBytesPerSecond = vm.dirtyBytesPerSecond();
            courses.put(vm.id(), course);
            listed.computeIfAbsent(vm.hostId(), _ -> new TreeSet<>()).add(vm.id());
            trails.at(vm.id(), from, vm.hostId());
        }

        RecordedRegion region() {
            stretch.outages().forEach((hostId, outages) -> outages.forEach(outage -> outage(hostId, outage)));
            stretch.samples().stream()
                    .filter(sample -> hostIndex.containsKey(sample.event().getHostId()))
                    .sorted(Comparator.comparingLong(RecordedStretch.Sample::micros)) // stable
                    .forEach(sample -> take(sample.micros(), sample.event()));
            if (courses.isEmpty()) {
                throw new Failed("no sample of a VM is kept of that time; give a --from and --to within what is kept");
            }
            courses.values().stream()
                    .filter(course -> course.goneMicros >= 0 && to - course.goneMicros > awayMicros)
                    .forEach(course -> course.asks(course.goneMicros - from, 0));
            told.sort(Comparator.comparingLong(Told::micros));
            return new RecordedRegion(fleet(), load(), crashes(), trails, List.copyOf(told), guessed);
        }

        private void outage(String hostId, CrashPlan.Outage outage) {
            if (hostIndex.containsKey(hostId)) {
                told.add(new Told(from + outage.fromMicros(), hostId, new HostEvent.ConnectionLost(hostId, "crashed")));
                if (outage.toMicros() < to - from) {
                    told.add(new Told(from + outage.toMicros(), hostId, null));
                }
            }
        }

        private void take(long micros, HostSampled sample) {
            String hostId = sample.getHostId();
            TreeSet<String> before = listed.get(hostId);
            TreeSet<String> now = new TreeSet<>();
            for (VmSample vm : sample.getVms()) {
                now.add(vm.getVmId());
                Course course = courses.computeIfAbsent(vm.getVmId(), _ -> found(vm, hostId, before == null));
                switch (vm.getState()) {
                    case RUNNING, BLOCKED -> runs(course, micros, hostId, vm);
                    case PAUSED, SUSPENDED, SHUT_OFF, CRASHED -> {
                        if (course.hostId.equals(hostId)) {
                            course.asks(micros - from, 0);
                        }
                    }
                    case MIGRATING_IN, UNKNOWN -> {} // it runs elsewhere
                }
            }
            if (before != null) {
                before.stream()
                        .filter(vmId -> !now.contains(vmId))
                        .map(courses::get)
                        .filter(course -> course.hostId.equals(hostId))
                        .forEach(course -> course.goneMicros = micros);
            }
            listed.put(hostId, now);
        }

        /** @param first whether the host was never sampled before, so that the VM may have been there from the start */
        private Course found(VmSample vm, String hostId, boolean first) {
            guessed++;
            boolean runs = vm.getState() == VmState.RUNNING;
            int start = first && runs ? Math.toIntExact(vm.getCpuDemandMillicores()) : 0;
            String name =
                    named.containsKey(vm.getVmId()) ? named.get(vm.getVmId()).name() : vm.getVmId();
            Course course = new Course(vm.getVmId(), name, start, hostIndex.get(hostId), hostId);
            course.memoryBytes = vm.getMemoryBytes();
            course.dirtyBytesPerSecond = vm.getDirtyBytesPerSecond();
            trails.at(vm.getVmId(), from, hostId);
            return course;
        }

        private void runs(Course course, long micros, String hostId, VmSample vm) {
            if (course.goneMicros >= 0 && micros - course.goneMicros > awayMicros) {
                course.asks(course.goneMicros - from, 0);
            }
            course.goneMicros = -1;
            if (course.memoryBytes <= 0) {
                course.memoryBytes = vm.getMemoryBytes();
            }
            if (!course.hostId.equals(hostId)) {
                course.hostId = hostId;
                trails.at(course.vmId, micros, hostId);
                tell(course, micros, VmChange.MIGRATED_IN);
            }
            course.asks(micros - from, vm.getCpuDemandMillicores());
            long lastRan = course.ranMicros;
            course.ranMicros = micros;
            if (stretch.outages().values().stream()
                    .flatMap(List::stream)
                    .anyMatch(outage -> from + outage.fromMicros() > lastRan && from + outage.fromMicros() <= micros)) {
                tell(course, micros, VmChange.RESUMED); // changes nothing for one that ran all along
            }
        }

        private void tell(Course course, long micros, VmChange change) {
            told.add(new Told(
                    micros,
                    course.hostId,
                    new HostEvent.VmChangeSeen(course.hostId, course.vmId, change, MODELLED, micros)));
        }

        /** Each VM as one of 1 virtual CPU, so that thousandths of it are the millicores that were sampled. */
        private SimulatedFleet fleet() {
            return new SimulatedFleet(
                    hosts.getFirst().site(),
                    hosts.stream()
                            .map(host -> new SimulatedFleet.Host(
                                    host.id(),
                                    host.rack(),
                                    host.name(),
                                    host.cpuCapacityMillicores(),
                                    host.memoryCapacityBytes(),
                                    host.migrationBytesPerSecond() > 0
                                            ? host.migrationBytesPerSecond()
                                            : SimulatedFleet.MIGRATION_BYTES_PER_SECOND))
                            .toList(),
                    courses.values().stream()
                            .map(course -> new SimulatedFleet.Vm(
                                    course.vmId,
                                    course.name,
                                    1,
                                    Math.max(1, course.memoryBytes),
                                    Math.max(0, course.dirtyBytesPerSecond),
                                    course.home))
                            .toList());
        }

        private Load load() {
            return new TraceLoad(
                    courses.values().stream()
                            .map(course -> TraceLoad.Series.ofCpu(
                                    course.start,
                                    course.times.stream()
                                            .mapToLong(Long::longValue)
                                            .toArray(),
                                    course.demands.stream()
                                            .mapToInt(Integer::intValue)
                                            .toArray()))
                            .toList(),
                    Long.MAX_VALUE);
        }

        private CrashPlan crashes() {
            boolean none = hosts.stream().noneMatch(host -> stretch.outages().containsKey(host.id()));
            return none
                    ? CrashPlan.NONE
                    : new RecordedCrashes(hosts.stream()
                            .map(host -> stretch.outages().getOrDefault(host.id(), List.of()))
                            .toList());
        }
    }
}
