package io.godwit.schemas.state;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Folds of a log only the records in which certain ids stand. They are told by their bytes and the others are not decoded, so one
 * thing is found quickly, and in little memory, in a log of any length. Each record is folded once.
 */
public final class Mentions {
    private record Place(Topic topic, int segment, long offset) {}

    private final Log log;
    private final Optional<Instant> at;
    private final RegionState state;
    private final Set<Place> folded = new HashSet<>();

    /** @param at moment up to which records count; empty: all */
    public Mentions(Log log, Optional<Instant> at, RegionState state) {
        this.log = log;
        this.at = at;
        this.state = state;
    }

    /** Folds what a topic says of any of these ids, as far as it is not folded yet. */
    public void fold(Topic topic, Collection<String> ids) {
        fold(topic, allSegments(log), Instant.EPOCH, ids);
    }

    /** The same of some segments, from a time on. */
    public void fold(Topic topic, Collection<Integer> segments, Instant from, Collection<String> ids) {
        List<LogRange> before = ranges(log, at, topic, segments, from).stream()
                .map(range -> new LogRange(
                        topic,
                        range.segment(),
                        range.from(),
                        Math.min(range.to(), state.foldedFrom(topic, range.segment()))))
                .toList();
        each(log, before, ids, record -> {
            if (folded.add(new Place(record.topic(), record.segment(), record.offset()))) {
                state.take(record);
            }
        });
    }

    /** The records of a topic in which any of these ids stands. */
    public static List<LogRecord> records(Log log, Optional<Instant> at, Topic topic, Collection<String> ids) {
        List<LogRecord> records = new ArrayList<>();
        each(log, ranges(log, at, topic, allSegments(log), Instant.EPOCH), ids, records::add);
        return records;
    }

    private static List<Integer> allSegments(Log log) {
        return IntStream.range(0, log.segments()).boxed().toList();
    }

    private static List<LogRange> ranges(
            Log log, Optional<Instant> at, Topic topic, Collection<Integer> segments, Instant from) {
        List<Long> ends = StateRebuild.ends(log, topic, at);
        return segments.stream()
                .map(segment ->
                        new LogRange(topic, segment, StateRebuild.first(log, topic, segment, from), ends.get(segment)))
                .toList();
    }

    private static void each(Log log, List<LogRange> ranges, Collection<String> ids, Consumer<LogRecord> taker) {
        List<byte[]> wanted = ids.stream()
                .filter(id -> !id.isEmpty())
                .map(id -> id.getBytes(StandardCharsets.UTF_8))
                .toList();
        if (!wanted.isEmpty()) {
            StateRebuild.read(log, ranges, record -> {
                if (wanted.stream().anyMatch(id -> contains(record.value(), id))) {
                    taker.accept(record);
                }
            });
        }
    }

    static boolean contains(byte[] value, byte[] wanted) {
        if (value == null) {
            return false;
        }
        byte first = wanted[0];
        int last = value.length - wanted.length;
        for (int at = 0; at <= last; at++) {
            if (value[at] == first && matches(value, at, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] value, int at, byte[] wanted) {
        for (int i = 1; i < wanted.length; i++) {
            if (value[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
