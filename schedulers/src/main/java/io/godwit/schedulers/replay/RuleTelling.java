package io.godwit.schedulers.replay;

import io.godwit.schedulers.replay.RecordedCourse.Told;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Detections that are drawn already, in place of those of one rule in the record; all else is as recorded. */
final class RuleTelling implements Telling {
    private final Fork fork;
    private final String rule;
    private final Map<Integer, Deque<Told>> untold = new HashMap<>(); // by segment
    private final Set<String> ids = new HashSet<>(); // looked up only

    /** @param told of a segment in the order of offsets */
    RuleTelling(Fork fork, String rule, List<Told> told) {
        this.fork = fork;
        this.rule = rule;
        for (Told one : told) {
            untold.computeIfAbsent(one.segment(), _ -> new ArrayDeque<>()).add(one);
            if (one.event() instanceof DetectionBegan began) {
                ids.add(began.getId());
            }
        }
    }

    /** What the rule had detected before counts no more. */
    @Override
    public List<Word> first() {
        List<Word> ends = new ArrayList<>();
        fork.openOf(rule)
                .forEach((segment, all) -> all.forEach(
                        began -> ends.add(new Word(Topic.DETECTIONS, segment, began.getHostId(), end(began)))));
        return ends;
    }

    private DetectionEnded end(DetectionBegan began) {
        return DetectionEnded.newBuilder()
                .setId(began.getId())
                .setKind(began.getKind())
                .setHostId(began.getHostId())
                .setVmId(began.getVmId())
                .setSince(began.getSince())
                .setUntil(fork.now())
                .setReason("what the versions compared detect is told instead")
                .setRule(began.getRule())
                .setRuleVersion(began.getRuleVersion())
                .setEvidence(List.of())
                .setTerms(began.getTerms())
                .setCoolDownUntil(Instant.EPOCH)
                .build();
    }

    @Override
    public Optional<SpecificRecord> instead(LogRecord record, SpecificRecord event) {
        boolean ofRule = switch (event) {
            case DetectionBegan began -> began.getRule().equals(rule);
            case DetectionEnded ended -> ended.getRule().equals(rule);
            default -> false;
        };
        return ofRule ? Optional.empty() : Optional.of(event);
    }

    @Override
    public List<Said> observed(LogRecord record, SpecificRecord event) {
        Deque<Told> next = untold.get(record.segment());
        List<Said> said = new ArrayList<>();
        while (next != null && !next.isEmpty() && next.getFirst().offset() <= record.offset()) {
            SpecificRecord told = next.removeFirst().event();
            String hostId =
                    told instanceof DetectionBegan began ? began.getHostId() : ((DetectionEnded) told).getHostId();
            said.add(new Said(Instant.ofEpochMilli(record.timestampMillis()), hostId, told));
        }
        return said;
    }

    @Override
    public boolean isAbout(String detectionId) {
        return ids.contains(detectionId);
    }
}
