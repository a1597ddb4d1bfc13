package io.godwit.schemas.state;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The state of a moment, from the log. All topics but the observations are read from their start. Of the observations the
 * newest sample of each host is enough, so only a little is read, and more of a segment only while a host of it was not
 * found.
 */
public final class StateRebuild {
    /** How far back observations are read, one after the other; after the last one, from their start. */
    private static final List<Duration> LOOK_BACKS =
            List.of(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));

    private StateRebuild() {}

    /**
     * The state when the log's time passed a moment.
     *
     * @param at moment; all that stands before the first record later than it counts, in each topic and segment. Empty: all
     * @param now where looking back starts for an empty moment, usually the time of day
     */
    public static RegionState of(Log log, Optional<Instant> at, Instant now) {
        RegionState state = new RegionState(log.site(), log.segments());
        events(log, Optional.empty(), at, state);
        observations(log, at, at.orElse(now), state);
        return state;
    }

    /**
     * Takes a state of one moment on to a later one, without reading again what it was folded from.
     *
     * @param state as {@link #of} gave it for the first moment
     */
    public static void advance(Log log, RegionState state, Instant from, Instant to) {
        events(log, Optional.of(from), Optional.of(to), state);
        observations(log, Optional.of(to), to, state);
    }

    /** Reads all that is no observation, after a moment where one is given, to the end of another. */
    private static void events(Log log, Optional<Instant> after, Optional<Instant> to, RegionState state) {
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : RegionState.topics()) {
            for (int segment = 0; topic != Topic.OBSERVATIONS && segment < log.segments(); segment++) {
                long first = after.isEmpty() ? 0 : end(log, topic, segment, after);
                ranges.add(new LogRange(topic, segment, first, end(log, topic, segment, to)));
            }
        }
        scan(log, ranges, state);
    }

    private static void observations(Log log, Optional<Instant> to, Instant newest, RegionState state) {
        List<Integer> wanted = new ArrayList<>();
        long[] ends = new long[log.segments()];
        for (int segment = 0; segment < log.segments(); segment++) {
            ends[segment] = end(log, Topic.OBSERVATIONS, segment, to);
            wanted.add(segment);
        }
        for (Duration lookBack : LOOK_BACKS) {
            wanted = read(log, wanted, Optional.of(newest.minus(lookBack)), ends, state);
        }
        read(log, wanted, Optional.empty(), ends, state);
    }

    /** Reads observations of some segments from a time on; returns the segments where a host was still not found. */
    private static List<Integer> read(
            Log log, List<Integer> segments, Optional<Instant> from, long[] ends, RegionState state) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment : segments) {
            state.forgetObservations(segment);
            int wanted = segment;
            long first = from.map(time -> log.offsetAt(Topic.OBSERVATIONS, wanted, time))
                    .orElse(0L);
            ranges.add(new LogRange(Topic.OBSERVATIONS, segment, first, ends[segment]));
        }
        scan(log, ranges, state);
        return segments.stream().filter(state::lacksSamples).toList();
    }

    private static void scan(Log log, List<LogRange> ranges, RegionState state) {
        List<LogRange> filled =
                ranges.stream().filter(range -> range.from() < range.to()).toList();
        if (!filled.isEmpty()) {
            log.scan(filled, record -> {
                state.take(record);
                return true;
            });
        }
    }

    /** The log's time never goes back, so the first later record ends what counts, whatever the next ones say. */
    private static long end(Log log, Topic topic, int segment, Optional<Instant> at) {
        return at.map(moment -> log.offsetAt(topic, segment, moment.plusMillis(1)))
                .orElseGet(() -> log.end(topic, segment));
    }
}
