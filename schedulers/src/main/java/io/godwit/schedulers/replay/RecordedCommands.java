package io.godwit.schedulers.replay;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** What was commanded in a stretch of the record, how each command ended, and which changes of VMs came of it. */
final class RecordedCommands {
    /** A command may have been given so long before it shows what it did. */
    private static final Duration GIVEN_BEFORE = Duration.ofHours(1);

    /** The same command within so short a time of the record's is the record's. */
    private static final Duration SAME_TIME = Duration.ofSeconds(2);

    /** Within this time it ends as the record's, after as long. */
    private static final Duration NEAR = Duration.ofMinutes(1);

    /** What a command did shows so long after its outcome at the latest. */
    private static final Duration SHOWS_WITHIN = Duration.ofSeconds(10);

    /** How a command ended, as it stands in the record. */
    record End(Instant at, int segment, String key, SpecificRecord outcome) {}

    /**
     * A command.
     *
     * @param source host on which it is carried out; of what moves nothing the same as the target
     */
    record Command(String id, ActionKind action, String vmId, String source, String target, Instant at) {
        private List<Object> what() {
            return List.of(action, vmId, source, target);
        }
    }

    /**
     * A command that the record holds as well.
     *
     * @param end empty: it is under way at the record's end
     * @param asThen whether it was given when it was in the record, so that all that comes of it stands there
     */
    record Foreseen(Command command, Optional<End> end, boolean asThen) {
        /** When it ends that is given at a moment. */
        Instant endOf(End recorded, Instant given) {
            Instant end = asThen ? recorded.at() : given.plus(Duration.between(command.at(), recorded.at()));
            Instant next = given.plusMillis(1);
            return end.isAfter(next) ? end : next;
        }
    }

    private final Map<String, Command> byId = new LinkedHashMap<>();
    private final Map<List<Object>, List<Command>> byWhat = new HashMap<>(); // looked up only, as what follows
    private final Map<String, List<Command>> byVm = new HashMap<>();
    private final Map<String, End> ends = new HashMap<>(); // by command

    private RecordedCommands() {}

