package io.godwit.schedulers.replay;

import io.godwit.schedulers.replay.Trace.Access;
import io.godwit.schedulers.replay.Trace.Act;
import io.godwit.schedulers.replay.Trace.Turn;
import io.godwit.schedulers.replay.Trace.Write;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decisions rest on: the inputs, of whichever segments, that made what the schedulers read for them. Found by deciding
 * the stretch again and following each entry of the state that was read to the input that gave it its value, and so on back
 * to the snapshot that the replay begins with. Docs: docs/decisions/0045.
 */
public final class Causes {
    /** Kinds of entries that are looked at all at once only to forget what is over. */
    private static final List<String> FORGOTTEN = List.of("hold/", "trail/", "moves/", "restarts/", "request/");

    /**
     * The inputs, and what else it takes.
     *
     * @param inputs by segment, in the order in which they were taken
     * @param entries keys of the snapshot's state, by segment
     */
    public record Found(Map<Integer, List<LogRecord>> inputs, Map<Integer, List<String>> entries) {}

    private final Log log;
    private final Instant from;
    private final Instant to;
    private final Map<Integer, Trace> traces = new HashMap<>(); // looked up by segment

    /**
     * @param from the schedulers are followed from their newest snapshots before this log time
     * @param to up to this log time
     */
    public Causes(Log log, Instant from, Instant to) {
        this.log = log;
        this.from = from;
        this.to = to;
    }

    /** Empty where the decision was not made in the stretch. */
    public Optional<Found> of(Decision decision) {
        return trace(decision.getSegment()).said(decision.getSequence()).map(_ -> new Slice().of(decision));
    }

    private Trace trace(int segment) {
        return traces.computeIfAbsent(segment, _ -> Trace.of(log, segment, from, to));
    }

    private record Place(int segment, int turn) {}

    private record Needed(int segment, String key, Write write) {}

    /** The inputs of one decision, as they are found. */
    private final class Slice {
        private final Map<Integer, TreeSet<Integer>> kept = new TreeMap<>(); // turns, by segment
        private final Map<Integer, TreeSet<String>> entries = new TreeMap<>();
        private final Set<Place> needed = new HashSet<>(); // turns that were followed, or are open; asked only
        private final Deque<Place> open = new ArrayDeque<>();

        Found of(Decision decision) {
            said(decision);
            do {
                follow();
            } while (disturbed());
            Map<Integer, List<LogRecord>> inputs = new TreeMap<>();
            kept.forEach((segment, turns) -> inputs.put(
                    segment,
                    turns.stream()
                            .map(turn -> trace(segment).turn(turn).input())
                            .toList()));
            Map<Integer, List<String>> keys = new TreeMap<>();
            entries.forEach((segment, of) -> keys.put(segment, List.copyOf(of)));
            return new Found(inputs, keys);
        }

        private void said(Decision decision) {
            trace(decision.getSegment())
                    .said(decision.getSequence())
                    .ifPresent(turn -> need(new Place(decision.getSegment(), turn)));
        }

        private void need(Place place) {
            keep(place.segment(), place.turn());
            if (needed.add(place)) {
                open.add(place);
            }
        }

        private void keep(int segment, int turn) {
            if (kept.computeIfAbsent(segment, _ -> new TreeSet<>()).add(turn)) {
                foreign(segment, trace(segment).turn(turn).input()).ifPresent(this::said);
            }
        }

        private void need(Needed one) {
            if (one.write().turn() == Trace.SNAPSHOT) {
                entries.computeIfAbsent(one.segment(), _ -> new TreeSet<>()).add(one.key());
            } else if (one.write().copied()
                    && trace(one.segment()).onlyTold(one.write().turn())) {
                keep(one.segment(), one.write().turn());
            } else {
                need(new Place(one.segment(), one.write().turn()));
            }
        }

        /**
         * All that was read in a turn is needed, also after what it is needed for: else it does otherwise then, such as lend a
         * host that is asked for later.
         */
        private void follow() {
            while (!open.isEmpty()) {
                Place place = open.remove();
                Trace trace = trace(place.segment());
                List<Access> accesses = trace.turn(place.turn()).accesses();
                for (int index = 0; index < accesses.size(); index++) {
                    for (String key : looked(trace, accesses.get(index))) {
                        Optional<Write> write = trace.lastWrite(key, place.turn(), index);
                        if (write.isPresent()
                                && !write.get().nothing()
                                && write.get().turn() != place.turn()) {
                            need(new Needed(place.segment(), key, write.get()));
                        }
                    }
                }
            }
        }

        private static Collection<String> looked(Trace trace, Access access) {
            return switch (access.act()) {
                case READ -> List.of(access.key());
                case READ_ALL ->
                    FORGOTTEN.contains(access.key())
                            ? List.of()
                            : trace.under(access.key()).keySet();
                case CHANGED -> List.of();
            };
        }

        /**
         * Where a kept input gives a value to something that a later kept input looks at, what changed or ended it in between
         * is needed as well; true if there was anything of that.
         */
        private boolean disturbed() {
            List<Needed> more = new ArrayList<>();
            kept.forEach((segment, turns) -> turns.forEach(turn -> disturbed(new Place(segment, turn), more)));
            more.forEach(this::need);
            return !more.isEmpty();
        }

        private void disturbed(Place place, List<Needed> more) {
            Trace trace = trace(place.segment());
            Turn turn = trace.turn(place.turn());
            for (int index = 0; index < turn.accesses().size(); index++) {
                Access access = turn.accesses().get(index);
                for (String key : looked(trace, access)) {
                    Optional<Write> last = trace.lastWrite(key, place.turn(), index);
                    if (access.act() == Act.READ && turn.isSampleOf(key)) {
                        arrivals(place, key, more);
                    } else if (last.isPresent()
                            && !isKept(place.segment(), key, last.get())
                            && earlier(place.segment(), key, last.get())) {
                        more.add(new Needed(place.segment(), key, last.get()));
                    }
                }
            }
        }

        /** A sample is compared with the one before: so those since the last kept one that tell of other VMs are needed. */
        private void arrivals(Place place, String key, List<Needed> more) {
            Write before = null;
            boolean sinceKept = false;
            for (Write write : trace(place.segment()).writes(key)) {
                if (write.turn() >= place.turn()) {
                    return;
                }
                if (isKept(place.segment(), key, write)) {
                    sinceKept = true;
                } else if (sinceKept && before != null && before.vms() != write.vms()) {
                    more.add(new Needed(place.segment(), key, write));
                }
                before = write;
            }
        }

        private boolean isKept(int segment, String key, Write write) {
            return write.turn() == Trace.SNAPSHOT
                    ? entries.containsKey(segment) && entries.get(segment).contains(key)
                    : kept.containsKey(segment) && kept.get(segment).contains(write.turn());
        }

        /** Whether an earlier value would show where the last one is left out. */
        private boolean earlier(int segment, String key, Write last) {
            return trace(segment).writes(key).stream()
                    .takeWhile(write -> !write.equals(last))
                    .anyMatch(write -> isKept(segment, key, write));
        }
    }

    /** The decision that an input from another segment's scheduler tells. */
    private static Optional<Decision> foreign(int segment, LogRecord input) {
        if (input.topic() != Topic.HOST_PARTITIONS) {
            return Optional.empty();
        }
        try {
            return Trace.decisionOf(EventCodec.decode(input.value()))
                    .filter(decision -> decision.getSegment() != segment);
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }
}
