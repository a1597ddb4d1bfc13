package io.godwit.ops.summary;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Folds the records of a run, from observations, detections, host partitions, commands and outcomes, into its summary. Takes them in order
 * within a topic and segment and in any order between them. What did not begin in the run does not count in it. Times are the
 * log's own.
 */
public final class RunFold {
    private enum Outcome {
        SUCCEEDED,
        FAILED,
        REFUSED,
        ABORTED
    }

    /** The first command that answers a detection, and the host partition that gave it. */
    private record FirstCommand(long millis, String partitionId) {
        FirstCommand earlier(FirstCommand other) {
            return other.millis < millis ? other : this;
        }
    }

    private final Set<String> vms = new HashSet<>();
    private final Map<String, List<VmSample>> lastVms = new HashMap<>(); // spares looking up all VMs of each sample
    private final Map<String, Long> violatingSince = new HashMap<>();
    private final Set<String> sampledHosts = new HashSet<>();
    private final List<Long> violationMillis = new ArrayList<>();
    private final Map<String, Double> detectionLatency = new HashMap<>();
    private final Map<String, Long> detectionSinceMicros = new HashMap<>();
    private final Map<String, String> firstPartition = new HashMap<>();
    private final Map<String, FirstCommand> firstCommands = new HashMap<>();
    private final Set<String> commands = new HashSet<>();
    private final Map<String, Outcome> outcomes = new HashMap<>();
    private long samples;
    private long overloads;
    private long underloads;
    private long hostCrashes;
    private long vmCrashes;
    private long endMillis = Long.MIN_VALUE;

    /** The folds of several sites as one; ids are unique within a site only. */
    public static RunFold ofAll(Map<String, RunFold> sites) {
        RunFold all = new RunFold();
        sites.forEach((site, fold) -> {
            String prefix = site + "/";
            fold.vms.forEach(vm -> all.vms.add(prefix + vm));
            fold.sampledHosts.forEach(host -> all.sampledHosts.add(prefix + host));
            // what is open at a site is open up to the newest record of that site
            all.violationMillis.addAll(fold.allViolationMillis());
            fold.detectionLatency.forEach((id, latency) -> all.detectionLatency.put(prefix + id, latency));
            fold.detectionSinceMicros.forEach((id, since) -> all.detectionSinceMicros.put(prefix + id, since));
            fold.firstPartition.forEach((id, first) -> all.firstPartition.put(prefix + id, first));
            fold.firstCommands.forEach((id, first) -> all.firstCommands.put(prefix + id, first));
            fold.commands.forEach(id -> all.commands.add(prefix + id));
            fold.outcomes.forEach((id, outcome) -> all.outcomes.put(prefix + id, outcome));
            all.samples += fold.samples;
            all.overloads += fold.overloads;
            all.underloads += fold.underloads;
            all.hostCrashes += fold.hostCrashes;
            all.vmCrashes += fold.vmCrashes;
        });
        return all;
    }

    /** Takes one record; one that cannot be read is left to the dead letters. */
    public void take(LogRecord record) {
        try {
            take(record, EventCodec.decode(record.value()));
        } catch (UnreadableRecord _) {
            // whoever needs it has already told so in the dead letters
        }
    }

    /** Takes one record that was decoded before. */
    public void take(LogRecord record, SpecificRecord event) {
        endMillis = Math.max(endMillis, record.timestampMillis());
        switch (event) {
            case HostSampled sample -> take(record.timestampMillis(), sample);
            case DetectionBegan detection -> take(record.timestampMillis(), detection);
            case MigrateVm command -> {
                commands.add(command.getCommandId());
                firstCommands.merge(
                        command.getDetectionId(),
                        new FirstCommand(record.timestampMillis(), command.getPartitionId()),
                        FirstCommand::earlier);
            }
            // those of one detection all stand in the segment of its host, in order
            case PartitionOpened opened -> firstPartition.putIfAbsent(opened.getDetectionId(), opened.getPartitionId());
            case CommandSucceeded ended -> outcomes.putIfAbsent(ended.getCommandId(), Outcome.SUCCEEDED);
            case CommandFailed ended -> outcomes.putIfAbsent(ended.getCommandId(), Outcome.FAILED);
            case CommandRefused ended -> outcomes.putIfAbsent(ended.getCommandId(), Outcome.REFUSED);
            case CommandAborted ended -> outcomes.putIfAbsent(ended.getCommandId(), Outcome.ABORTED);
            default -> {
                // the rest of the log tells nothing that a summary says
            }
        }
    }