    /** Reads those that were given or can have shown within a stretch. */
    static RecordedCommands read(Log log, Instant from, Instant to) {
        RecordedCommands commands = new RecordedCommands();
        Instant given = from.minus(GIVEN_BEFORE);
        Instant first = given.isBefore(Instant.EPOCH) ? Instant.EPOCH : given;
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : List.of(Topic.COMMANDS, Topic.OUTCOMES)) {
            for (int segment = 0; segment < log.segments(); segment++) {
                long begin = log.offsetAt(topic, segment, first);
                ranges.add(new LogRange(
                        topic, segment, begin, Math.max(begin, log.offsetAt(topic, segment, to.plusMillis(1)))));
            }
        }
        log.scan(ranges, record -> {
            commands.take(record);
            return true;
        });
        commands.byWhat.values().forEach(same -> same.sort(Comparator.comparing(Command::at)));
        commands.byVm.values().forEach(same -> same.sort(Comparator.comparing(Command::at)));
        return commands;
    }

    private void take(LogRecord record) {
        Instant at = Instant.ofEpochMilli(record.timestampMillis());
        switch (RecordedJournal.read(record)) {
            case MigrateVm move ->
                add(new Command(
                        move.getCommandId(),
                        ActionKind.MIGRATE,
                        move.getVmId(),
                        move.getSourceHostId(),
                        move.getTargetHostId(),
                        at));
            case ResumeVm resume ->
                add(here(resume.getCommandId(), ActionKind.RESUME, resume.getVmId(), resume.getHostId(), at));
            case ActOnVm act -> add(here(act.getCommandId(), act.getAction(), act.getVmId(), act.getHostId(), at));
            case FenceHost fence -> add(here(fence.getCommandId(), ActionKind.FENCE, "", fence.getHostId(), at));
            case CommandSucceeded end -> end(record, at, end.getCommandId(), end);
            case CommandFailed end -> end(record, at, end.getCommandId(), end);
            case CommandRefused end -> end(record, at, end.getCommandId(), end);
            case CommandAborted end -> end(record, at, end.getCommandId(), end);
            case HostFenced end -> end(record, at, end.getCommandId(), end);
            case null, default -> {} // a command that is under way, or a record that is damaged
        }
    }

    private static Command here(String id, ActionKind action, String vmId, String hostId, Instant at) {
        return new Command(id, action, vmId, hostId, hostId, at);
    }

    private void add(Command command) {
        if (byId.putIfAbsent(command.id(), command) == null) {
            byWhat.computeIfAbsent(command.what(), _ -> new ArrayList<>()).add(command);
            byVm.computeIfAbsent(command.vmId(), _ -> new ArrayList<>()).add(command);
        }
    }

    private void end(LogRecord record, Instant at, String commandId, SpecificRecord outcome) {
        ends.putIfAbsent(
                commandId, new End(at, record.segment(), new String(record.key(), StandardCharsets.UTF_8), outcome));
    }

    /** Whether an outcome says that the command was carried out. */
    static boolean isGood(SpecificRecord outcome) {
        return outcome instanceof CommandSucceeded || outcome instanceof HostFenced;
    }

    /** An outcome of the record as that of a command which has another id here. */
    static SpecificRecord withId(SpecificRecord outcome, String commandId) {
        SpecificRecord mine = EventCodec.decode(EventCodec.encode(outcome));
        mine.put(mine.getSchema().getField("commandId").pos(), commandId);
        return mine;
    }

    /** Those that were given by a moment. */
    List<String> givenBy(Instant moment) {
        return byId.values().stream()
                .filter(command -> !command.at().isAfter(moment))
                .map(Command::id)
                .toList();
    }

    private Optional<End> end(String commandId) {
        return Optional.ofNullable(ends.get(commandId));
    }

    /**
     * The command of the record that a step is.
     *
     * @param commandId under which it is given now; one that was given before the stretch has it from the record
     * @param taken commands that were found for others already, or were given before the stretch
     */
    Optional<Foreseen> like(PlannedMove step, String commandId, Instant now, Set<String> taken) {
        Command same = byId.get(commandId);
        if (same != null && same.what().equals(what(step)) && taken.contains(commandId)) {
            return Optional.of(new Foreseen(same, end(commandId), true));
        }
        return byWhat.getOrDefault(what(step), List.of()).stream()
                .filter(command ->
                        !taken.contains(command.id()) && apart(command, now).compareTo(NEAR) <= 0)
                .min(Comparator.comparing(command -> apart(command, now)))
                .map(command -> new Foreseen(
                        command, end(command.id()), apart(command, now).compareTo(SAME_TIME) <= 0));
    }

    private static Duration apart(Command command, Instant now) {
        return Duration.between(command.at(), now).abs();
    }

    private static List<Object> what(PlannedMove step) {
        ActionKind action = step.getAction() == ActionKind.UNKNOWN ? ActionKind.MIGRATE : step.getAction();
        if (action == ActionKind.MIGRATE && !step.getResumes()) {
            return List.of(action, step.getVmId(), step.getSourceHostId(), step.getTargetHostId());
        }
        String vmId = action == ActionKind.FENCE ? "" : step.getVmId();
        return List.of(
                step.getResumes() ? ActionKind.RESUME : action, vmId, step.getTargetHostId(), step.getTargetHostId());
    }

    /** The command by which a VM came to another host; empty: it came by itself. */
    Optional<Command> broughtTo(String vmId, String hostId, Instant now) {
        return newest(vmId, now)
                .filter(command -> command.target().equals(hostId)
                        && (command.action() == ActionKind.MIGRATE || command.action() == ActionKind.START))
                .reduce((_, later) -> later);
    }

    /** The command by which a VM came to a state on its host; empty: it did by itself. */
    Optional<Command> broughtInto(String vmId, VmState state, Instant now) {
        return newest(vmId, now)
                .filter(command -> bringsInto(command.action(), state) && !isLongOver(command, now))
                .reduce((_, later) -> later);
    }

    /** The command of which a VM's change came, on either end; empty: it came by itself. */
    Optional<Command> causeOf(VmChanged changed, Instant now) {
        return newest(changed.getVmId(), now)
                .filter(command -> causes(command, changed) && !isLongOver(command, now))
                .reduce((_, later) -> later);
    }

    private Stream<Command> newest(String vmId, Instant now) {
        return byVm.getOrDefault(vmId, List.of()).stream()
                .filter(command -> !command.at().isAfter(now));
    }

    private boolean isLongOver(Command command, Instant now) {
        End end = ends.get(command.id());
        return end != null && now.isAfter(end.at().plus(SHOWS_WITHIN));
    }

    private static boolean bringsInto(ActionKind action, VmState state) {
        return switch (state) {
            case RUNNING, BLOCKED ->
                action == ActionKind.START || action == ActionKind.RESUME || action == ActionKind.RESTORE;
            case PAUSED, SUSPENDED -> action == ActionKind.SUSPEND || action == ActionKind.MIGRATE;
            case SHUT_OFF -> action == ActionKind.STOP || action == ActionKind.SAVE || action == ActionKind.REMOVE;
            case CRASHED, MIGRATING_IN, UNKNOWN -> false;
        };
    }

    private static boolean causes(Command command, VmChanged changed) {
        if (command.action() == ActionKind.MIGRATE) {
            return changed.getHostId().equals(command.source())
                    || changed.getHostId().equals(command.target());
        }
        return changed.getHostId().equals(command.target())
                && switch (changed.getChange()) {
                    case STARTED -> command.action() == ActionKind.START || command.action() == ActionKind.RESTORE;
                    case RESUMED -> command.action() == ActionKind.RESUME || command.action() == ActionKind.START;
                    case SUSPENDED -> command.action() == ActionKind.SUSPEND;
                    case SHUT_DOWN, STOPPED ->
                        command.action() == ActionKind.STOP || command.action() == ActionKind.SAVE;
                    case DEFINED, UNDEFINED ->
                        command.action() == ActionKind.START || command.action() == ActionKind.REMOVE;
                    case UNKNOWN, FAILED, CRASHED, MIGRATED_IN, MIGRATED_OUT, JOB_COMPLETED -> false;
                };
    }
}
