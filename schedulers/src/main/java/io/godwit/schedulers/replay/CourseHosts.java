package io.godwit.schedulers.replay;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Hosts as they were recorded, but for what a course has commanded otherwise: a VM that is elsewhere than in the record asks
 * there for what it asked for in the record. What the record commanded as well goes as it went there; what it alone commanded
 * does not happen here.
 */
final class CourseHosts implements HostsOfFork {
    /** Is told what hosts tell by themselves of what a course alone commanded. */
    interface Listener {
        void told(int segment, String hostId, SpecificRecord event);
    }

    private final RecordedVms recorded;
    private final RecordedCommands commands;
    private final Listener listener;
    private final Set<String> taken = new HashSet<>(); // the record's commands that are this course's; looked up only
    private final Set<String> alike = new HashSet<>(); // those of them that were given when they were in the record
    private final Map<String, String> elsewhere = new HashMap<>(); // host here, by VM; looked up only, as what follows
    private final Map<String, TreeSet<String>> guests = new HashMap<>(); // the same, by host
    private final Map<String, Forced> states = new HashMap<>();
    private final Set<String> fenced = new HashSet<>();
    private final Set<String> lost = new HashSet<>();

    /** A state that a VM was put into here, which holds until the record tells another one than it told then. */
    private record Forced(VmState state, VmState recordedThen) {}

    /** @param from up to here the record's commands are the course's */
    CourseHosts(RecordedVms recorded, RecordedCommands commands, Instant from, Listener listener) {
        this.recorded = recorded;
        this.commands = commands;
        this.listener = listener;
        alike.addAll(commands.givenBy(from));
        taken.addAll(alike);
    }

    /** The record shows that a VM has changed. */
    void changedInTheRecord(RecordedVms.Change change, Instant now) {
        Optional<RecordedCommands.Command> cause = change.moved()
                ? commands.broughtTo(change.vmId(), change.to(), now)
                : commands.broughtInto(change.vmId(), change.is(), now);
        boolean notHere = cause.filter(command -> !alike.contains(command.id())).isPresent();
        if (!notHere) {
            follow(change);
        } else if (change.moved()) {
            stay(change, cause.get().action() == ActionKind.START);
        } else {
            keep(change);
        }
    }

    /** It did so by itself, or as it was commanded here, too. */
    private void follow(RecordedVms.Change change) {
        String vmId = change.vmId();
        if (change.to().equals(elsewhere.get(vmId))) {
            place(vmId, change.to());
        }
        if (change.was() != change.is()) {
            states.remove(vmId);
        }
    }

    /** It was commanded to another host in the record alone; one that was started there ran no more. */
    private void stay(RecordedVms.Change change, boolean started) {
        String vmId = change.vmId();
        boolean asRecorded = !elsewhere.containsKey(vmId);
        place(vmId, elsewhere.getOrDefault(vmId, change.from()));
        if (asRecorded && started) {
            states.put(vmId, new Forced(VmState.SHUT_OFF, change.is()));
        }
    }

    /** It was commanded into another state in the record alone. */
    private void keep(RecordedVms.Change change) {
        Forced forced = states.remove(change.vmId());
        VmState here = forced == null ? change.was() : forced.state();
        if (here != change.is()) {
            states.put(change.vmId(), new Forced(here, change.is()));
        }
    }

    /** What a monitor told of a VM in the record, as it is here; empty: it does not happen here. */
    Optional<VmChanged> told(VmChanged changed, Instant now) {
        Optional<RecordedCommands.Command> cause = commands.causeOf(changed, now);
        if (cause.isPresent()) {
            return Optional.of(changed).filter(_ -> alike.contains(cause.get().id()));
        }
        String here = elsewhere.getOrDefault(changed.getVmId(), changed.getHostId());
        if (here.equals(changed.getHostId())) {
            return Optional.of(changed);
        }
        return Optional.of(VmChanged.newBuilder(changed).setHostId(here).build())
                .filter(_ -> sampled(here));
    }

    /** A monitor has lost a host. */
    void lost(String hostId) {
        lost.add(hostId);
    }

    /** A host has crashed: what runs on it here alone must be started again. */
    void crashed(String hostId) {
        guests.getOrDefault(hostId, new TreeSet<>()).forEach(vmId -> force(vmId, VmState.SHUT_OFF));
    }

    /** Whether a VM is on another host than in the record. */
    boolean isElsewhere(String vmId) {
        return elsewhere.containsKey(vmId);
    }

    /** How many VMs are on another host than in the record, or in another state. */
    int apart() {
        return elsewhere.size()
                + (int) states.keySet().stream()
                        .filter(vmId -> !elsewhere.containsKey(vmId))
                        .count();
    }

