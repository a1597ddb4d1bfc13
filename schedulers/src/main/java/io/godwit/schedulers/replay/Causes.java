package io.godwit.schedulers.replay;

import io.godwit.schedulers.replay.Trace.Access;
import io.godwit.schedulers.replay.Trace.Act;
import io.godwit.schedulers.replay.Trace.InVain;
import io.godwit.schedulers.replay.Trace.Said;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What decisions rest on: the inputs, of whichever segments, that made what the schedulers read for them. Found by deciding
 * the stretch again and following each entry of the state that was read to the inputs that last gave it its value, and so on
 * back to the snapshot that the replay begins with. Docs: docs/decisions/0045.
 */
public final class Causes {
    /** Kinds of entries of which a decision rests on all, where it looks at all; of others it looks for some. */
    private static final List<String> OF_WEIGHT = List.of("host/", "told/", "constraints/");

    /** Kinds of entries that are looked at to forget what is over alone. */
    private static final List<String> IDLE = List.of("hold/", "trail/", "moves/", "restarts/", "request/");

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

    private record Needed(int segment, Write write, String key) {}

    /** The inputs of one decision, as they are found. */
    private final class Slice {
        private final Map<Place, Integer> needed = new HashMap<>(); // how far a turn is needed, in accesses
        private final Map<Integer, TreeSet<Integer>> kept = new TreeMap<>(); // turns, by segment
        private final Map<Integer, TreeSet<String>> entries = new TreeMap<>();
        private final Deque<Place> open = new ArrayDeque<>();
        private final Map<Place, Integer> followed = new HashMap<>();

        Found of(Decision decision) {
            said(decision);
            do {
                follow();
            } while (undisturbed());
            Map<Integer, List<LogRecord>> inputs = new TreeMap<>();
            kept.forEach((segment, turns) -> inputs.put(
                    segment,
                    turns.stream().map(turn -> trace(segment).turn(turn).input()).toList()));
            Map<Integer, List<String>> keys = new TreeMap<>();
            entries.forEach((segment, of) -> keys.put(segment, List.copyOf(of)));
            return new Found(inputs, keys);
        }

        private void said(Decision decision) {
            Optional<Said> said = trace(decision.getSegment()).said(decision.getSequence());
            said.ifPresent(at -> need(decision.getSegment(), at.turn(), at.access()));
        }

        private void need(int segment, int turn, int access) {
            keep(segment, turn);
            Place place = new Place(segment, turn);
            if (access > needed.getOrDefault(place, -1)) {
                needed.put(place, access);
                open.add(place);
            }
        }

        private void keep(int segment, int turn) {
            if (kept.computeIfAbsent(segment, _ -> new TreeSet<>()).add(turn)) {
                LogRecord input = trace(segment).turn(turn).input();
                foreign(segment, input).ifPresent(this::said);
            }
        }

        private void need(int segment, String key, Write write) {
            if (write.turn() == Trace.SNAPSHOT) {
                entries.computeIfAbsent(segment, _ -> new TreeSet<>()).add(key);
            } else if (write.copied()) {
                keep(segment, write.turn());
            } else {
                need(segment, write.turn(), write.access());
            }
        }

        /** What was read before the accesses that are needed is needed, too. */
        private void follow() {
            while (!open.isEmpty()) {
                Place place = open.remove();
                int until = needed.get(place);
                int done = followed.getOrDefault(place, 0);
                followed.put(place, Math.max(done, until));
                Turn turn = trace(place.segment()).turn(place.turn());
                for (int access = done; access < until; access++) {
                    if (!turn.vainly(access)) {
                        firm(place, access, turn.accesses().get(access), false);
                    }
                }
            }
        }

        private void firm(Place place, int index, Access access, boolean evenNothing) {
            Trace trace = trace(place.segment());
            boolean ofWeight = access.act() == Act.READ
                    || (access.act() == Act.READ_ALL && OF_WEIGHT.contains(access.key()))
                    || (access.act() == Act.READ_ALL && access.key().startsWith("detection/") && access.key().length() > "detection/".length());
            if (!ofWeight) {
                return;
            }
            Collection<String> keys = access.act() == Act.READ
                    ? List.of(access.key())
                    : trace.under(access.key()).keySet();
            for (String key : keys) {
                trace.lastWrite(key, place.turn(), index)
                        .filter(write -> evenNothing || !write.nothing())
                        .filter(write -> write.turn() != place.turn())
                        .ifPresent(write -> need(place.segment(), key, write));
            }
        }