    private void take(long timeMillis, HostSampled sample) {
        samples++;
        String host = sample.getHostId();
        List<VmSample> before = lastVms.put(host, sample.getVms());
        if (before == null || before.size() != sample.getVms().size()) {
            sampledHosts.add(host);
            sample.getVms().forEach(vm -> vms.add(vm.getVmId()));
        } else {
            for (int i = 0; i < before.size(); i++) {
                String vm = sample.getVms().get(i).getVmId();
                if (!vm.equals(before.get(i).getVmId())) {
                    vms.add(vm);
                }
            }
        }
        if (sample.getCpuDemandMillicores() > sample.getCpuCapacityMillicores()) {
            violatingSince.putIfAbsent(host, timeMillis);
        } else {
            Long since = violatingSince.remove(host);
            if (since != null) {
                violationMillis.add(timeMillis - since);
            }
        }
    }

    private void take(long timeMillis, DetectionBegan detection) {
        DetectionTerms terms = detection.getTerms();
        if (terms != null && terms.getMode() == ActingMode.SHADOW) {
            return; // shown only to who asks for it
        }
        switch (terms == null ? detection.getKind() : DetectionKind.CUSTOM) {
            case OVERLOAD -> overloads++;
            case UNDERLOAD -> underloads++;
            case HOST_CRASH -> hostCrashes++;
            case VM_CRASH -> vmCrashes++;
            case HEADROOM, CUSTOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> {
                // most of them no rule draws; what operators' rules detect has no key of its own in the summary
            }
        }
        long sinceMicros = micros(detection);
        detectionSinceMicros.put(detection.getId(), sinceMicros);
        detectionLatency.put(detection.getId(), timeMillis - sinceMicros / 1000.0);
    }

    /** The run so far; violations and migrations that are still open count up to the newest record. */
    public RunSummary summary() {
        return new RunSummary(
                sampledHosts.size(),
                vms.size(),
                samples,
                new RunSummary.Detections(overloads, underloads, hostCrashes, vmCrashes),
                migrations(),
                violations(),
                new RunSummary.LatencyMillis(
                        latency(detectionLatency.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()),
                        latency(sampleToCommand()),
                        answered().filter(id -> !answeredAtOnce(id)).count()));
    }

    /** How many hosts are asked for more than they have, by their newest samples. */
    public int violatingNow() {
        return violatingSince.size();
    }

    private RunSummary.Migrations migrations() {
        Map<Outcome, Long> counts = new HashMap<>();
        for (String command : commands) {
            Outcome outcome = outcomes.get(command);
            if (outcome != null) {
                counts.merge(outcome, 1L, Long::sum);
            }
        }
        long ended = counts.values().stream().mapToLong(Long::longValue).sum();
        return new RunSummary.Migrations(
                commands.size(),
                counts.getOrDefault(Outcome.SUCCEEDED, 0L),
                counts.getOrDefault(Outcome.FAILED, 0L),
                counts.getOrDefault(Outcome.REFUSED, 0L),
                counts.getOrDefault(Outcome.ABORTED, 0L),
                commands.size() - ended);
    }

    private RunSummary.Violations violations() {
        List<Long> all = allViolationMillis();
        double[] seconds = all.stream().mapToDouble(millis -> millis / 1000.0).toArray();
        double sum = all.stream().mapToLong(Long::longValue).sum() / 1000.0;
        return seconds.length == 0
                ? new RunSummary.Violations(0, null, null, null, null)
                : new RunSummary.Violations(
                        seconds.length,
                        sum / seconds.length,
                        Percentile.of(seconds, 95),
                        Percentile.of(seconds, 100),
                        sum);
    }

    private List<Long> allViolationMillis() {
        List<Long> all = new ArrayList<>(violationMillis);
        violatingSince.values().forEach(since -> all.add(endMillis - since));
        return all;
    }

    private double[] sampleToCommand() {
        return answered()
                .filter(this::answeredAtOnce)
                .mapToDouble(id -> firstCommands.get(id).millis() - detectionSinceMicros.get(id) / 1000.0)
                .toArray();
    }

    /** Detections of the run that commands answered. */
    private Stream<String> answered() {
        return firstCommands.keySet().stream().filter(detectionSinceMicros::containsKey);
    }

    /** Whether its first host partition gave the command; a later one rests on later samples. */
    private boolean answeredAtOnce(String detectionId) {
        return firstCommands.get(detectionId).partitionId().equals(firstPartition.get(detectionId));
    }

    private static RunSummary.Latency latency(double[] millis) {
        return new RunSummary.Latency(Percentile.of(millis, 50), Percentile.of(millis, 99));
    }

    private static long micros(DetectionBegan detection) {
        var since = detection.getSince();
        return Math.addExact(Math.multiplyExact(since.getEpochSecond(), 1_000_000), since.getNano() / 1000);
    }
}
