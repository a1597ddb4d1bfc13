package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationProgress;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hosts, VMs and migrations of a simulated site at a moment. All times are microseconds since 1970, given by the caller and
 * never going back. What happens is kept until {@link #takeHappenings}. Not safe for use by several threads.
 */
public final class DataCentreModel {
    /** After this time a host that was fenced is up again. */
    private static final long FENCED_MICROS = 60_000_000;

    /** Pause of a VM at the end of its live migration; a usual value of KVM. */
    private static final long DOWNTIME_MILLIS = 30;

    private static final String CPU_MODEL = "simulated";

    /** Ended migrations that are remembered for those who ask again. */
    private static final int ENDED_MAX = 100_000;

    private final Load load;
    private final CrashPlan crashes;
    private final long originMicros;
    private final List<HostCell> hosts = new ArrayList<>();
    private final Map<String, HostCell> hostsById = new HashMap<>();
    private final Map<String, VmCell> vmsById = new HashMap<>();
    private final Map<String, Migration> open = new HashMap<>();
    private final Timetable timetable = new Timetable();
    private final Map<String, Happening> ended = new LinkedHashMap<>();
    private List<Happening> happenings = new ArrayList<>();
    private long nowMicros;
    private long begun;

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
            plan(host);
        }
        for (int i = 0; i < fleet.vms().size(); i++) {
            place(new VmCell(fleet.vms().get(i), i), restored);
        }
        for (Restored.OpenMigration migration : restored.open()) {
            advance(Math.min(nowMicros, migration.startMicros()));
            resume(migration);
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
        vm.host.enter(vm.host.vms, vm);
        vmsById.put(vm.spec.vmId(), vm);
    }

    private void resume(Restored.OpenMigration migration) {
        VmCell vm = vmsById.get(migration.vmId());
        HostCell source = hostsById.get(migration.sourceHostId());
        HostCell target = hostsById.get(migration.targetHostId());
        if (vm == null || target == null || vm.state != VmState.RUNNING || vm.migration != null) {
            return;
        }
        if (migration.postCopy() && vm.host == target && source != null) { // it had switched over: that comes again
            target.leave(target.vms, vm);
            vm.host = source;
            source.enter(source.vms, vm);
        }
        if (vm.host == source) {
            begin(new Migration(migration.ask(), vm, source, target, this.nowMicros, begun++));
        }
    }

    /** Lets time pass up to this moment; a moment that has passed changes nothing. */
    public void advance(long toMicros) {
        while (timetable.nextMicros() <= toMicros) {
            nowMicros = Math.max(nowMicros, timetable.nextMicros());
            switch (timetable.next()) {
                case Migration migration when migration.endMicros() <= nowMicros -> move(migration);
                case Migration migration -> switchOver(migration);
                case HostCell host -> crashOrReturn(host);
            }
        }
        nowMicros = Math.max(nowMicros, toMicros);
    }

    /** When something happens next by itself; Long.MAX_VALUE: nothing will. */
    public long nextMicros() {
        return timetable.nextMicros();
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
        host.sample(load, sinceOrigin());
        return new HostReading(
                nowMicros,
                host.spec.cpuCapacityMillicores(),
                host.demandMillicores(),
                host.usedMillicores(),
                host.spec.memoryCapacityBytes(),
                host.memoryBytes(),
                CPU_MODEL,
                host.spec.migrationBytesPerSecond(),
                host.samples());
    }

    public HostDescription describe(String hostId) throws HostUnreachable {
        HostCell host = reachable(hostId);
        return new HostDescription(
                host.spec.cpuCapacityMillicores(),
                host.spec.memoryCapacityBytes(),
                CPU_MODEL,
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
    public Optional<Happening> migrate(MigrationAsk ask) throws HostUnreachable {
        Migration running = open.get(ask.commandId());
        if (running != null) {
            if (ask.autoConverge()) {
                running.converge();
                settle(running);
            }
            return Optional.empty();
        }
        if (ended.containsKey(ask.commandId())) {
            return Optional.of(ended.get(ask.commandId()));
        }
        HostCell source = reachable(ask.sourceHostId());
        HostCell target = hostsById.get(ask.targetHostId());
        VmCell vm = vmsById.get(ask.vmId());
        String hindrance = hindrance(ask.vmId(), vm, source, ask.targetHostId(), target);
        if (!hindrance.isEmpty()) {
            Happening refused =
                    new Happening.MigrationEnded(ask.commandId(), new MigrationResult(false, hindrance, 0, 0, 0, -1));
            remember(ask.commandId(), refused);
            return Optional.of(refused);
        }
        begin(new Migration(ask, vm, source, target, nowMicros, begun++));
        return Optional.empty();
    }

    /** By pre-copy, with no guest held back. */
    public Optional<Happening> migrate(
            String commandId, String vmId, String sourceHostId, String targetHostId, long bytesPerSecondMax)
            throws HostUnreachable {
        return migrate(MigrationAsk.preCopy(commandId, vmId, sourceHostId, targetHostId, bytesPerSecondMax));
    }

    /** A migration goes on by post-copy, whatever it began as; does nothing where it has switched over or ended. */
    public void startPostCopy(String commandId) {
        Migration migration = open.get(commandId);
        if (migration != null && !migration.switched()) {
            switchOver(migration);
        }
    }

    /**
     * Does something to a VM on a host, and nothing to one that is so already. A VM whose host is down starts on another one,
     * which has it from then on. Simulated VMs have neither disks nor saved memory.
     *
     * @return why it was not done; empty: it was
     * @throws HostUnreachable where the host is down or not of this fleet
     */
    public String act(ActionKind action, String vmId, String hostId) throws HostUnreachable {
        HostCell host = reachable(hostId);
        VmCell vm = vmsById.get(vmId);
        if (vm == null || (vm.host != host && (vm.host.up() || action != ActionKind.START))) {
            return "no domain " + vmId + " on " + hostId;
        }
        if (vm.migration != null) {
            return "domain " + vmId + " is migrating, by " + vm.migration.commandId;
        }
        boolean active = vm.state == VmState.RUNNING || vm.state == VmState.PAUSED;
        switch (action) {
            case START -> {
                if (vm.host != host) {
                    vm.host.leave(vm.host.vms, vm);
                    vm.host = host;
                    host.enter(host.vms, vm);
                    start(vm);
                } else if (!active) {
                    start(vm);
                }
            }
            case STOP -> {
                if (active) {
                    vm.become(VmState.SHUT_OFF);
                    tell(host, vm, VmChange.STOPPED, "Stopped Shutdown");
                }
            }
            case SUSPEND -> {
                if (vm.state == VmState.RUNNING) {
                    vm.become(VmState.PAUSED);
                    tell(host, vm, VmChange.SUSPENDED, "Suspended Paused");
                }
            }
            case RESUME -> {
                if (vm.state == VmState.PAUSED) {
                    vm.become(VmState.RUNNING);
                    tell(host, vm, VmChange.RESUMED, "Resumed Unpaused");
                }
            }
            case SAVE, SNAPSHOT, RESTORE, REMOVE, MIGRATE, FENCE, UNKNOWN -> {
                return "a simulated host cannot " + action.name().toLowerCase(Locale.ROOT) + " a VM";
            }
        }
        return "";
    }

    /** A migration is called off and the VM stays; does nothing after its switch-over, when the VM has left already. */
    public void cancel(String commandId) {
        Migration migration = open.get(commandId);
        if (migration != null && !migration.switched()) {
            end(migration, notMoved(migration, "operation aborted: migration out: called off"));
        }
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
        if (target == null || !target.up()) {
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
                        known.result().moved() ? 100 : 0,
                        known.result().transferredBytes(),
                        true,
                        known.result().switchedAfterMillis() >= 0,
                        0);
            case Happening.SourceLost _ -> new MigrationProgress(0, 0, true, false, 0);
            case Happening.Told _ -> throw new IllegalStateException("a host's word is no end of " + commandId);
        });
    }

    /** State of a VM on each reachable host that holds it, by host id. */
    public Map<String, VmState> where(String vmId) {
        Map<String, VmState> places = new TreeMap<>();
        VmCell vm = vmsById.get(vmId);
        if (vm == null) {
            return places;
        }
        Migration migration = vm.migration;
        if (migration != null && migration.source.up()) {
            places.put(migration.source.spec.hostId(), VmState.PAUSED);
        }
        if (migration != null && migration.target.up()) {
            places.put(migration.target.spec.hostId(), VmState.MIGRATING_IN);
        }
        if (vm.host.up()) {
            places.put(vm.host.spec.hostId(), vm.state);
        }
        return places;
    }

    /**
     * A host loses its power: its VMs stop, its migrations end, nothing answers. One that is switched off stays so.
     *
     * @param downMicros how long; Long.MAX_VALUE: until it is restored
     */
    public void crash(String hostId, long downMicros) {
        crash(known(hostId), after(downMicros));
    }

    /** The same to one that is up, which boots again after a while. */
    public void fence(String hostId) {
        if (known(hostId).up()) {
            crash(hostId, FENCED_MICROS);
        }
    }

    private void crash(HostCell host, long backMicros) {
        if (host.power == HostPower.OFF) {
            return;
        }
        boolean answered = host.up();
        host.power = HostPower.CRASHED;
        host.backMicros = backMicros;
        plan(host);
        for (Migration migration : List.copyOf(host.migrations)) {
            if (migration.source == host) {
                loseSource(migration);
            } else {
                end(migration, notMoved(migration, "target " + host.spec.hostId() + " crashed"));
            }
        }
        if (answered) {
            host.vms.forEach(vm -> vm.become(VmState.SHUT_OFF));
            lost(host, "connection to " + host.spec.hostId() + " reset");
        }
    }

    /** In post-copy the rest of the VM's memory is gone with the source, so the VM dies on the target. */
    private void loseSource(Migration migration) {
        VmCell vm = migration.vm;
        end(
                migration,
                new Happening.SourceLost(migration.commandId, "source " + migration.source.spec.hostId() + " crashed"));
        if (migration.switched()) {
            vm.become(VmState.CRASHED);
            tell(vm.host, vm, VmChange.CRASHED, "Stopped Crashed: post-copy lost its source");
        }
    }

    /** Brings a crashed host back; its VMs start again there, as in VMPlaceS, because nothing else restarts them. */
    public void restore(String hostId) {
        HostCell host = known(hostId);
        if (host.power == HostPower.CRASHED) {
            restore(host);
        }
    }

    private void restore(HostCell host) {
        boolean planned = host.outage.fromMicros() <= sinceOrigin(); // then it is over, also where a person ended it
        host.power = HostPower.ON;
        host.backMicros = Timetable.NEVER;
        host.outage =
                crashes.next(host.index, planned ? Math.max(sinceOrigin(), host.outage.toMicros()) : sinceOrigin());
        plan(host);
        host.vms.forEach(this::start);
    }

    /** Whether a host has power. */
    public HostPower power(String hostId) {
        return known(hostId).power;
    }

    /**
     * Switches a host off that holds no VM and waits for none. Seeded crashes that fall into that time do not happen.
     *
     * @return why it stays on; empty where it is off now
     */
    public Optional<String> powerOff(String hostId) {
        HostCell host = known(hostId);
        if (!host.up()) {
            return host.power == HostPower.OFF
                    ? Optional.empty()
                    : Optional.of("host " + hostId + " is " + host.power + " and cannot be asked");
        }
        if (!host.holdsNothing()) {
            return Optional.of("host %s holds %d VMs, %d on their way in or out; move them away first"
                    .formatted(hostId, host.vms.size(), host.incoming.size() + host.leaving.size()));
        }
        host.power = HostPower.OFF;
        plan(host);
        lost(host, "host " + hostId + " was switched off");
        return Optional.empty();
    }

    /** Switches a host on that is off; it answers after its boot. Does nothing to one that has power or has crashed. */
    public void powerOn(String hostId, long bootMicros) {
        HostCell host = known(hostId);
        if (host.power == HostPower.OFF) {
            host.power = HostPower.BOOTING;
            host.backMicros = after(bootMicros);
            plan(host);
        }
    }

    private long after(long micros) {
        return micros > Timetable.NEVER - nowMicros ? Timetable.NEVER : nowMicros + micros;
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
        vm.become(VmState.CRASHED);
        tell(vm.host, vm, VmChange.CRASHED, "Stopped Crashed");
    }

    /** Starts a VM that does not run on the host that holds it; does nothing while that host is down. */
    public void startVm(String vmId) {
        VmCell vm = knownVm(vmId);
        if (vm.host.up() && vm.state != VmState.RUNNING) {
            start(vm);
        }
    }

    private void start(VmCell vm) {
        vm.become(VmState.RUNNING);
        tell(vm.host, vm, VmChange.STARTED, "Started Booted");
    }

    private void begin(Migration migration) {
        open.put(migration.commandId, migration);
        migration.vm.migration = migration;
        migration.target.enter(migration.target.incoming, migration.vm);
        migration.source.migrations.add(migration);
        migration.target.migrations.add(migration);
        settleLinksOf(migration);
    }

    private void switchOver(Migration migration) {
        VmCell vm = migration.vm;
        migration.switchOver(nowMicros);
        settle(migration);
        migration.source.leave(migration.source.vms, vm);
        migration.source.enter(migration.source.leaving, vm);
        arrive(migration, "Started Migrated");
        tell(
                migration.target,
                vm,
                VmChange.RESUMED,
                "Resumed Post-copy"); // whatever befalls it now befalls a running VM
    }

    private void arrive(Migration migration, String detail) {
        VmCell vm = migration.vm;
        migration.target.leave(migration.target.incoming, vm);
        vm.host = migration.target;
        vm.host.enter(vm.host.vms, vm);
        tell(migration.target, vm, VmChange.MIGRATED_IN, detail);
    }

    private void move(Migration migration) {
        VmCell vm = migration.vm;
        long millis = (nowMicros - migration.startMicros) / 1000;
        end(
                migration,
                new Happening.MigrationEnded(
                        migration.commandId,
                        new MigrationResult(
                                true,
                                "",
                                millis,
                                DOWNTIME_MILLIS,
                                migration.sentAt(nowMicros),
                                migration.switchedAfterMillis())));
        if (!migration.switched()) {
            migration.source.leave(migration.source.vms, vm);
            if (migration.staysPaused) {
                vm.state = VmState.PAUSED;
                tell(migration.source, vm, VmChange.SUSPENDED, "Suspended Migrated");
            }
            arrive(migration, migration.staysPaused ? "Suspended Paused" : "Resumed Migrated");
        }
        tell(migration.source, vm, VmChange.MIGRATED_OUT, "Stopped Migrated");
    }

    private Happening notMoved(Migration migration, String detail) {
        long millis = (nowMicros - migration.startMicros) / 1000;
        String lost = migration.switched() ? detail + " during post-copy, and the VM with it" : detail;
        return new Happening.MigrationEnded(
                migration.commandId,
                new MigrationResult(
                        false, lost, millis, 0, migration.sentAt(nowMicros), migration.switchedAfterMillis()));
    }

    private void end(Migration migration, Happening end) {
        open.remove(migration.commandId);
        timetable.put(migration, Timetable.NEVER);
        migration.vm.migration = null;
        migration.vm.host.changed();
        migration.target.leave(migration.target.incoming, migration.vm);
        migration.source.leave(migration.source.leaving, migration.vm);
        migration.source.migrations.remove(migration);
        migration.target.migrations.remove(migration);
        settleLinksOf(migration);
        remember(migration.commandId, end);
        happenings.add(end);
    }

    private void remember(String commandId, Happening end) {
        ended.put(commandId, end);
        if (ended.size() > ENDED_MAX) {
            ended.remove(ended.keySet().iterator().next());
        }
    }

    private void settleLinksOf(Migration changed) {
        changed.source.migrations.forEach(this::settle);
        changed.target.migrations.forEach(this::settle);
    }

    private void settle(Migration migration) {
        migration.settle(nowMicros);
        timetable.put(migration, migration.nextMicros());
    }

    private void crashOrReturn(HostCell host) {
        if (!host.up() && host.backMicros <= nowMicros) {
            restore(host);
        }
        if (host.up() && host.outage.fromMicros() <= sinceOrigin()) {
            crash(host, originMicros + host.outage.toMicros());
        }
    }

    /** Writes into the timetable what the host does next by itself. */
    private void plan(HostCell host) {
        boolean crashes = host.up() && host.outage.fromMicros() != Long.MAX_VALUE;
        long next = crashes ? originMicros + host.outage.fromMicros() : Timetable.NEVER;
        timetable.put(host, host.up() ? next : host.power == HostPower.OFF ? Timetable.NEVER : host.backMicros);
    }

    private void lost(HostCell host, String reason) {
        happenings.add(new Happening.Told(new HostEvent.ConnectionLost(host.spec.hostId(), reason)));
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
        if (!host.up()) {
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
