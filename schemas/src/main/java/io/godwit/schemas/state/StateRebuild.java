package io.godwit.schemas.state;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The state of a moment, from the log. Of the observations the newest sample of each host is enough, so only a little is read,
 * and more of a segment only while a host of it was not found. Inventory, rules, controls and requests are read from their
 * start. What is detected, decided, commanded and told of commands is read from where the oldest of it began that was still
 * open, by the snapshots that stand in the log, and further back as far as its history is wanted.
 */
public final class StateRebuild {
    /** How far back observations are read, one after the other; after the last one, from their start. */
    private static final List<Duration> LOOK_BACKS =
            List.of(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));

    private StateRebuild() {}

    /**
     * The state when the log's time passed a moment, with all that is over.
     *
     * @param at moment; all that stands before the first record later than it counts, in each topic and segment. Empty: all
     * @param now where looking back starts for an empty moment, usually the time of day
     */
    public static RegionState whole(Log log, Optional<Instant> at, Instant now) {
        RegionState state = new RegionState(log.site(), log.segments());
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : RegionState.topics()) {
            for (int segment = 0; topic != Topic.OBSERVATIONS && segment < log.segments(); segment++) {
                ranges.add(new LogRange(topic, segment, 0, end(log, topic, segment, at)));
            }
        }
        begin(log, ranges, state);
        observations(log, at, at.orElse(now), state);
        return state;
    }

    /** The same with nothing of what is over, but for rules and controls. */
    public static RegionState of(Log log, Optional<Instant> at, Instant now) {
        return of(log, at, now, History.NONE);
    }

    /** The same with as much of what is over as is wanted. */
    public static RegionState of(Log log, Optional<Instant> at, Instant now, History history) {
        RegionState state = new RegionState(log.site(), log.segments());
        Instant moment = at.orElse(now);
        List<Standing> standing = IntStream.range(0, log.segments())
                .mapToObj(segment -> Standing.of(log, segment, moment))
                .toList();
        Instant oldest = standing.stream()
                .map(Standing::oldest)
                .min(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        if (oldest.isAfter(Instant.EPOCH)) {
            state.begin(standing);
        }
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : RegionState.topics()) {
            for (int segment = 0; topic != Topic.OBSERVATIONS && segment < log.segments(); segment++) {
                long end = end(log, topic, segment, at);
                Instant open = switch (topic) {
                    case DETECTIONS -> Standing.detectionsSince(log, segment, moment);
                    case HOST_PARTITIONS, COMMANDS, OUTCOMES -> oldest;
                    default -> Instant.EPOCH;
                };
                Instant from = history.of(topic).isBefore(open) ? history.of(topic) : open;
                ranges.add(new LogRange(topic, segment, first(log, topic, segment, from), end));
            }
        }
        begin(log, ranges, state);
        observations(log, at, moment, state);
        return state;
    }

    /** What has always to be read whole to name things: hosts and VMs, rules, controls and requests. */
    public static RegionState named(Log log, Optional<Instant> at) {
        RegionState state = new RegionState(log.site(), log.segments());
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : List.of(Topic.INVENTORY, Topic.RULES, Topic.CONTROLS, Topic.REQUESTS)) {
            for (int segment = 0; segment < log.segments(); segment++) {
                ranges.add(new LogRange(topic, segment, 0, end(log, topic, segment, at)));
            }
        }
        begin(log, ranges, state);
        return state;
    }

    /** Folds all arrivals of VMs up to a moment, so that the state knows since when each VM is where it is. */
    public static void arrivals(Log log, Optional<Instant> at, RegionState state) {
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            ranges.add(new LogRange(Topic.OUTCOMES, segment, 0, end(log, Topic.OUTCOMES, segment, at)));
        }
        state.arrivalsWhole();
        read(log, ranges, state::arrival);
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

    private static void begin(Log log, List<LogRange> ranges, RegionState state) {
        ranges.forEach(state::foldedFrom);
        scan(log, ranges, state);
    }

    private static void scan(Log log, List<LogRange> ranges, RegionState state) {
        read(log, ranges, state::take);
    }

    private static void read(Log log, List<LogRange> ranges, Consumer<LogRecord> taker) {
        List<LogRange> filled =
                ranges.stream().filter(range -> range.from() < range.to()).toList();
        if (!filled.isEmpty()) {
            log.scan(filled, record -> {
                taker.accept(record);
                return true;
            });
        }
    }

    private static long first(Log log, Topic topic, int segment, Instant from) {
        return from.isAfter(Instant.EPOCH) ? log.offsetAt(topic, segment, from) : 0;
    }

    /** The log's time never goes back, so the first later record ends what counts, whatever the next ones say. */
    static long end(Log log, Topic topic, int segment, Optional<Instant> at) {
        return at.map(moment -> log.offsetAt(topic, segment, moment.plusMillis(1)))
                .orElseGet(() -> log.end(topic, segment));
    }
}
