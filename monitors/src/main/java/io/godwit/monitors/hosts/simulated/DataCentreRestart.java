package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.hosts.simulated.model.Restored;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the log of a site says of its simulated hosts: when they began, where the last samples and the migrations since saw
 * the VMs, and which migrations are open. Of two facts on a VM the newer one holds: a sample counts from the moment at which
 * it was measured, on the data centre's clock, and a migration's success from when it stood in the log, a millisecond up.
 */
final class DataCentreRestart {
    /** No migration lasts longer; outcomes older than the newest sample by more than this need no look. */
    private static final Duration MIGRATION_MAX = Duration.ofHours(1);

    private static final long FIRST_LOOK_BACK = 5_000;

    private final Log log;
    private final Set<String> hostIds = new HashSet<>();
    private final Map<String, HostSampled> newestByHost = new HashMap<>();
    private final Map<String, Fact> facts = new HashMap<>();
    private final Map<String, LogRecord> accepted = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();

    private record Fact(Restored.Place place, long micros) {}

    private DataCentreRestart(Log log, SimulatedFleet fleet) {
        this.log = log;
        fleet.hosts().forEach(host -> hostIds.add(host.hostId()));
    }

    /** When the first host joined; empty for a log without hosts. */
    static Optional<Instant> origin(Log log) {
        List<Long> times = new ArrayList<>();
        scan(log, all(log, Topic.INVENTORY), (record, event) -> {
            if (event instanceof HostJoined) {
                times.add(record.timestampMillis());
            }
        });
        return times.stream().min(Comparator.naturalOrder()).map(Instant::ofEpochMilli);
    }

    /** Where the log left a fleet's VMs. */
    static Restored restored(Log log, SimulatedFleet fleet) {
        return new DataCentreRestart(log, fleet).read();
    }

    private Restored read() {
        for (int segment = 0; segment < log.segments(); segment++) {
            readSamples(segment);
        }
        newestByHost.values().forEach(this::place);
        readOutcomes();
        Map<String, Restored.Place> places = new HashMap<>();
        facts.forEach((vm, fact) -> places.put(vm, fact.place));
        List<Restored.OpenMigration> open = new ArrayList<>();
        accepted.forEach((commandId, record) -> {
            if (!ended.contains(commandId)) {
                open.add(open(record));
            }
        });
        open.sort(Comparator.comparingLong(Restored.OpenMigration::startMicros)
                .thenComparing(Restored.OpenMigration::commandId));
        return new Restored(places, open);
    }

    /** Looks back farther and farther until every host of the segment was seen, or nothing older is kept. */
    private void readSamples(int segment) {
        Set<String> missing = new HashSet<>();
        scan(log, List.of(LogRange.all(Topic.INVENTORY, segment)), (_, event) -> {
            if (event instanceof HostJoined joined && hostIds.contains(joined.getHostId())) {
                missing.add(joined.getHostId());
            }
        });
        long beginning = log.beginning(Topic.OBSERVATIONS, segment);
        long end = log.end(Topic.OBSERVATIONS, segment);
        long upTo = end;
        for (long back = FIRST_LOOK_BACK; !missing.isEmpty() && upTo > beginning; back *= 8) {
            long from = Math.max(beginning, end - back);
            Map<String, HostSampled> newest = new HashMap<>();
            scan(log, List.of(new LogRange(Topic.OBSERVATIONS, segment, from, upTo)), (_, event) -> {
                if (event instanceof HostSampled sample && missing.contains(sample.getHostId())) {
                    newest.put(sample.getHostId(), sample);
                }
            });
            newestByHost.putAll(newest);
            missing.removeAll(newest.keySet());
            upTo = from;
        }
    }

    private void place(HostSampled sample) {
        for (VmSample vm : sample.getVms()) {
            // of a VM in flight the host counts on which it runs: a paused one runs on its target by now
            if (vm.getState() != VmState.MIGRATING_IN && vm.getState() != VmState.PAUSED) {
                newer(vm.getVmId(), sample.getHostId(), vm.getState(), sample.getMeasuredAtMicros());
            }
        }
    }

