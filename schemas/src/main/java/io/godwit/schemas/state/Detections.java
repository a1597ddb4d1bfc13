package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeactivated;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What was detected, open and ended, and which rule versions are active in which segment. Records of a segment may be taken again
 * from further back, once newer ones were.
 */
public final class Detections {
    /**
     * One detection.
     *
     * @param position its DetectionBegan
     * @param appended log time of the same
     * @param ended its end; empty while it is open
     */
    public record Detection(DetectionBegan began, Position position, Instant appended, Optional<DetectionEnded> ended) {
        public String id() {
            return began.getId();
        }

        public boolean open() {
            return ended.isEmpty();
        }
    }

    private final List<Map<String, Detection>> bySegment = new ArrayList<>();
    private final List<Map<String, RuleActivated>> active = new ArrayList<>();
    private final List<Map<String, RuleQuarantined>> quarantined = new ArrayList<>();
    private final List<Map<String, DetectionEnded>> ends =
            new ArrayList<>(); // of detections whose beginning is not read
    private final List<Map<String, Long>> newest = new ArrayList<>(); // offset of the newest word on a rule
    private final long[] checkpointed; // and of the newest that is on all

    public Detections(int segments) {
        checkpointed = new long[segments];
        for (int segment = 0; segment < segments; segment++) {
            bySegment.add(new TreeMap<>());
            ends.add(new HashMap<>());
            newest.add(new HashMap<>());
            active.add(new TreeMap<>());
            quarantined.add(new TreeMap<>());
        }
    }

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        Map<String, Detection> detections = bySegment.get(record.segment());
        Map<String, RuleActivated> rules = active.get(record.segment());
        switch (event) {
            case DetectionBegan began ->
                detections.putIfAbsent(
                        began.getId(),
                        new Detection(
                                began,
                                record.position(),
                                Instant.ofEpochMilli(record.timestampMillis()),
                                Optional.ofNullable(ends.get(record.segment()).remove(began.getId()))));
            case DetectionEnded ended -> {
                Detection open = detections.get(ended.getId());
                if (open == null) {
                    ends.get(record.segment()).put(ended.getId(), ended);
                } else {
                    detections.put(
                            ended.getId(), new Detection(open.began, open.position, open.appended, Optional.of(ended)));
                }
            }
            case RuleActivated activated
            when isNews(record, activated.getRule()) -> rules.put(activated.getRule(), activated);
            case RuleDeactivated deactivated
            when isNews(record, deactivated.getRule()) -> {
                silence(rules, deactivated.getRule(), deactivated.getVersion());
                quarantined
                        .get(record.segment())
                        .computeIfPresent(
                                deactivated.getRule(),
                                (_, one) -> one.getVersion() == deactivated.getVersion() ? null : one);
            }
            case RuleQuarantined stopped
            when isNews(record, stopped.getRule()) -> {
                silence(rules, stopped.getRule(), stopped.getVersion());
                quarantined.get(record.segment()).put(stopped.getRule(), stopped);
            }
            case DetectionsCheckpointed checkpoint -> { // news only where what led to it was not read
                checkpointed[record.segment()] = Math.max(checkpointed[record.segment()], record.offset());
                checkpoint.getActive().forEach(one -> rules.putIfAbsent(one.getRule(), one));
                Map<String, RuleQuarantined> stopped = quarantined.get(record.segment());
                checkpoint.getQuarantined().forEach(one -> stopped.putIfAbsent(one.getRule(), one));
            }
            default -> {} // no event of this topic, or an older word on a rule
        }
    }

    /** Whether a word on a rule is not older than what was taken of it. */
    private boolean isNews(LogRecord record, String rule) {
        Map<String, Long> words = newest.get(record.segment());
        if (record.offset() < Math.max(checkpointed[record.segment()], words.getOrDefault(rule, 0L))) {
            return false;
        }
        words.put(rule, record.offset());
        return true;
    }

    private static void silence(Map<String, RuleActivated> rules, String rule, int version) {
        rules.computeIfPresent(rule, (_, live) -> live.getVersion() == version ? null : live);
    }

    /** Every detection, by log time of its beginning, then id. */
    public List<Detection> all() {
        List<Detection> all = new ArrayList<>();
        bySegment.forEach(detections -> all.addAll(detections.values()));
        all.sort(java.util.Comparator.comparing(Detection::appended).thenComparing(Detection::id));
        return all;
    }

    public List<Detection> open() {
        return all().stream().filter(Detection::open).toList();
    }

    public Optional<Detection> byId(String id) {
        return bySegment.stream()
                .map(detections -> detections.get(id))
                .filter(java.util.Objects::nonNull)
                .findFirst();
    }

    /** Rule versions whose output counts in a segment, by rule. */
    public Map<String, RuleActivated> activeIn(int segment) {
        return new TreeMap<>(active.get(segment));
    }

    /** Where a rule version is quarantined, by segment, and why. */
    public List<RuleQuarantined> quarantined(String rule, int version) {
        return quarantined.stream()
                .map(rules -> rules.get(rule))
                .filter(one -> one != null && one.getVersion() == version)
                .toList();
    }
}
