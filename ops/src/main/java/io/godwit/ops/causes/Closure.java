package io.godwit.ops.causes;

import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that a decision rests on: the inputs that made what the schedulers read for it, the detections among them with the
 * observations that these rest on. With these records alone it is decided again.
 *
 * @param from log time; what schedulers knew before their newest snapshots then is not followed further
 * @param to log time of the decision
 * @param entries keys of what they knew then, by segment
 */
public record Closure(Instant from, Instant to, SortedSet<Place> records, SortedMap<Integer, List<String>> entries) {
    public Closure {
        records = Collections.unmodifiableSortedSet(new TreeSet<>(records));
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    /** The same without some of the records. */
    public Closure without(Place... left) {
        TreeSet<Place> fewer = new TreeSet<>(records);
        List.of(left).forEach(fewer::remove);
        return new Closure(from, to, fewer, entries);
    }

    /** A range cut down to the first and the last of the records there. */
    LogRange within(LogRange range) {
        SortedSet<Place> there = records.subSet(
                new Place(range.topic(), range.segment(), range.from()),
                new Place(range.topic(), range.segment(), range.to()));
        return there.isEmpty()
                ? new LogRange(range.topic(), range.segment(), range.from(), range.from())
                : new LogRange(
                        range.topic(),
                        range.segment(),
                        there.first().offset(),
                        there.last().offset() + 1);
    }

    /** Number of records by topic, in the order of the topics. */
    public Map<Topic, Integer> counts() {
        Map<Topic, Integer> counts = new TreeMap<>();
        records.forEach(place -> counts.merge(place.topic(), 1, Integer::sum));
        return counts;
    }
}
