package io.godwit.ops.incident;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.schemas.events.DetectionsCheckpointed;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Where two checkpoints of the same observation differ, entry by entry.
 *
 * @param where the checkpoint, and the entry that differs
 * @param more what differs besides, in words
 * @param recorded the entry as JSON; empty: the checkpoint has none
 * @param replayed the same of the one that was drawn again
 */
record CheckpointDifference(String where, Optional<String> recorded, Optional<String> replayed, String more) {
    /** Empty where it is no difference of two checkpoints. */
    static Optional<CheckpointDifference> of(DetectionReplay.Difference difference) {
        return checkpoint(difference.recorded())
                .flatMap(was -> checkpoint(difference.replayed()).flatMap(now -> of(was, now)));
    }

    private static Optional<DetectionsCheckpointed> checkpoint(Optional<DetectionReplay.Said> said) {
        return said.map(DetectionReplay.Said::event)
                .filter(DetectionsCheckpointed.class::isInstance)
                .map(DetectionsCheckpointed.class::cast);
    }

    private static Optional<CheckpointDifference> of(DetectionsCheckpointed was, DetectionsCheckpointed now) {
        SortedMap<String, String> recorded = entries(was);
        SortedMap<String, String> replayed = entries(now);
        TreeSet<String> keys = new TreeSet<>(recorded.keySet());
        keys.addAll(replayed.keySet());
        List<String> differing = keys.stream()
                .filter(key -> !Optional.ofNullable(recorded.get(key)).equals(Optional.ofNullable(replayed.get(key))))
                .toList();
        return differing.stream()
                .findFirst()
                .map(key -> new CheckpointDifference(
                        "checkpoint at observation %d, %s".formatted(was.getObservationOffset(), key),
                        Optional.ofNullable(recorded.get(key)),
                        Optional.ofNullable(replayed.get(key)),
                        Differences.more(differing.size() - 1)));
    }

    private static SortedMap<String, String> entries(DetectionsCheckpointed checkpoint) {
        TreeMap<String, String> entries = new TreeMap<>();
        entries.put("its place", checkpoint.getObservationOffset() + " at " + checkpoint.getLogTime());
        checkpoint.getOpen().forEach(began -> put(entries, "open " + began.getId(), began));
        checkpoint.getActive().forEach(active -> put(entries, "active rule " + active.getRule(), active));
        checkpoint.getQuarantined().forEach(stopped -> put(entries, "quarantined rule " + stopped.getRule(), stopped));
        checkpoint
                .getCooling()
                .forEach(one -> put(
                        entries,
                        "cooling down %s %s %s %s"
                                .formatted(one.getKind(), one.getRule(), one.getHostId(), one.getVmId()),
                        one));
        return entries;
    }

    private static void put(SortedMap<String, String> entries, String key, SpecificRecord value) {
        entries.merge(key, value.toString(), (one, other) -> one + ", " + other);
    }
}
