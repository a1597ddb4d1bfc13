package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * A small region over a log in memory: hosts that are sampled, a rule that sees overload, schedulers of all segments, an
 * executor that moves VMs. Time moves only when told.
 */
final class Region {
    static final String SITE = "rennes";
    private static final List<Topic> READ = List.of(
            Topic.INVENTORY,
            Topic.CONTROLS,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.OUTCOMES,
            Topic.HOST_PARTITIONS,
            Topic.REQUESTS);

    final MemoryLog log;
    final List<LogRecord> appended = new ArrayList<>(); // in the order of appending, over all topics and segments
    final List<SolveJob> jobs = new ArrayList<>(); // asked for and not run yet
    final List<String> unreadable = new ArrayList<>();
    private final List<SpecificRecord> events = new ArrayList<>(); // those of the appended that can be read
    final Map<Integer, SegmentScheduler> schedulers = new TreeMap<>();
    final Map<String, Host> hosts = new TreeMap<>();
    private final Map<String, DetectionBegan> open = new TreeMap<>();
    private final Map<String, Long> cursors = new TreeMap<>();
    private final int segments;
    Wire wire = (_, output) -> append(output.topic(), output.segment(), output.key(), output.value());
    private final Planner planner;
    private long millis = 1_700_000_000_000L;

    /** A host of the model. */
    static final class Host {
        final String id;
        final int segment;
        final long millicores;
        final Map<String, Long> vms = new TreeMap<>();
        /** VMs that ask for nothing until they are resumed. */
        final Set<String> paused = new TreeSet<>();
        /** VMs that are defined and use nothing. */
        final Set<String> off = new TreeSet<>();
        /** What VMs send and receive; those that are not named do not say. */
        final Map<String, Long> networkBytesPerSecond = new TreeMap<>();

        Host(String id, int segment, long millicores) {
            this.id = id;
            this.segment = segment;
            this.millicores = millicores;
        }

        long demand() {
            return vms.keySet().stream().mapToLong(this::demand).sum();
        }

        long demand(String vm) {
            return paused.contains(vm) || off.contains(vm) ? 0 : vms.get(vm);
        }
    }

    Region(int segments) {
        this(segments, new RepairPlanner());
    }

    Region(int segments, Planner planner) {
        this.segments = segments;
        this.planner = planner;
        log = new MemoryLog(SITE, segments);
        for (int segment = 0; segment < segments; segment++) {
            schedulers.put(
                    segment,
                    new SegmentScheduler(SchedulerState.of(Map.of()), segment, segments, planner, "test-code"));
        }
    }

    /** Adds a host of 8 cores, with VMs named HOST-0, HOST-1, … of these demands. */
    Region host(String id, int segment, long... millicores) {
        Host host = new Host(id, segment, 8_000);
        for (int vm = 0; vm < millicores.length; vm++) {
            host.vms.put(id + "-" + vm, millicores[vm]);
        }
        hosts.put(id, host);
        append(
                Topic.INVENTORY,
                segment,
                id,
                new HostJoined(id, SITE, "r" + segment, id, segment, "simulated:" + id, "", "test", "test"));
        return this;
    }

    /** Says where a host is in the network. */
    Region locate(String id, long xMicros) {
        CoordinateAnnounced place = new CoordinateAnnounced(id, xMicros, 0L, 100L, 50);
        append(Topic.OBSERVATIONS, hosts.get(id).segment, id, place);
        return this;
    }

    Region settings(String json) {
        for (int segment = 0; segment < segments; segment++) {
            append(Topic.CONTROLS, segment, SITE, new SettingsAnnounced(SITE, "schedulers", json, "test"));
        }
        return this;
    }

    /** Runs the solves that were asked for, and appends their answers. */
    Region solve() {
        List<SolveJob> now = List.copyOf(jobs);
        jobs.clear();
        for (SolveJob job : now) {
            Output answer = job.answer(new RepairPlanner());
            append(answer.topic(), answer.segment(), answer.key(), answer.value());
        }
        return this;
    }

    Region mode(String mode) {
        return control(SITE, new ModeChanged(SITE, mode, "test", "test"));
    }

    /** Says something to the whole site: to each segment. */
    Region control(String key, SpecificRecord event) {
        for (int segment = 0; segment < segments; segment++) {
            append(Topic.CONTROLS, segment, key, event);
        }
        return this;
    }

    LogRecord append(Topic topic, int segment, String key, SpecificRecord event) {
        return append(topic, segment, key, EventCodec.encode(event));
    }

    LogRecord append(Topic topic, int segment, String key, byte[] value) {
        LogRecord record = log.append(topic, segment, Instant.ofEpochMilli(millis), key, value);
        appended.add(record);
        try {
            events.add(EventCodec.decode(value));
        } catch (UnreadableRecord damaged) {
            // a test wrote it so
        }
        return record;
    }

