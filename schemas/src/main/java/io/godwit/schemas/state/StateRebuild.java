package io.godwit.schemas.state;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
        List<LogRange> ranges = RegionState.topics().stream()
                .filter(topic -> topic != Topic.OBSERVATIONS)
                .flatMap(topic -> ranges(log, topic, Instant.EPOCH, at).stream())
                .toList();
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
        List<Standing> standing = Standing.of(log, moment);
        Instant oldest = standing.stream()
                .map(Standing::oldest)
                .min(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        if (oldest.isAfter(Instant.EPOCH)) {
            state.begin(standing);
        }
        List<Instant> detections = Standing.detectionsSince(log, moment);
        List<LogRange> open = new ArrayList<>();
        List<LogRange> before = new ArrayList<>();
        for (Topic topic : RegionState.topics()) {
            List<Long> firsts = switch (topic) {
                case OBSERVATIONS -> List.of(); // of them the newest samples are enough
                case DETECTIONS ->
                    IntStream.range(0, log.segments())
                            .mapToObj(segment -> first(log, topic, segment, detections.get(segment)))
                            .toList();
                case HOST_PARTITIONS, COMMANDS, OUTCOMES -> firsts(log, topic, oldest);
                default -> firsts(log, topic, Instant.EPOCH);
            };
            if (!firsts.isEmpty()) {
                split(log, topic, firsts, ends(log, topic, at), history, open, before);
            }
        }
        Proposed proposed = new Proposed(log, history.proposals() ? List.of(before, open) : List.of());
        read(log, before, record -> {
            if (history.proposals() ? proposed.speaksOf(record) : history.wants(record)) {
                state.take(record);
            }
        });
        begin(log, open, state);
        observations(log, at, moment, state);
        return state;
    }

    /** What a topic holds of what is open, and before that, where not all of it is wanted, of what is over. */
    private static void split(
            Log log,
            Topic topic,
            List<Long> firsts,
            List<Long> ends,
            History history,
            List<LogRange> open,
            List<LogRange> before) {
        List<Long> wanted = history.topics().contains(topic) ? firsts(log, topic, history.since()) : firsts;
        for (int segment = 0; segment < log.segments(); segment++) {
            long first = firsts.get(segment);
            long over = Math.min(first, wanted.get(segment));
            open.add(new LogRange(topic, segment, history.all() ? over : first, ends.get(segment)));
            if (!history.all()) {
                before.add(new LogRange(topic, segment, over, Math.min(first, ends.get(segment))));
            }
        }
    }

    /** What has always to be read whole to name things: hosts and VMs, rules, controls and requests. */
    public static RegionState named(Log log, Optional<Instant> at) {
        RegionState state = new RegionState(log.site(), log.segments());
        List<LogRange> ranges = Stream.of(Topic.INVENTORY, Topic.RULES, Topic.CONTROLS, Topic.REQUESTS)
                .flatMap(topic -> ranges(log, topic, Instant.EPOCH, at).stream())
                .toList();
        begin(log, ranges, state);
        return state;
    }

    /** Folds all arrivals of VMs up to a moment, so that the state knows since when each VM is where it is. */
    public static void arrivals(Log log, Optional<Instant> at, RegionState state) {
        state.arrivalsWhole();
        read(log, ranges(log, Topic.OUTCOMES, Instant.EPOCH, at), state::arrival);
    }

    private static void observations(Log log, Optional<Instant> to, Instant newest, RegionState state) {
        List<Integer> wanted = IntStream.range(0, log.segments()).boxed().toList();
        List<Long> ends = ends(log, Topic.OBSERVATIONS, to);
        for (Duration lookBack : LOOK_BACKS) {
            wanted = read(log, wanted, Optional.of(newest.minus(lookBack)), ends, state);
        }
        read(log, wanted, Optional.empty(), ends, state);
    }

    /** Reads observations of some segments from a time on; returns the segments where a host was still not found. */
    private static List<Integer> read(
            Log log, List<Integer> segments, Optional<Instant> from, List<Long> ends, RegionState state) {
        List<LogRange> ranges = new ArrayList<>();
        List<Long> firsts = segments.isEmpty()
                ? List.of()
                : from.map(time -> log.offsetsAt(Topic.OBSERVATIONS, time))
                        .orElseGet(() -> Collections.nCopies(log.segments(), 0L));
        for (int segment : segments) {
            state.forgetObservations(segment);
            ranges.add(new LogRange(Topic.OBSERVATIONS, segment, firsts.get(segment), ends.get(segment)));
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

    static void read(Log log, List<LogRange> ranges, Consumer<LogRecord> taker) {
        List<LogRange> filled =
                ranges.stream().filter(range -> range.from() < range.to()).toList();
        if (!filled.isEmpty()) {
            log.scan(filled, record -> {
                taker.accept(record);
                return true;
            });
        }
    }

    static long first(Log log, Topic topic, int segment, Instant from) {
        return from.isAfter(Instant.EPOCH) ? log.offsetAt(topic, segment, from) : 0;
    }

    private static List<Long> firsts(Log log, Topic topic, Instant from) {
        return from.isAfter(Instant.EPOCH) ? log.offsetsAt(topic, from) : Collections.nCopies(log.segments(), 0L);
    }

    /** What a topic holds from a time on, up to a moment, of all segments. */
    private static List<LogRange> ranges(Log log, Topic topic, Instant from, Optional<Instant> at) {
        List<Long> firsts = firsts(log, topic, from);
        List<Long> ends = ends(log, topic, at);
        return IntStream.range(0, log.segments())
                .mapToObj(segment -> new LogRange(topic, segment, firsts.get(segment), ends.get(segment)))
                .toList();
    }

    /** The log's time never goes back, so the first later record ends what counts, whatever the next ones say. */
    static List<Long> ends(Log log, Topic topic, Optional<Instant> at) {
        return at.map(moment -> log.offsetsAt(topic, moment.plusMillis(1))).orElseGet(() -> log.ends(topic));
    }
}
