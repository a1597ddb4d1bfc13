package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Detections;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * What was done about one crash, each phase with its time in the log, so far as the log tells it.
 *
 * @param crash the detection
 * @param phases in the order of the log's times
 */
public record Recovery(Detections.Detection crash, List<Phase> phases) {
    /** What a phase is. */
    public enum Kind {
        LAST_SAMPLE,
        DETECTED,
        VOUCHED_FOR,
        DECIDED,
        FENCE_COMMANDED,
        FENCED,
        FENCE_FAILED,
        START_COMMANDED,
        STARTED,
        START_FAILED,
        /** A sample shows that the new copy uses its CPU. */
        SEEN_RUNNING,
        DETECTION_ENDED
    }

    /**
     * One phase.
     *
     * @param since beginning of what ended here; empty: nothing that the log tells
     * @param vmId empty: it concerns the host
     * @param place where its record stands
     */
    public record Phase(
            Kind kind, Instant at, Optional<Instant> since, String vmId, String hostId, String detail, Place place) {
        public Optional<Duration> took() {
            return since.map(beginning -> Duration.between(beginning, at));
        }
    }

    /** So long before a detection its subject's newest sample is looked for, and so long after a start its first one. */
    private static final Duration NEAR = Duration.ofMinutes(10);

    public Recovery {
        phases = List.copyOf(phases);
    }

    public static boolean ofCrash(Detections.Detection detection) {
        return switch (detection.began().getKind()) {
            case HOST_CRASH, VM_CRASH -> true;
            case OVERLOAD, UNDERLOAD, CUSTOM, HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> false;
        };
    }

    /** What the log tells of a crash, up to a moment if one is given. */
    public static Recovery of(Log log, Detections.Detection crash, Optional<Instant> until) {
        Reading reading = new Reading(log, crash, until);
        reading.lastSample();
        reading.end();
        reading.decisions();
        reading.commands();
        reading.seenRunning();
        return new Recovery(
                crash,
                reading.phases.stream()
                        .sorted(Comparator.comparing(Phase::at)
                                .thenComparing(Phase::kind)
                                .thenComparing(Phase::vmId))
                        .toList());
    }

    public Optional<Phase> first(Kind kind) {
        return phases.stream().filter(phase -> phase.kind() == kind).findFirst();
    }

    private Stream<String> vms(Kind kind) {
        return phases.stream()
                .filter(phase -> phase.kind() == kind)
                .map(Phase::vmId)
                .distinct();
    }

    /** VMs whose start was commanded. */
    public List<String> commanded() {
        return vms(Kind.START_COMMANDED).toList();
    }

    /** VMs that were started. */
    public List<String> started() {
        return vms(Kind.STARTED).toList();
    }

    /** VMs whose new copy was seen using its CPU. */
    public List<String> seenRunning() {
        return vms(Kind.SEEN_RUNNING).toList();
    }

    /** What times are counted from: the last sample, or the detection where none is kept. */
    public Instant from() {
        return first(Kind.LAST_SAMPLE).map(Phase::at).orElse(crash.appended());
    }

    /** From there to the last of a kind; empty: there is none. */
    public Optional<Duration> untilLast(Kind kind) {
        return phases.stream()
                .filter(phase -> phase.kind() == kind)
                .map(phase -> Duration.between(from(), phase.at()))
                .max(Comparator.naturalOrder());
    }

    /** The longest of a kind. */
    public Optional<Duration> longest(Kind kind) {
        return phases.stream()
                .filter(phase -> phase.kind() == kind)
                .flatMap(phase -> phase.took().stream())
                .max(Comparator.naturalOrder());
    }

    /** A command that answers the crash. */
    private record Commanded(Instant at, boolean fence, String vmId, String hostId) {}

    /** Reads the log for one crash. */
    private static final class Reading {
        private final Log log;
        private final Detections.Detection crash;
        private final Optional<Instant> until;
        private final String hostId;
        private final int segment;
        private final List<Phase> phases = new ArrayList<>();

        Reading(Log log, Detections.Detection crash, Optional<Instant> until) {
            this.log = log;
            this.crash = crash;
            this.until = until;
            this.hostId = crash.began().getHostId();
            this.segment = crash.position().getSegment();
        }

        private void note(Kind kind, Instant at, Instant since, String vmId, String host, String detail, Place where) {
            if (until.isEmpty() || !at.isAfter(until.get())) {
                phases.add(new Phase(kind, at, Optional.ofNullable(since), vmId, host, detail, where));
            }
        }

        private static Instant time(LogRecord record) {
            return Instant.ofEpochMilli(record.timestampMillis());
        }

