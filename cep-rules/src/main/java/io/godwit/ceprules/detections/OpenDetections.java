package io.godwit.ceprules.detections;

import io.godwit.ceprules.observations.HostSample.OpenFlags;
import io.godwit.schemas.events.CoolingDown;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The fold of one segment's detections topic: what stands open, which rule versions are active, when the last checkpoint was.
 * {@link #evolve} takes every record in order, whether it was just decided or read again.
 */
public final class OpenDetections {
    private final int segment;
    private final TreeMap<Subject, DetectionBegan> open = new TreeMap<>();
    private final TreeMap<String, RuleActivated> active = new TreeMap<>();
    private final TreeMap<String, RuleQuarantined> quarantined = new TreeMap<>();
    /** By host and by VM, for look-ups only. */
    private final Map<String, OpenFlags> flagsByHost = new HashMap<>();

    private final Map<String, DetectionBegan> crashByVm = new HashMap<>();
    /** When a subject's detection may begin again; what is over is dropped with the next checkpoint. */
    private final TreeMap<Subject, Instant> cooling = new TreeMap<>();

    private Instant checkpointedAt = Instant.MIN;

    public OpenDetections(int segment) {
        this.segment = segment;
    }

    /** Takes one record of the detections topic. */
    public void evolve(SpecificRecord record) {
        switch (record) {
            case DetectionBegan began -> begin(began);
            case DetectionEnded ended -> end(ended);
            case RuleActivated activated -> active.put(activated.getRule(), activated);
            case RuleDeactivated deactivated -> {
                silence(deactivated.getRule(), deactivated.getVersion());
                quarantined.computeIfPresent(
                        deactivated.getRule(),
                        (_, stopped) -> stopped.getVersion() == deactivated.getVersion() ? null : stopped);
            }
            case RuleQuarantined stopped -> {
                silence(stopped.getRule(), stopped.getVersion());
                quarantined.put(stopped.getRule(), stopped);
            }
            case DetectionsCheckpointed checkpoint -> {
                open.clear();
                active.clear();
                quarantined.clear();
                flagsByHost.clear();
                crashByVm.clear();
                cooling.clear();
                checkpoint.getCooling().forEach(one -> cooling.put(Subject.of(one), one.getUntil()));
                checkpoint.getOpen().forEach(this::begin);
                checkpoint.getActive().forEach(activated -> active.put(activated.getRule(), activated));
                checkpoint.getQuarantined().forEach(stopped -> quarantined.put(stopped.getRule(), stopped));
                checkpointedAt = checkpoint.getLogTime();
            }
            default ->
                throw new IllegalArgumentException(
                        record.getSchema().getName() + " does not belong to the detections of a segment");
        }
    }

    /** What a signal adds to the log at an observation: nothing, an end, or a beginning with the ends that it brings. */
    public List<SpecificRecord> decide(Signal signal, long offset, Instant logTime) {
        DetectionBegan standing = open.get(signal.subject());
        return switch (signal) {
            case Signal.Crossed crossed -> {
                if (standing != null || coolsDown(crossed.subject(), logTime)) {
                    yield List.of();
                }
                List<SpecificRecord> records = new ArrayList<>();
                records.add(EvidenceOf.began(segment, crossed, offset, logTime));
                if (crossed.subject().kind() == DetectionKind.HOST_CRASH
                        && !crossed.subject().operators()) {
                    records.addAll(endsOfLoad(crossed, offset, logTime));
                }
                yield records;
            }
            case Signal.Left left ->
                standing == null ? List.of() : List.of(EvidenceOf.ended(segment, standing, left, offset, logTime));
        };
    }

    private boolean coolsDown(Subject subject, Instant logTime) {
        Instant until = cooling.get(subject);
        return until != null && logTime.isBefore(until);
    }

    /** A host that crashed has no load any more. */
    private List<SpecificRecord> endsOfLoad(Signal.Crossed crash, long offset, Instant logTime) {
        List<SpecificRecord> ends = new ArrayList<>();
        for (DetectionKind kind : List.of(DetectionKind.OVERLOAD, DetectionKind.UNDERLOAD)) {
            DetectionBegan load = open.get(new Subject(kind, "", crash.subject().hostId(), ""));
            if (load != null) {
                Signal.Left left = new Signal.Left(
                        load.getRule(), load.getRuleVersion(), Subject.of(load), crash.seen(), "the host crashed");
                ends.add(EvidenceOf.ended(segment, load, left, offset, logTime));
            }
        }
        return ends;
    }

    /** What stands open and which rules are active, as a record that a reader may begin with. */
    public DetectionsCheckpointed checkpoint(long observationOffset, Instant logTime) {
        List<DetectionBegan> byId = new ArrayList<>(open.values());
        byId.sort(Comparator.comparing(DetectionBegan::getId));
        return new DetectionsCheckpointed(
                segment,
                observationOffset,
                logTime,
                byId,
                List.copyOf(active.values()),
                quarantined(),
                cooling(logTime));
    }

    private List<CoolingDown> cooling(Instant logTime) {
        return cooling.entrySet().stream()
                .filter(entry -> logTime.isBefore(entry.getValue()))
                .map(entry -> new CoolingDown(
                        entry.getKey().kind(),
                        entry.getKey().rule(),
                        entry.getKey().hostId(),
                        entry.getKey().vmId(),
                        entry.getValue()))
                .toList();
    }

    /** Log time of the last checkpoint; Instant.MIN where there was none. */
    public Instant checkpointedAt() {
        return checkpointedAt;
    }

    /** What stands open for a host. */
    public OpenFlags flags(String hostId) {
        return flagsByHost.getOrDefault(hostId, OpenFlags.NONE);
    }

    /** The open crash of a VM, on whichever host of this segment. */
    public Optional<DetectionBegan> crashOf(String vmId) {
        return crashByVm.isEmpty() ? Optional.empty() : Optional.ofNullable(crashByVm.get(vmId));
    }

    public boolean anyVmCrash() {
        return !crashByVm.isEmpty();
    }

    /** Active rule versions, by rule. */
    public List<RuleActivated> active() {
        return List.copyOf(active.values());
    }

    /** Rule versions that were active and are quarantined, by rule. */
    public List<RuleQuarantined> quarantined() {
        return List.copyOf(quarantined.values());
    }

    /** Whether a version of a rule is quarantined. */
    public boolean isQuarantined(String rule) {
        return quarantined.containsKey(rule);
    }

    /** Whether any version of a rule is active. */
    public boolean isActive(String rule) {
        return active.containsKey(rule);
    }

    /** Open detections, by subject. */
    public List<DetectionBegan> open() {
        return List.copyOf(open.values());
    }

    private void silence(String rule, int version) {
        active.computeIfPresent(rule, (_, activated) -> activated.getVersion() == version ? null : activated);
    }

    private void begin(DetectionBegan began) {
        open.put(Subject.of(began), began);
        reindex(began);
    }

    private void end(DetectionEnded ended) {
        if (ended.getCoolDownUntil().isAfter(Instant.EPOCH)) {
            cooling.put(Subject.of(ended), ended.getCoolDownUntil());
        }
        for (DetectionBegan began : List.copyOf(open.values())) {
            if (began.getId().equals(ended.getId())) {
                open.remove(Subject.of(began));
                reindex(began);
            }
        }
    }

    private void reindex(DetectionBegan changed) {
        String hostId = changed.getHostId();
        OpenFlags flags = new OpenFlags(
                open.containsKey(new Subject(DetectionKind.OVERLOAD, "", hostId, "")),
                open.containsKey(new Subject(DetectionKind.UNDERLOAD, "", hostId, "")),
                open.containsKey(new Subject(DetectionKind.HOST_CRASH, "", hostId, "")));
        if (flags.equals(OpenFlags.NONE)) {
            flagsByHost.remove(hostId);
        } else {
            flagsByHost.put(hostId, flags);
        }
        if (changed.getKind() == DetectionKind.VM_CRASH
                && !Subject.of(changed).operators()
                && changed.getVmId() != null) {
            DetectionBegan crash = null;
            for (Map.Entry<Subject, DetectionBegan> entry : open.tailMap(
                            new Subject(DetectionKind.VM_CRASH, "", "", ""))
                    .entrySet()) {
                if (entry.getKey().kind() == DetectionKind.VM_CRASH
                        && !entry.getKey().operators()
                        && entry.getKey().vmId().equals(changed.getVmId())) {
                    crash = entry.getValue();
                }
            }
            if (crash == null) {
                crashByVm.remove(changed.getVmId());
            } else {
                crashByVm.put(changed.getVmId(), crash);
            }
        }
    }
}