    long millis() {
        return millis;
    }

    Region pass(long moreMillis) {
        millis += moreMillis;
        return this;
    }

    /** Samples a host, and lets the overload rule have its say. */
    Region sample(String id) {
        Host host = hosts.get(id);
        List<VmSample> vms = new ArrayList<>();
        host.vms.forEach((vm, _) -> vms.add(new VmSample(
                vm,
                host.off.contains(vm) ? VmState.SHUT_OFF : host.paused.contains(vm) ? VmState.PAUSED : VmState.RUNNING,
                host.demand(vm),
                host.demand(vm),
                1L << 30,
                10_000_000L,
                -1L,
                host.networkBytesPerSecond.getOrDefault(vm, -1L))));
        LogRecord sample = append(
                Topic.OBSERVATIONS,
                host.segment,
                id,
                new HostSampled(
                        id,
                        host.segment,
                        millis * 1000,
                        1000,
                        "monitor-1",
                        host.millicores,
                        host.demand(),
                        Math.min(host.demand(), host.millicores),
                        64L << 30,
                        (long) host.vms.size() << 30,
                        vms,
                        "",
                        0L));
        boolean over = host.demand() > host.millicores;
        if (over && !open.containsKey(id)) {
            began(id, DetectionKind.OVERLOAD, sample);
        } else if (!over && open.containsKey(id)) {
            ended(id);
        }
        return this;
    }

    Region sampleAll() {
        hosts.keySet().forEach(this::sample);
        return this;
    }

    /** A tick of a host's segment, as evidence. */
    LogRecord tickOf(String id) {
        int segment = hosts.get(id).segment;
        return append(
                Topic.OBSERVATIONS, segment, Integer.toString(segment), new Tick(segment, millis / 1000, "cep-1"));
    }

    /** The newest observation of a host's segment, as evidence. */
    LogRecord sampleOf(String id) {
        int segment = hosts.get(id).segment;
        return log.at(Topic.OBSERVATIONS, segment, log.end(Topic.OBSERVATIONS, segment) - 1)
                .orElseThrow();
    }

    /** Some position in a host's segment, where only its being there matters. */
    Position at(String id) {
        return new Position(Topic.COMMANDS.stage(), hosts.get(id).segment, 0L, "", "");
    }

    void began(String id, DetectionKind kind, LogRecord sample) {
        beganOf(id, null, kind, sample);
    }

    void beganOf(String id, String vmId, DetectionKind kind, LogRecord sample) {
        Host host = hosts.get(id);
        DetectionBegan began = new DetectionBegan(
                kind + "-" + id + "-" + host.segment + "-" + sample.offset(),
                kind,
                id,
                vmId,
                Instant.ofEpochMilli(millis),
                "cpu-demand",
                host.demand(),
                host.millicores,
                "mc",
                "overload",
                1,
                List.of(),
                null);
        open.put(id, began);
        append(Topic.DETECTIONS, host.segment, id, began);
    }

    /** An operator's rule begins a detection, of a host or of a VM there; returns its id. */
    String ruled(String rule, DetectionKind kind, String id, String vmId, DetectionTerms terms) {
        Host host = hosts.get(id);
        String detectionId = kind + "-" + rule + "-" + id + "-" + sampleOf(id).offset();
        append(
                Topic.DETECTIONS,
                host.segment,
                id,
                new DetectionBegan(
                        detectionId,
                        kind,
                        id,
                        vmId,
                        Instant.ofEpochMilli(millis),
                        "value",
                        0L,
                        0L,
                        "",
                        rule,
                        1,
                        List.of(),
                        terms));
        return detectionId;
    }

    void ruledNoMore(String detectionId, String id, DetectionTerms terms) {
        Instant now = Instant.ofEpochMilli(millis);
        append(
                Topic.DETECTIONS,
                hosts.get(id).segment,
                id,
                DetectionEnded.newBuilder()
                        .setId(detectionId)
                        .setKind(DetectionKind.CUSTOM)
                        .setHostId(id)
                        .setSince(now)
                        .setUntil(now)
                        .setReason("no row for 30 s")
                        .setRule("rule")
                        .setRuleVersion(1)
                        .setEvidence(List.of())
                        .setTerms(terms)
                        .build());
    }

    void ended(String id) {
        DetectionBegan began = open.remove(id);
        append(
                Topic.DETECTIONS,
                hosts.get(id).segment,
                id,
                new DetectionEnded(
                        began.getId(),
                        began.getKind(),
                        id,
                        null,
                        began.getSince(),
                        Instant.ofEpochMilli(millis),
                        "demand is within capacity",
                        "overload",
                        1,
                        List.of(),
                        null,
                        Instant.EPOCH));
    }