    private void newer(String vmId, String hostId, VmState state, long micros) {
        Fact fact = new Fact(new Restored.Place(hostId, state), micros);
        facts.merge(vmId, fact, (then, now) -> now.micros >= then.micros ? now : then);
    }

    private void readOutcomes() {
        long newestMillis = newestByHost.values().stream()
                .mapToLong(sample -> sample.getMeasuredAtMicros() / 1000)
                .max()
                .orElse(0);
        Instant from = Instant.ofEpochMilli(Math.max(0, newestMillis - MIGRATION_MAX.toMillis()));
        List<LogRange> ranges = IntStream.range(0, log.segments())
                .mapToObj(segment -> new LogRange(
                        Topic.OUTCOMES, segment, log.offsetAt(Topic.OUTCOMES, segment, from), Long.MAX_VALUE))
                .toList();
        Map<CommandSucceeded, Long> succeeded =
                new LinkedHashMap<>(); // looked into afterwards: a log is scanned once at a time
        scan(log, ranges, (record, event) -> {
            switch (event) {
                case CommandAccepted taken
                when !taken.getSourceHostId().equals(taken.getTargetHostId()) ->
                    accepted.put(taken.getCommandId(), record);
                case CommandSucceeded moved -> {
                    ended.add(moved.getCommandId());
                    succeeded.putIfAbsent(moved, (record.timestampMillis() + 1) * 1000);
                }
                case CommandFailed failed -> ended.add(failed.getCommandId());
                case CommandRefused refused -> ended.add(refused.getCommandId());
                case CommandAborted aborted -> ended.add(aborted.getCommandId());
                default -> {} // progress says nothing that the end does not
            }
        });
        succeeded.forEach((moved, micros) ->
                newer(moved.getVmId(), moved.getTargetHostId(), stateAfter(moved.getCommand()), micros));
    }

    /** The state that a VM is in once a command has succeeded. */
    private VmState stateAfter(Position command) {
        return switch (commandAt(command).orElse(null)) {
            case MigrateVm move when move.getStaysPaused() -> VmState.PAUSED;
            case ActOnVm act ->
                switch (act.getAction()) {
                    case STOP, SAVE -> VmState.SHUT_OFF;
                    case SUSPEND -> VmState.PAUSED;
                    case START, RESUME, RESTORE, SNAPSHOT, REMOVE, MIGRATE, FENCE, UNKNOWN -> VmState.RUNNING;
                };
            case null, default -> VmState.RUNNING;
        };
    }

    private Restored.OpenMigration open(LogRecord record) {
        CommandAccepted taken = EventCodec.decode(record.value(), CommandAccepted.class);
        Optional<MigrateVm> command = command(taken.getCommand());
        return new Restored.OpenMigration(
                taken.getCommandId(),
                taken.getVmId(),
                taken.getSourceHostId(),
                taken.getTargetHostId(),
                command.map(MigrateVm::getBytesPerSecondMax).orElse(0L),
                command.map(MigrateVm::getMode).orElse(MigrationMode.PRE_COPY) == MigrationMode.POST_COPY,
                command.map(MigrateVm::getStaysPaused).orElse(false),
                record.timestampMillis() * 1000);
    }

    /** The migration at a position; empty where another command stands there, or none that is kept. */
    private Optional<MigrateVm> command(Position at) {
        return commandAt(at).filter(MigrateVm.class::isInstance).map(MigrateVm.class::cast);
    }

    private Optional<SpecificRecord> commandAt(Position at) {
        return log.at(Topic.COMMANDS, at.getSegment(), at.getOffset()).map(known -> EventCodec.decode(known.value()));
    }

    private static List<LogRange> all(Log log, Topic topic) {
        return IntStream.range(0, log.segments())
                .mapToObj(segment -> LogRange.all(topic, segment))
                .toList();
    }

    private interface Taker {
        void take(LogRecord record, SpecificRecord event);
    }

    /** Unreadable records are passed over: those who serve a topic send them to the dead letters. */
    private static void scan(Log log, List<LogRange> ranges, Taker taker) {
        log.scan(ranges, record -> {
            try {
                taker.take(record, EventCodec.decode(record.value()));
            } catch (UnreadableRecord unreadable) {
                return true;
            }
            return true;
        });
    }
}