    /** A sample of the record as it is here; empty: it is the same. */
    Optional<HostSampled> sample(HostSampled sample, Instant now) {
        lost.remove(sample.getHostId());
        TreeSet<String> come = guests.getOrDefault(sample.getHostId(), new TreeSet<>());
        boolean same = come.isEmpty() && sample.getVms().stream().noneMatch(vm -> differs(vm, sample.getHostId(), now));
        if (same) {
            return Optional.empty();
        }
        SampledHost host = new SampledHost(sample);
        for (VmSample vm : sample.getVms()) {
            if (elsewhere.containsKey(vm.getVmId()) || isOnItsWayInTheRecordAlone(vm, sample.getHostId(), now)) {
                VmSample _ = host.take(vm.getVmId());
            } else if (states.containsKey(vm.getVmId())) {
                host.put(shown(vm));
            }
        }
        for (String vmId : come) {
            recorded.vm(vmId).ifPresent(vm -> host.put(shown(vm)));
        }
        return Optional.of(host.sample(sample.getMeasuredAtMicros(), sample.getMonitor()));
    }

    private boolean differs(VmSample vm, String hostId, Instant now) {
        return elsewhere.containsKey(vm.getVmId())
                || states.containsKey(vm.getVmId())
                || isOnItsWayInTheRecordAlone(vm, hostId, now);
    }

    private boolean isOnItsWayInTheRecordAlone(VmSample vm, String hostId, Instant now) {
        return vm.getState() == VmState.MIGRATING_IN
                && commands.broughtTo(vm.getVmId(), hostId, now)
                        .filter(command -> !alike.contains(command.id()))
                        .isPresent();
    }

    private VmSample shown(VmSample vm) {
        Forced forced = states.get(vm.getVmId());
        if (forced != null && forced.recordedThen() != vm.getState()) {
            states.remove(vm.getVmId());
            forced = null;
        }
        if (forced == null || forced.state() == vm.getState()) {
            return vm;
        }
        long millicores = forced.state() == VmState.RUNNING
                ? Math.max(vm.getCpuDemandMillicores(), recorded.awakeMillicores(vm.getVmId()))
                : 0;
        return VmSample.newBuilder(vm)
                .setState(forced.state())
                .setCpuDemandMillicores(millicores)
                .setCpuUsedMillicores(millicores)
                .build();
    }

    @Override
    public boolean sampled(String hostId) {
        return !fenced.contains(hostId) && recorded.newest(hostId).isPresent();
    }

    @Override
    public int segment(String hostId) {
        return recorded.newest(hostId).orElseThrow().getSegment();
    }

    @Override
    public Optional<RecordedCommands.Foreseen> foreseen(PlannedMove step, String commandId, Instant now) {
        Optional<RecordedCommands.Foreseen> same = commands.like(step, commandId, now, taken);
        same.map(found -> found.command().id()).ifPresent(taken::add);
        same.filter(RecordedCommands.Foreseen::asThen)
                .map(found -> found.command().id())
                .ifPresent(alike::add);
        return same;
    }

    @Override
    public Optional<String> hindrance(PlannedMove step) {
        boolean moves = step.getAction() == ActionKind.UNKNOWN || step.getAction() == ActionKind.MIGRATE;
        if (step.getAction() == ActionKind.FENCE || !(moves || step.getAction() == ActionKind.START)) {
            return Optional.empty();
        }
        return Optional.of(step.getTargetHostId())
                .filter(lost::contains)
                .or(() -> Optional.of(step.getSourceHostId()).filter(host -> moves && lost.contains(host)))
                .map(host -> "host " + host + " does not answer");
    }

    @Override
    public void told(int segment, String hostId, SpecificRecord event) {
        listener.told(segment, hostId, event);
    }

    @Override
    public void doneAsThen(PlannedMove step) {
        if (recorded.host(step.getVmId()).equals(Optional.of(step.getTargetHostId()))) {
            done(step); // the record showed it before it was commanded here
        }
    }

    @Override
    public void done(PlannedMove step) {
        String vmId = step.getVmId();
        switch (step.getAction()) {
            case UNKNOWN, MIGRATE -> {
                if (!step.getResumes()) {
                    place(vmId, step.getTargetHostId());
                }
                if (step.getResumes() || step.getStaysPaused()) {
                    force(vmId, step.getResumes() ? VmState.RUNNING : VmState.PAUSED);
                }
            }
            case START -> {
                place(vmId, step.getTargetHostId());
                force(vmId, VmState.RUNNING);
            }
            case RESUME -> force(vmId, VmState.RUNNING);
            case SUSPEND -> force(vmId, VmState.PAUSED);
            case STOP, SAVE -> force(vmId, VmState.SHUT_OFF);
            case FENCE -> {
                if (!lost.contains(step.getTargetHostId())) { // else it is down in the record, and comes back there
                    fenced.add(step.getTargetHostId());
                }
            }
            case REMOVE, SNAPSHOT, RESTORE -> {} // shows in no sample
        }
    }

    private void place(String vmId, String hostId) {
        String before = elsewhere.remove(vmId);
        if (before != null) {
            guests.get(before).remove(vmId);
        }
        if (!recorded.host(vmId).equals(Optional.of(hostId))) {
            elsewhere.put(vmId, hostId);
            guests.computeIfAbsent(hostId, _ -> new TreeSet<>()).add(vmId);
        }
    }

    private void force(String vmId, VmState state) {
        states.remove(vmId);
        recorded.vm(vmId)
                .filter(vm -> vm.getState() != state)
                .ifPresent(vm -> states.put(vmId, new Forced(state, vm.getState())));
    }
}