        private void scan(List<LogRange> ranges, BiConsumer<LogRecord, SpecificRecord> reader) {
            scanWhile(ranges, (record, event) -> {
                reader.accept(record, event);
                return true;
            });
        }

        /** @param reader tells whether it wants more */
        private void scanWhile(List<LogRange> ranges, BiPredicate<LogRecord, SpecificRecord> reader) {
            log.scan(ranges, record -> {
                try {
                    return reader.test(record, EventCodec.decode(record.value()));
                } catch (UnreadableRecord damaged) {
                    return true; // a service tells it to the dead letters
                }
            });
        }

        private LogRange since(Topic topic, int ofSegment, Instant start) {
            return new LogRange(topic, ofSegment, log.offsetAt(topic, ofSegment, start), Long.MAX_VALUE);
        }

        /** The newest sample before the detection in which what crashed was alive. */
        void lastSample() {
            Instant detected = crash.appended();
            Instant early = detected.minus(NEAR);
            LogRange near = new LogRange(
                    Topic.OBSERVATIONS,
                    segment,
                    log.offsetAt(Topic.OBSERVATIONS, segment, early.isBefore(Instant.EPOCH) ? Instant.EPOCH : early),
                    log.offsetAt(Topic.OBSERVATIONS, segment, detected.plusMillis(1)));
            LogRecord[] last = new LogRecord[1];
            scan(List.of(near), (record, event) -> {
                if (event instanceof HostSampled sampled && sampled.getHostId().equals(hostId) && alive(sampled)) {
                    last[0] = record;
                }
            });
            String vmId = Objects.requireNonNullElse(crash.began().getVmId(), "");
            if (last[0] != null) {
                note(Kind.LAST_SAMPLE, time(last[0]), null, vmId, hostId, "", Place.of(last[0]));
            }
            note(
                    Kind.DETECTED,
                    detected,
                    last[0] == null ? null : time(last[0]),
                    vmId,
                    hostId,
                    crash.began().getRule() + " v" + crash.began().getRuleVersion(),
                    new Place(Topic.DETECTIONS, segment, crash.position().getOffset()));
        }

        /** Where the detection ended, if it did. */
        void end() {
            if (crash.ended().isEmpty()) {
                return;
            }
            scanWhile(List.of(since(Topic.DETECTIONS, segment, crash.appended())), (record, event) -> {
                if (event instanceof DetectionEnded ended && ended.getId().equals(crash.id())) {
                    String vmId = Objects.requireNonNullElse(ended.getVmId(), "");
                    note(
                            Kind.DETECTION_ENDED,
                            ended.getUntil(),
                            null,
                            vmId,
                            hostId,
                            ended.getReason(),
                            Place.of(record));
                    return false;
                }
                return true;
            });
        }

        private boolean alive(HostSampled sampled) {
            return crash.began().getKind() == DetectionKind.HOST_CRASH
                    || sampled.getVms().stream()
                            .anyMatch(vm -> vm.getVmId().equals(crash.began().getVmId()) && runs(vm));
        }

        private static boolean runs(VmSample vm) {
            return vm.getState() == VmState.RUNNING || vm.getState() == VmState.BLOCKED;
        }

        /** Plans for the crash, and a person's word that the host is down. */
        void decisions() {
            Instant detected = crash.appended();
            scan(
                    List.of(since(Topic.HOST_PARTITIONS, segment, detected), since(Topic.REQUESTS, segment, detected)),
                    (record, event) -> {
                        switch (event) {
                            case PlanDecided plan
                            when plan.getDetectionId().equals(crash.id()) ->
                                note(Kind.DECIDED, time(record), detected, "", hostId, words(plan), Place.of(record));
                            case DownConfirmed confirmed
                            when confirmed.getHostId().equals(hostId) && within(time(record)) ->
                                note(
                                        Kind.VOUCHED_FOR,
                                        time(record),
                                        detected,
                                        "",
                                        hostId,
                                        confirmed.getBy() + ": " + confirmed.getReason(),
                                        Place.of(record));
                            default -> {} // of others
                        }
                    });
        }

        private boolean within(Instant at) {
            return crash.ended().map(ended -> !at.isAfter(ended.getUntil())).orElse(true);
        }

        private static String words(PlanDecided plan) {
            String answer = IncidentWords.lower(plan.getAnswer());
            int steps = plan.getMoves().size();
            String mode = plan.getMode().isEmpty() ? "" : " in mode " + plan.getMode();
            return steps == 0 ? answer + mode + ": " + plan.getReason() : answer + " of " + steps + " steps" + mode;
        }