        /**
         * Where a kept input gave a value to something that a later kept input looks at, what changed it in between is
         * needed as well; so is what something came to nothing for, where the guard that stands for it is there.
         */
        private boolean undisturbed() {
            List<Needed> more = new ArrayList<>();
            List<Place> firmer = new ArrayList<>();
            kept.forEach((segment, turns) -> turns.forEach(turn -> disturbed(new Place(segment, turn), more, firmer)));
            more.forEach(one -> need(one.segment(), one.key(), one.write()));
            int before = size();
            firmer.forEach(this::firmer);
            return !more.isEmpty() || size() > before || !open.isEmpty();
        }

        private int size() {
            return kept.values().stream().mapToInt(TreeSet::size).sum()
                    + entries.values().stream().mapToInt(TreeSet::size).sum();
        }

        private void disturbed(Place place, List<Needed> more, List<Place> firmer) {
            Trace trace = trace(place.segment());
            Turn turn = trace.turn(place.turn());
            for (int index = 0; index < turn.accesses().size(); index++) {
                Access access = turn.accesses().get(index);
                Collection<String> keys = switch (access.act()) {
                    case READ -> List.of(access.key());
                    case READ_ALL ->
                        IDLE.contains(access.key())
                                ? List.of()
                                : trace.under(access.key()).keySet();
                    case CHANGED -> List.of();
                };
                for (String key : keys) {
                    Optional<Write> last = trace.lastWrite(key, place.turn(), index);
                    if (access.act() == Act.READ && turn.isSampleOf(key)) {
                        arrivals(place, key, more);
                    } else if (last.isPresent() && !isKept(place.segment(), key, last.get()) && earlier(place, key, last.get())) {
                        more.add(new Needed(place.segment(), last.get(), key));
                    }
                }
            }
            if (turn.inVain().stream().anyMatch(group -> guarded(place, trace, group))) {
                firmer.add(place);
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
                    more.add(new Needed(place.segment(), write, key));
                }
                before = write;
            }
        }

        private boolean guarded(Place place, Trace trace, InVain group) {
            return trace.lastWrite(group.guard(), place.turn(), group.from())
                    .filter(write -> isKept(place.segment(), group.guard(), write))
                    .isPresent();
        }

        private void firmer(Place place) {
            Trace trace = trace(place.segment());
            Turn turn = trace.turn(place.turn());
            for (InVain group : turn.inVain()) {
                if (guarded(place, trace, group)) {
                    for (int index = group.from(); index < group.to(); index++) {
                        firm(place, index, turn.accesses().get(index), true);
                    }
                }
            }
        }

        private boolean isKept(int segment, String key, Write write) {
            return write.turn() == Trace.SNAPSHOT
                    ? entries.containsKey(segment) && entries.get(segment).contains(key)
                    : kept.containsKey(segment) && kept.get(segment).contains(write.turn());
        }

        /** Whether an earlier value would show where the last one is left out. */
        private boolean earlier(Place place, String key, Write last) {
            for (Write write : trace(place.segment()).writes(key)) {
                if (write.equals(last)) {
                    return false;
                }
                if (isKept(place.segment(), key, write) && happens(place.segment(), write)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether what a value rests on is kept, so that a replay comes to it. */
        private boolean happens(int segment, Write write) {
            if (write.turn() == Trace.SNAPSHOT || write.copied()) {
                return true;
            }
            Trace trace = trace(segment);
            Turn turn = trace.turn(write.turn());
            for (int index = 0; index < write.access(); index++) {
                Access access = turn.accesses().get(index);
                if (access.act() == Act.READ && !turn.vainly(index)) {
                    Optional<Write> rests = trace.lastWrite(access.key(), write.turn(), index);
                    if (rests.isPresent()
                            && !rests.get().nothing()
                            && !isKept(segment, access.key(), rests.get())) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** The decision that an input from another segment's scheduler tells. */
    static Optional<Decision> foreign(int segment, LogRecord input) {
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
