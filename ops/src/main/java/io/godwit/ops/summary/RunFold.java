package io.godwit.ops.summary;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.LogRecord;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** What is known of how a detection is answered. */
    private static final class Answering {
        final long heardMillis;
        Long sinceMicros; // null: it did not begin in the run, as far as is known
        boolean ended;
        String firstPartition = "";
        FirstCommand firstCommand;

        Answering(long heardMillis) {
            this.heardMillis = heardMillis;
        }
    }

    /** What is known of a command; once it is whole it is counted and forgotten. */
    private static final class Commanded {
        final long heardMillis;
        boolean commanded;
        Outcome outcome;

        Commanded(long heardMillis) {
            this.heardMillis = heardMillis;
        }
    }

    /** What is over is kept so long, since the topics are not read in the order of their times. */
    private static final long KEPT_MILLIS = 3_600_000;

    private static final long SETTLED_EVERY_MILLIS = 60_000;

    private final Set<String> vms = new HashSet<>();
    private final Map<String, List<VmSample>> lastVms = new HashMap<>(); // spares looking up all VMs of each sample
    private final Map<String, Long> violatingSince = new HashMap<>();
    private final Set<String> sampledHosts = new HashSet<>();
    private final Values violationMillis = new Values();
    private final Values sampleToDetection = new Values();
    private final Values sampleToCommand = new Values();
    private final Map<String, Answering> answering = new LinkedHashMap<>(); // by detection, by when first heard of
    private final Map<String, Commanded> commands = new LinkedHashMap<>(); // that are not both commanded and ended
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private long commanded;
    private long answeredLater;
    private long settledMillis;
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
            all.sampleToDetection.addAll(fold.sampleToDetection);
            all.sampleToCommand.addAll(fold.allSampleToCommand());
            all.answeredLater += fold.allAnsweredLater();
            all.commanded += fold.commanded;
            fold.outcomes.forEach((outcome, count) -> all.outcomes.merge(outcome, count, Long::sum));
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
        settle();
        switch (event) {
            case HostSampled sample -> take(record.timestampMillis(), sample);
            case DetectionBegan detection -> take(record.timestampMillis(), detection);
            case DetectionEnded ended -> {
                Answering known = answering.get(ended.getId());
                if (known != null) {
                    known.ended = true;
                }
            }
            case MigrateVm command -> {
                commanded(command.getCommandId(), record);
                Answering known = answering(command.getDetectionId(), record);
                FirstCommand first = new FirstCommand(record.timestampMillis(), command.getPartitionId());
                known.firstCommand = known.firstCommand == null ? first : known.firstCommand.earlier(first);
            }
            // those of one detection all stand in the segment of its host, in order
            case PartitionOpened opened -> {
                Answering known = answering(opened.getDetectionId(), record);
                known.firstPartition = known.firstPartition.isEmpty() ? opened.getPartitionId() : known.firstPartition;
            }
            case CommandSucceeded ended -> ended(ended.getCommandId(), Outcome.SUCCEEDED, record);
            case CommandFailed ended -> ended(ended.getCommandId(), Outcome.FAILED, record);
            case CommandRefused ended -> ended(ended.getCommandId(), Outcome.REFUSED, record);
            case CommandAborted ended -> ended(ended.getCommandId(), Outcome.ABORTED, record);
            default -> {
                // the rest of the log tells nothing that a summary says
            }
        }
    }

    private Answering answering(String detectionId, LogRecord record) {
        return answering.computeIfAbsent(detectionId, _ -> new Answering(record.timestampMillis()));
    }

    private Commanded command(String id, LogRecord record) {
        return commands.computeIfAbsent(id, _ -> new Commanded(record.timestampMillis()));
    }

    private void commanded(String id, LogRecord record) {
        Commanded command = command(id, record);
        if (!command.commanded) {
            command.commanded = true;
            commanded++;
            count(command);
        }
    }

    private void ended(String id, Outcome outcome, LogRecord record) {
        Commanded command = command(id, record);
        if (command.outcome == null) {
            command.outcome = outcome;
            count(command);
        }
    }

    private void count(Commanded command) {
        if (command.commanded && command.outcome != null) {
            outcomes.merge(command.outcome, 1L, Long::sum);
        }
    }

    /** Counts what is over for good and forgets it. */
    private void settle() {
        if (endMillis - settledMillis < SETTLED_EVERY_MILLIS) {
            return;
        }
        settledMillis = endMillis;
        long over = endMillis - KEPT_MILLIS;
        answering.values().removeIf(known -> {
            boolean settled = known.heardMillis < over && (known.ended || known.sinceMicros == null);
            if (settled) {
                count(known, sampleToCommand);
                answeredLater += later(known) ? 1 : 0;
            }
            return settled;
        });
        commands.values().removeIf(known -> known.heardMillis < over && (known.outcome != null || !known.commanded));
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
                violationMillis.add((double) timeMillis - since);
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
        answering.computeIfAbsent(detection.getId(), _ -> new Answering(timeMillis)).sinceMicros = sinceMicros;
        sampleToDetection.add(timeMillis - sinceMicros / 1000.0);
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
                        latency(sampleToDetection), latency(allSampleToCommand()), allAnsweredLater()));
    }

    /** How many hosts are asked for more than they have, by their newest samples. */
    public int violatingNow() {
        return violatingSince.size();
    }

    /** Detections and commands that are held in memory. */
    int remembered() {
        return answering.size() + commands.size();
    }

    private RunSummary.Migrations migrations() {
        return new RunSummary.Migrations(
                commanded,
                outcomes(Outcome.SUCCEEDED),
                outcomes(Outcome.FAILED),
                outcomes(Outcome.REFUSED),
                outcomes(Outcome.ABORTED),
                commanded
                        - outcomes.values().stream().mapToLong(Long::longValue).sum());
    }

    private long outcomes(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    private RunSummary.Violations violations() {
        Values all = allViolationMillis();
        return all.count() == 0
                ? new RunSummary.Violations(0, null, null, null, null)
                : new RunSummary.Violations(
                        all.count(),
                        all.sum() / 1000 / all.count(),
                        all.percentile(95) / 1000,
                        all.max() / 1000,
                        all.sum() / 1000);
    }

    private Values allViolationMillis() {
        Values all = new Values();
        all.addAll(violationMillis);
        violatingSince.values().forEach(since -> all.add((double) endMillis - since));
        return all;
    }

    private Values allSampleToCommand() {
        Values all = new Values();
        all.addAll(sampleToCommand);
        answering.values().forEach(known -> count(known, all));
        return all;
    }

    private long allAnsweredLater() {
        return answeredLater
                + answering.values().stream().filter(RunFold::later).count();
    }

    /** A detection of the run that its first host partition answered; a later one rests on later samples. */
    private static void count(Answering known, Values sampleToCommand) {
        if (answered(known) && known.firstCommand.partitionId().equals(known.firstPartition)) {
            sampleToCommand.add(known.firstCommand.millis() - known.sinceMicros / 1000.0);
        }
    }

    private static boolean later(Answering known) {
        return answered(known) && !known.firstCommand.partitionId().equals(known.firstPartition);
    }

    private static boolean answered(Answering known) {
        return known.sinceMicros != null && known.firstCommand != null;
    }

    private static RunSummary.Latency latency(Values millis) {
        return new RunSummary.Latency(millis.percentile(50), millis.percentile(99));
    }

    private static long micros(DetectionBegan detection) {
        var since = detection.getSince();
        return Math.addExact(Math.multiplyExact(since.getEpochSecond(), 1_000_000), since.getNano() / 1000);
    }
}