        /** Commands that answer the crash, and how each ended. */
        void commands() {
            List<LogRange> commands = new ArrayList<>();
            List<LogRange> outcomes = new ArrayList<>();
            for (int other = 0; other < log.segments(); other++) {
                commands.add(since(Topic.COMMANDS, other, crash.appended()));
                outcomes.add(since(Topic.OUTCOMES, other, crash.appended()));
            }
            Map<String, Commanded> byId = new HashMap<>(); // looked up by id
            scan(commands, (record, event) -> {
                switch (event) {
                    case FenceHost fence
                    when fence.getDetectionId().equals(crash.id()) -> {
                        byId.put(fence.getCommandId(), new Commanded(time(record), true, "", fence.getHostId()));
                        note(
                                Kind.FENCE_COMMANDED,
                                time(record),
                                crash.appended(),
                                "",
                                fence.getHostId(),
                                fence.getCommandId(),
                                Place.of(record));
                    }
                    case ActOnVm start
                    when start.getDetectionId().equals(crash.id()) && start.getAction() == ActionKind.START -> {
                        byId.put(
                                start.getCommandId(),
                                new Commanded(time(record), false, start.getVmId(), start.getHostId()));
                        note(
                                Kind.START_COMMANDED,
                                time(record),
                                null,
                                start.getVmId(),
                                start.getHostId(),
                                start.getCommandId(),
                                Place.of(record));
                    }
                    default -> {} // moves that make room are told by migration list
                }
            });
            scan(outcomes, (record, event) -> {
                switch (event) {
                    case HostFenced fenced -> ended(byId, fenced.getCommandId(), record, true, fenced.getProof());
                    case CommandSucceeded ended -> ended(byId, ended.getCommandId(), record, true, "");
                    case CommandFailed ended ->
                        ended(byId, ended.getCommandId(), record, false, ended.getReason() + ": " + ended.getDetail());
                    case CommandRefused ended ->
                        ended(byId, ended.getCommandId(), record, false, ended.getReason() + ": " + ended.getDetail());
                    case CommandAborted ended -> ended(byId, ended.getCommandId(), record, false, ended.getDetail());
                    default -> {} // no end
                }
            });
        }

        private void ended(Map<String, Commanded> byId, String id, LogRecord record, boolean well, String detail) {
            Commanded command = byId.get(id);
            if (command != null) {
                Kind kind = command.fence()
                        ? well ? Kind.FENCED : Kind.FENCE_FAILED
                        : well ? Kind.STARTED : Kind.START_FAILED;
                note(kind, time(record), command.at(), command.vmId(), command.hostId(), detail, Place.of(record));
            }
        }

        /** The first sample in which each VM that was started uses its CPU. */
        void seenRunning() {
            Map<String, Phase> unseen = new HashMap<>(); // by VM and host
            Map<Integer, LogRange> near = new TreeMap<>();
            for (Phase start : phases) {
                if (start.kind() == Kind.STARTED) {
                    unseen.put(place(start.vmId(), start.hostId()), start);
                    LogRange after = after(start);
                    near.merge(
                            start.place().segment(),
                            after,
                            (one, other) -> new LogRange(
                                    Topic.OBSERVATIONS,
                                    start.place().segment(),
                                    Math.min(one.from(), other.from()),
                                    Math.max(one.to(), other.to())));
                }
            }
            scanWhile(List.copyOf(near.values()), (record, event) -> {
                if (event instanceof HostSampled sampled) {
                    sampled.getVms().stream()
                            .filter(vm -> runs(vm) && vm.getCpuUsedMillicores() > 0)
                            .forEach(vm -> seen(record, vm, unseen.get(place(vm.getVmId(), sampled.getHostId())))
                                    .ifPresent(start -> unseen.remove(place(start.vmId(), start.hostId()))));
                }
                return !unseen.isEmpty();
            });
        }

        private LogRange after(Phase start) {
            Instant commanded = start.since().orElse(start.at());
            return new LogRange(
                    Topic.OBSERVATIONS,
                    start.place().segment(),
                    log.offsetAt(Topic.OBSERVATIONS, start.place().segment(), commanded),
                    log.offsetAt(
                            Topic.OBSERVATIONS,
                            start.place().segment(),
                            start.at().plus(NEAR)));
        }

        /** The start that a sample shows to have come to life; empty: it shows none. */
        private Optional<Phase> seen(LogRecord record, VmSample vm, Phase start) {
            Instant commanded = start == null ? null : start.since().orElse(start.at());
            if (start == null || time(record).isBefore(commanded)) {
                return Optional.empty();
            }
            note(
                    Kind.SEEN_RUNNING,
                    time(record),
                    commanded,
                    start.vmId(),
                    start.hostId(),
                    "uses " + vm.getCpuUsedMillicores() + " mc",
                    Place.of(record));
            return Optional.of(start);
        }

        private static String place(String vmId, String hostId) {
            return vmId + " " + hostId;
        }
    }
}
