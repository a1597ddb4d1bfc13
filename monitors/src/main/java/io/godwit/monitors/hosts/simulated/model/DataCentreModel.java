package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationProgress;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hosts, VMs and migrations of a simulated site at a moment. All times are microseconds since 1970, given by the caller and
 * never going back. What happens is kept until {@link #takeHappenings}. Not safe for use by several threads.
 */
public final class DataCentreModel {
    /** Pause of a VM at the end of its live migration; a usual value of KVM. */
    private static final long DOWNTIME_MILLIS = 30;

    /** Ended migrations that are remembered for those who ask again. */
    private static final int ENDED_MAX = 100_000;

    private final Load load;
    private final CrashPlan crashes;
    private final long originMicros;
    private final List<HostCell> hosts = new ArrayList<>();
    private final Map<String, HostCell> hostsById = new HashMap<>();
    private final Map<String, VmCell> vmsById = new HashMap<>();
    private final Map<String, Migration> open = new LinkedHashMap<>();
    private final Map<String, Happening> ended = new LinkedHashMap<>();
    private List<Happening> happenings = new ArrayList<>();
    private long nowMicros;
    private long nextMicros;

    /** @param originMicros when the load began; at the origin all VMs have their first load */
    public DataCentreModel(
            SimulatedFleet fleet, Load load, CrashPlan crashes, long originMicros, Restored restored, long nowMicros) {
        this.load = load;
        this.crashes = crashes;
        this.originMicros = originMicros;
        // open migrations are lived through again from the first one's start, so that they share links as they did
        this.nowMicros = restored.open().stream()
                .mapToLong(Restored.OpenMigration::startMicros)
                .reduce(nowMicros, Math::min);
        for (SimulatedFleet.Host spec : fleet.hosts()) {
            HostCell host = new HostCell(spec, hosts.size());
            host.outage = crashes.next(host.index, sinceOrigin());
            hosts.add(host);
            hostsById.put(spec.hostId(), host);
        }
        for (int i = 0; i < fleet.vms().size(); i++) {
            place(new VmCell(fleet.vms().get(i), i), restored);
        }
        nextMicros = findNext();
        for (Restored.OpenMigration migration : restored.open()) {
            advance(Math.min(nowMicros, migration.startMicros()));
            resume(migration);
            nextMicros = findNext();
        }
        advance(nowMicros);
    }

    private void place(VmCell vm, Restored restored) {
        vm.host = hosts.get(vm.spec.homeHost());
        Restored.Place place = restored.places().get(vm.spec.vmId());
        if (place != null && hostsById.containsKey(place.hostId())) {
            vm.host = hostsById.get(place.hostId());
            vm.state = place.state();
        }
        vm.into(vm.host.vms);
        vmsById.put(vm.spec.vmId(), vm);
    }

    private void resume(Restored.OpenMigration migration) {
        VmCell vm = vmsById.get(migration.vmId());
        HostCell source = hostsById.get(migration.sourceHostId());
        HostCell target = hostsById.get(migration.targetHostId());
        if (vm != null && target != null && vm.host == source && vm.state == VmState.RUNNING && vm.migration == null) {
            begin(new Migration(
                    migration.commandId(), vm, source, target, migration.bytesPerSecondMax(), this.nowMicros));
        }
    }

    /** Lets time pass up to this moment; a moment that has passed changes nothing. */
    public void advance(long toMicros) {
        while (nextMicros <= toMicros) {
            nowMicros = Math.max(nowMicros, nextMicros);
            endMigrations();
            crashAndReturn();
            nextMicros = findNext();
        }
        nowMicros = Math.max(nowMicros, toMicros);
    }

    /** When something happens next by itself; Long.MAX_VALUE: nothing will. */
    public long nextMicros() {
        return nextMicros;
    }

    /** What has happened since the last call, in order. */
    public List<Happening> takeHappenings() {
        if (happenings.isEmpty()) {
            return List.of();
        }
        List<Happening> taken = happenings;
        happenings = new ArrayList<>();
        return taken;
    }

    public HostReading read(String hostId) throws HostUnreachable {
        HostCell host = reachable(hostId);
        long demand = 0;
        for (VmCell vm : host.vms) {
            demand += vm.demandMillicores(load, sinceOrigin());
        }
        long capacity = host.spec.cpuCapacityMillicores();
        long used = 0;
        List<VmSample> samples = new ArrayList<>(host.vms.size() + host.incoming.size());
        for (VmCell vm : host.vms) {
            long asked = vm.demandMillicores(load, sinceOrigin());
            // a full host gives each VM the same share of what it asks for
            long got = demand <= capacity ? asked : asked * capacity / demand;
            used += got;
            samples.add(sample(vm, vm.state, asked, got));
        }
        if (!host.incoming.isEmpty()) {
            host.incoming.forEach(vm -> samples.add(sample(vm, VmState.MIGRATING_IN, 0, 0)));
            samples.sort((a, b) -> a.getVmId().compareTo(b.getVmId()));
        }
        return new HostReading(
                nowMicros, capacity, demand, used, host.spec.memoryCapacityBytes(), host.memoryBytes(), samples);
    }

    private static VmSample sample(VmCell vm, VmState state, long asked, long got) {
        return new VmSample(
                vm.spec.vmId(),
                state,
                asked,
                got,
                vm.spec.memoryBytes(),
                vm.spec.dirtyBytesPerSecond(),
                vm.step.blockBytesPerSecond(),
                vm.step.netBytesPerSecond());
    }

    public HostDescription describe(String hostId) throws HostUnreachable {
        HostCell host = reachable(hostId);
        return new HostDescription(
                host.spec.cpuCapacityMillicores(),
                host.spec.memoryCapacityBytes(),
                "simulated",
                host.spec.migrationBytesPerSecond(),
                host.vms.stream()
                        .map(vm -> new HostDescription.Vm(
                                vm.spec.vmId(),
                                vm.spec.name(),
                                vm.spec.vcpus(),
                                vm.spec.memoryBytes(),
                                vm.spec.dirtyBytesPerSecond(),
                                ""))
                        .toList());
    }

    /** @throws HostUnreachable where the host is down or not of this fleet */
    public void checkReachable(String hostId) throws HostUnreachable {
        reachable(hostId);
    }

    /**
     * Starts a migration, or finds it again by its command. How it ends, now or later, is a happening of its own; this
     * returns the end where it is known already.
     *
     * @throws HostUnreachable where the source is down or not of this fleet
     */
    public Optional<Happening> migrate(
            String commandId, String vmId, String sourceHostId, String targetHostId, long bytesPerSecondMax)
            throws HostUnreachable {
        if (open.containsKey(commandId)) {
            return Optional.empty();
        }
        if (ended.containsKey(commandId)) {
            return Optional.of(ended.get(commandId));
        }
        HostCell source = reachable(sourceHostId);
        HostCell target = hostsById.get(targetHostId);
        VmCell vm = vmsById.get(vmId);
        String hindrance = hindrance(vmId, vm, source, targetHostId, target);
        if (!hindrance.isEmpty()) {
            Happening refused = new Happening.MigrationEnded(commandId, new MigrationResult(false, hindrance, 0, 0, 0));
            remember(commandId, refused);
            return Optional.of(refused);
        }
        begin(new Migration(commandId, vm, source, target, bytesPerSecondMax, nowMicros));
        nextMicros = findNext();
        return Optional.empty();
    }

    private static String hindrance(String vmId, VmCell vm, HostCell source, String targetHostId, HostCell target) {
        if (vm == null || vm.host != source) {
            return "no domain " + vmId + " on " + source.spec.hostId();
        }
        if (vm.state != VmState.RUNNING) {
            return "domain " + vmId + " is not running but " + vm.state;
        }
        if (vm.migration != null) {
            return "domain " + vmId + " is migrating already, by " + vm.migration.commandId;
        }
        if (target == source) {
            return "domain " + vmId + " runs on " + targetHostId + " already";
        }
        if (target == null || !target.up) {
            return "no connection to " + targetHostId;
        }
        long free = target.spec.memoryCapacityBytes() - target.memoryBytes();
        return free < vm.spec.memoryBytes()
                ? "cannot allocate memory on %s: %d bytes wanted, %d free"
                        .formatted(targetHostId, vm.spec.memoryBytes(), free)
                : "";
    }

    /** How a migration goes on; empty where none is known under this id. */
    public Optional<MigrationProgress> progress(String commandId) {
        Migration migration = open.get(commandId);
        if (migration != null) {
            return Optional.of(migration.progress(nowMicros));
        }
        return Optional.ofNullable(ended.get(commandId)).map(end -> switch (end) {
            case Happening.MigrationEnded known ->
                new MigrationProgress(
                        known.result().moved() ? 100 : 0, known.result().transferredBytes(), true);
            case Happening.SourceLost _ -> new MigrationProgress(0, 0, true);
            case Happening.Told _ -> throw new IllegalStateException("a host's word is no end of " + commandId);
        });
    }

    /** State of a VM on each reachable host that holds it, by host id. */
    public Map<String, VmState> where(String vmId) {
        Map<String, VmState> places = new TreeMap<>();
        VmCell vm = vmsById.get(vmId);
        if (vm != null && vm.host.up) {
            places.put(vm.host.spec.hostId(), vm.state);
        }
        if (vm != null && vm.migration != null && vm.migration.target.up) {
            places.put(vm.migration.target.spec.hostId(), VmState.MIGRATING_IN);
        }
        return places;
    }

    /**
     * A host loses its power: its VMs stop, its migrations end, nothing answers.
     *
     * @param downMicros how long; Long.MAX_VALUE: until it is restored
     */
    public void crash(String hostId, long downMicros) {
        HostCell host = known(hostId);
        crash(host, downMicros > Long.MAX_VALUE - nowMicros ? Long.MAX_VALUE : nowMicros + downMicros);
        nextMicros = findNext();
    }

    private void crash(HostCell host, long backMicros) {
        if (!host.up) {
            host.backMicros = backMicros;
            return;
        }
        host.up = false;
        host.backMicros = backMicros;
        for (Migration migration : List.copyOf(open.values())) {
            if (migration.source == host) {
                String detail = "source " + host.spec.hostId() + " crashed";
                end(migration, new Happening.SourceLost(migration.commandId, detail));
            } else if (migration.target == host) {
                end(migration, notMoved(migration, "target " + host.spec.hostId() + " crashed"));
            }
        }
        host.vms.forEach(vm -> vm.state = VmState.SHUT_OFF);
        happenings.add(new Happening.Told(
                new HostEvent.ConnectionLost(host.spec.hostId(), "connection to " + host.spec.hostId() + " reset")));
    }

    /** Brings a host back; its VMs start again there, as in VMPlaceS, because nothing else restarts them. */
    public void restore(String hostId) {
        restore(known(hostId));
        nextMicros = findNext();
    }

    private void restore(HostCell host) {
        if (host.up) {
            return;
        }
        host.up = true;
        host.backMicros = Long.MAX_VALUE;
        boolean planned = host.outage.fromMicros() <= sinceOrigin(); // then it is over, also where a person ended it
        host.outage =
                crashes.next(host.index, planned ? Math.max(sinceOrigin(), host.outage.toMicros()) : sinceOrigin());
        host.vms.forEach(this::start);
    }

    /** A VM's process dies. */
    public void killVm(String vmId) {
        VmCell vm = knownVm(vmId);
        if (vm.state != VmState.RUNNING) {
            return;
        }
        if (vm.migration != null) {
            end(vm.migration, notMoved(vm.migration, "domain " + vmId + " died while it was copied"));
        }
        vm.state = VmState.CRASHED;
        tell(vm.host, vm, VmChange.CRASHED, "Stopped Crashed");
        nextMicros = findNext();
    }

    /** Starts a VM that does not run on the host that holds it; does nothing while that host is down. */
    public void startVm(String vmId) {
        VmCell vm = knownVm(vmId);
        if (vm.host.up && vm.state != VmState.RUNNING) {
            start(vm);
        }
    }

    private void start(VmCell vm) {
        vm.state = VmState.RUNNING;
        tell(vm.host, vm, VmChange.STARTED, "Started Booted");
    }

    private void begin(Migration migration) {
        open.put(migration.commandId, migration);
        migration.vm.migration = migration;
        migration.vm.into(migration.target.incoming);
        migration.source.migrations++;
        migration.target.migrations++;
        settleLinksOf(migration, migration.startMicros);
    }

    private void endMigrations() {
        for (Migration migration : List.copyOf(open.values())) {
            if (open.containsKey(migration.commandId) && migration.endMicros() <= nowMicros) {
                move(migration);
            }
        }
    }

    private void move(Migration migration) {
        VmCell vm = migration.vm;
        long millis = (nowMicros - migration.startMicros) / 1000;
        end(
                migration,
                new Happening.MigrationEnded(
                        migration.commandId,
                        new MigrationResult(true, "", millis, DOWNTIME_MILLIS, migration.totalBytes)));
        migration.source.vms.remove(vm);
        vm.host = migration.target;
        vm.into(vm.host.vms);
        tell(migration.target, vm, VmChange.MIGRATED_IN, "Resumed Migrated");
        tell(migration.source, vm, VmChange.MIGRATED_OUT, "Stopped Migrated");
    }

    private Happening notMoved(Migration migration, String detail) {
        long sent = migration.progress(nowMicros).transferredBytes();
        long millis = (nowMicros - migration.startMicros) / 1000;
        return new Happening.MigrationEnded(migration.commandId, new MigrationResult(false, detail, millis, 0, sent));
    }

    private void end(Migration migration, Happening end) {
        open.remove(migration.commandId);
        migration.vm.migration = null;
        migration.target.incoming.remove(migration.vm);
        migration.source.migrations--;
        migration.target.migrations--;
        settleLinksOf(migration, nowMicros);
        remember(migration.commandId, end);
        happenings.add(end);
    }

    private void remember(String commandId, Happening end) {
        ended.put(commandId, end);
        if (ended.size() > ENDED_MAX) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    private void settleLinksOf(Migration changed, long atMicros) {
        for (Migration migration : open.values()) {
            if (migration.source == changed.source
                    || migration.source == changed.target
                    || migration.target == changed.source
                    || migration.target == changed.target) {
                migration.settle(atMicros);
            }
        }
    }

    private void crashAndReturn() {
        for (HostCell host : hosts) {
            if (!host.up && host.backMicros <= nowMicros) {
                restore(host);
            }
            if (host.up && host.outage.fromMicros() <= sinceOrigin()) {
                crash(host, originMicros + host.outage.toMicros());
            }
        }
    }

    private long findNext() {
        long next = Long.MAX_VALUE;
        for (Migration migration : open.values()) {
            next = Math.min(next, migration.endMicros());
        }
        for (HostCell host : hosts) {
            if (!host.up) {
                next = Math.min(next, host.backMicros);
            } else if (host.outage.fromMicros() != Long.MAX_VALUE) {
                next = Math.min(next, originMicros + host.outage.fromMicros());
            }
        }
        return next;
    }

    private void tell(HostCell host, VmCell vm, VmChange change, String detail) {
        happenings.add(new Happening.Told(
                new HostEvent.VmChangeSeen(host.spec.hostId(), vm.spec.vmId(), change, detail, nowMicros)));
    }

    private long sinceOrigin() {
        return Math.max(0, nowMicros - originMicros);
    }

    private HostCell reachable(String hostId) throws HostUnreachable {
        HostCell host = hostsById.get(hostId);
        if (host == null) {
            throw new HostUnreachable("host " + hostId + " is not one of the " + hosts.size()
                    + " simulated hosts; check that the hosts service runs with the fleet of this site");
        }
        if (!host.up) {
            throw new HostUnreachable("host " + hostId + " does not answer: connection timed out");
        }
        return host;
    }

    private HostCell known(String hostId) {
        HostCell host = hostsById.get(hostId);
        if (host == null) {
            throw new IllegalArgumentException("no simulated host has the id " + hostId + "; give one of "
                    + hosts.getFirst().spec.hostId() + " to "
                    + hosts.getLast().spec.hostId());
        }
        return host;
    }

    private VmCell knownVm(String vmId) {
        VmCell vm = vmsById.get(vmId);
        if (vm == null) {
            throw new IllegalArgumentException("no simulated VM has the id " + vmId + "; ids are as in vm list");
        }
        return vm;
    }
}