    Region tick() {
        for (int segment = 0; segment < segments; segment++) {
            append(Topic.OBSERVATIONS, segment, Integer.toString(segment), new Tick(segment, millis / 1000, "cep-1"));
        }
        return this;
    }

    /** Lets all schedulers read to the end of the log, each topic in turn. */
    Region settle() {
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int segment = 0; segment < segments; segment++) {
                for (Topic topic : READ) {
                    while (deliver(segment, topic)) {
                        progress = true;
                    }
                }
            }
        }
        return this;
    }

    /** Lets one scheduler read one topic to its end. */
    Region settleOnly(int segment, Topic topic) {
        boolean more = true;
        while (more) {
            more = deliver(segment, topic);
        }
        return this;
    }

    /** Passes over the next record of a topic, which the scheduler so never reads there. */
    LogRecord take(int segment, Topic topic) {
        String cursor = segment + " " + topic;
        long offset = cursors.getOrDefault(cursor, 0L);
        cursors.put(cursor, offset + 1);
        return log.at(topic, segment, offset).orElseThrow();
    }

    /** Lets schedulers read in an order that the seed decides, up to so many records. */
    boolean settleSome(Random random, int records) {
        boolean any = false;
        for (int count = 0; count < records; count++) {
            any |= deliver(random.nextInt(segments), READ.get(random.nextInt(READ.size())));
        }
        return any;
    }

    private boolean deliver(int segment, Topic topic) {
        String cursor = segment + " " + topic;
        long offset = cursors.getOrDefault(cursor, 0L);
        Optional<LogRecord> next = log.at(topic, segment, offset);
        if (next.isEmpty()) {
            return false;
        }
        cursors.put(cursor, offset + 1);
        Taken taken = schedulers.get(segment).take(next.get());
        taken.unreadable().ifPresent(unreadable::add);
        jobs.addAll(taken.jobs());
        taken.outputs().forEach(output -> wire.send(segment, output));
        return true;
    }

    /** How what schedulers say gets into the log; at once, unless a test wants it otherwise. */
    interface Wire {
        void send(int fromSegment, Output output);
    }

    /**
     * Messages between segments wait, in their order from one segment to another, for as long as the seed decides, and one
     * in so many comes again later: what a network does whose sender tries again.
     */
    final class SlowWire implements Wire {
        private final Random random;
        private final Map<String, ArrayDeque<Output>> underWay = new TreeMap<>();
        private final List<Output> again = new ArrayList<>();

        SlowWire(Random random) {
            this.random = random;
        }

        @Override
        public void send(int fromSegment, Output output) {
            if (output.topic() != Topic.HOST_PARTITIONS || output.segment() == fromSegment) {
                now(output);
                return;
            }
            underWay.computeIfAbsent(fromSegment + " " + output.segment(), _ -> new ArrayDeque<>())
                    .add(output);
            if (random.nextInt(5) == 0) {
                again.add(output);
            }
        }

        /** Lets some arrive; all, once nothing is lost any more. */
        boolean arrive(boolean all) {
            boolean any = false;
            for (ArrayDeque<Output> channel : underWay.values()) {
                while (!channel.isEmpty() && (all || random.nextInt(3) > 0)) {
                    now(channel.removeFirst());
                    any = true;
                }
            }
            if (!again.isEmpty() && (all || random.nextInt(3) == 0)) {
                now(again.remove(random.nextInt(again.size())));
                any = true;
            }
            return any;
        }

        private void now(Output output) {
            append(output.topic(), output.segment(), output.key(), output.value());
        }
    }

    /** Replaces a scheduler by one that starts from the stored entries, as after a kill. */
    Region restart(int segment) {
        var entries = schedulers.get(segment).state().entries();
        schedulers.put(
                segment, new SegmentScheduler(SchedulerState.of(entries), segment, segments, planner, "test-code"));
        return this;
    }

    /** Commands without a final outcome, in the order in which they were commanded. */
    List<MigrateVm> openCommands() {
        List<MigrateVm> commands = new ArrayList<>(events(MigrateVm.class));
        Set<String> ended = new TreeSet<>();
        events(CommandSucceeded.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        events(CommandFailed.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        commands.removeIf(command -> ended.contains(command.getCommandId()));
        return commands;
    }

    /** The executor carries a command out. */
    Region succeed(MigrateVm command) {
        return succeed(command, 9_000);
    }

    Region succeed(MigrateVm command, long durationMillis) {
        Host source = hosts.get(command.getSourceHostId());
        accept(command, source);
        Host target = hosts.get(command.getTargetHostId());
        target.vms.put(command.getVmId(), source.vms.remove(command.getVmId()));
        if (command.getStaysPaused()) {
            target.paused.add(command.getVmId());
        }
        append(
                Topic.OUTCOMES,
                source.segment,
                source.id,
                new CommandSucceeded(
                        command.getCommandId(),
                        commandPosition(),
                        "executor-1",
                        command.getVmId(),
                        source.id,
                        target.id,
                        durationMillis,
                        30L,
                        -1L,
                        command.getMode(),
                        -1L,
                        command.getEstimatedMillis()));
        return this;
    }

    /** Actions on VMs without a final outcome. */
    List<ActOnVm> openActions() {
        List<ActOnVm> commands = new ArrayList<>(events(ActOnVm.class));
        Set<String> ended = new TreeSet<>();
        events(CommandSucceeded.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        events(CommandFailed.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        commands.removeIf(command -> ended.contains(command.getCommandId()));
        return commands;
    }

    /** The executor does to a VM what was commanded. */
    Region succeed(ActOnVm command) {
        Host host = hosts.get(command.getHostId());
        switch (command.getAction()) {
            case STOP, SAVE -> host.off.add(command.getVmId());
            case START -> {
                host.vms.putIfAbsent(command.getVmId(), 500L);
                host.off.remove(command.getVmId());
            }
            case SUSPEND -> host.paused.add(command.getVmId());
            case RESUME -> host.paused.remove(command.getVmId());
            case REMOVE -> host.vms.remove(command.getVmId());
            case SNAPSHOT, RESTORE -> {}
            case UNKNOWN, MIGRATE, FENCE -> throw new IllegalArgumentException(command.toString());
        }
        return succeeded(command.getCommandId(), command.getVmId(), host);
    }

    Region fail(ActOnVm command) {
        Host host = hosts.get(command.getHostId());
        append(
                Topic.OUTCOMES,
                host.segment,
                host.id,
                new CommandFailed(
                        command.getCommandId(),
                        commandPosition(),
                        "executor-1",
                        command.getVmId(),
                        host.id,
                        host.id,
                        "hypervisor-error",
                        "said no",
                        host.id));
        return this;
    }

    /** Resumptions without a final outcome. */
    List<ResumeVm> openResumptions() {
        List<ResumeVm> commands = new ArrayList<>(events(ResumeVm.class));
        Set<String> ended = new TreeSet<>();
        events(CommandSucceeded.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        events(CommandFailed.class).forEach(outcome -> ended.add(outcome.getCommandId()));
        commands.removeIf(command -> ended.contains(command.getCommandId()));
        return commands;
    }

    /** The executor lets a paused VM go on. */
    Region succeed(ResumeVm command) {
        Host host = hosts.get(command.getHostId());
        host.paused.remove(command.getVmId());
        return succeeded(command.getCommandId(), command.getVmId(), host);
    }

    private Region succeeded(String commandId, String vmId, Host host) {
        append(
                Topic.OUTCOMES,
                host.segment,
                host.id,
                new CommandSucceeded(
                        commandId,
                        commandPosition(),
                        "executor-1",
                        vmId,
                        host.id,
                        host.id,
                        100L,
                        -1L,
                        -1L,
                        MigrationMode.UNKNOWN,
                        -1L,
                        0L));
        return this;
    }

    Region fail(ResumeVm command) {
        Host host = hosts.get(command.getHostId());
        append(
                Topic.OUTCOMES,
                host.segment,
                host.id,
                new CommandFailed(
                        command.getCommandId(),
                        commandPosition(),
                        "executor-1",
                        command.getVmId(),
                        host.id,
                        host.id,
                        "hypervisor-error",
                        "is paused still",
                        ""));
        return this;
    }

    Region fail(MigrateVm command) {
        Host source = hosts.get(command.getSourceHostId());
        accept(command, source);
        append(
                Topic.OUTCOMES,
                source.segment,
                source.id,
                new CommandFailed(
                        command.getCommandId(),
                        commandPosition(),
                        "executor-1",
                        command.getVmId(),
                        source.id,
                        command.getTargetHostId(),
                        "hypervisor-error",
                        "said no",
                        source.id));
        return this;
    }

    private void accept(MigrateVm command, Host source) {
        append(
                Topic.OUTCOMES,
                source.segment,
                source.id,
                new CommandAccepted(
                        command.getCommandId(),
                        commandPosition(),
                        "executor-1",
                        command.getVmId(),
                        source.id,
                        command.getTargetHostId()));
    }

    private static Position commandPosition() {
        return new Position(Topic.COMMANDS.stage(), 0, 0L, "", "");
    }

    /** All events of a kind, in the order of appending. */
    <T extends SpecificRecord> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends SpecificRecord> T last(Class<T> type) {
        return events(type).getLast();
    }
}
