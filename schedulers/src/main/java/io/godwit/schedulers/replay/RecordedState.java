package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.BrokenLog;
import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.SchedulerProgress;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.LogRecord;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A snapshot of a scheduler's state as it stands in the journal, to hold a state against that was reached again. Where the parts
 * are not the same bytes, the states are compared entry by entry: see docs/decisions/0049-a-replay-compares-states.md.
 */
final class RecordedState {
    private record Entry(LogRecord part, StateEntry entry) {
        byte[] value() {
            return bytes(entry.getValue());
        }
    }

    private final List<LogRecord> parts;
    private final SortedMap<String, Entry> entries = new TreeMap<>();
    private Instant logTime = Instant.EPOCH;

    /** @param parts at least one */
    RecordedState(List<LogRecord> parts) {
        this.parts = parts;
    }

    /** Whether the snapshot that was taken again is the same to the byte. */
    boolean sameBytes(List<Output> again) {
        boolean same = again.size() == parts.size();
        for (int part = 0; part < parts.size() && same; part++) {
            same = Arrays.equals(parts.get(part).value(), again.get(part).value());
        }
        return same;
    }

    /**
     * Where a state differs from this.
     *
     * @param otherCode whether other code recorded it, which may have taken snapshots at other times and lacked kinds of entries
     */
    Optional<DecisionReplay.StateDifference> differenceTo(SchedulerState replayed, boolean otherCode) {
        try {
            read();
        } catch (UnreadableRecord | BrokenLog damaged) {
            return Optional.of(new DecisionReplay.StateDifference(
                    parts.getFirst(), logTime, "", Optional.of(damaged.getMessage()), Optional.empty(), 0));
        }
        SortedMap<String, byte[]> now = replayed.entries();
        Set<String> kinds = entries.keySet().stream().map(RecordedState::kind).collect(Collectors.toSet());
        TreeSet<String> keys = new TreeSet<>(entries.keySet());
        keys.addAll(now.keySet());
        List<String> differing = new ArrayList<>();
        for (String key : keys) {
            boolean unknownThen = otherCode && !kinds.contains(kind(key));
            if (!unknownThen && !same(key, entries.get(key), now.get(key), otherCode)) {
                differing.add(key);
            }
        }
        return differing.stream()
                .findFirst()
                .map(first -> difference(first, now.get(first), differing.size() - 1))
                .or(() -> placeDiffers(replayed));
    }

    /** What each part tells of its place stands in the progress as well, and a replay may begin by it. */
    private Optional<DecisionReplay.StateDifference> placeDiffers(SchedulerState replayed) {
        String now = place(replayed.takenUpTo(), replayed.nextSequence(), replayed.logTime());
        for (LogRecord record : parts) {
            StateSnapshotted part = EventCodec.decode(record.value(), StateSnapshotted.class);
            String was = place(part.getTaken(), part.getNextSequence(), part.getLogTime());
            if (!was.equals(now)) {
                return Optional.of(new DecisionReplay.StateDifference(
                        record, logTime, "its place", Optional.of(was), Optional.of(now), 0));
            }
        }
        return Optional.empty();
    }

    private static String place(List<InputRun> taken, long nextSequence, Instant logTime) {
        return "before decision %d at %s, after %s".formatted(nextSequence, logTime, taken);
    }

    private void read() {
        for (int number = 0; number < parts.size(); number++) {
            StateSnapshotted part = EventCodec.decode(parts.get(number).value(), StateSnapshotted.class);
            logTime = part.getLogTime();
            if (part.getPart() != number || part.getParts() != parts.size()) {
                throw new BrokenLog("the snapshot has %d of %d parts".formatted(parts.size(), part.getParts()));
            }
            for (StateEntry entry : part.getEntries()) {
                entries.put(entry.getKey(), new Entry(parts.get(number), entry));
            }
        }
    }

    /** As "lease" of "lease/h1". */
    private static String kind(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? key : key.substring(0, slash);
    }

    private static boolean same(String key, Entry recorded, byte[] now, boolean otherCode) {
        if (recorded == null || now == null) {
            return false;
        }
        return EventCodec.same(recorded.value(), now)
                || (otherCode
                        && key.equals(SchedulerState.PROGRESS)
                        && EventCodec.same(recorded.value(), takenWhen(recorded.value(), now)));
    }

    /** The progress as if the last snapshot had been taken when the recorded one was. */
    private static byte[] takenWhen(byte[] recorded, byte[] now) {
        try {
            return EventCodec.encode(SchedulerProgress.newBuilder(EventCodec.decode(now, SchedulerProgress.class))
                    .setSnapshotAt(
                            EventCodec.decode(recorded, SchedulerProgress.class).getSnapshotAt())
                    .build());
        } catch (UnreadableRecord damaged) {
            return now;
        }
    }

    private DecisionReplay.StateDifference difference(String key, byte[] now, int more) {
        Optional<Entry> recorded = Optional.ofNullable(entries.get(key));
        return new DecisionReplay.StateDifference(
                recorded.map(Entry::part).orElse(parts.getFirst()),
                logTime,
                key,
                recorded.map(entry -> readable(entry.value())),
                Optional.ofNullable(now).map(RecordedState::readable),
                more);
    }

    private static String readable(byte[] value) {
        try {
            return EventCodec.decode(value) instanceof KnownSample sample
                    ? "offset %d, %s, %s"
                            .formatted(sample.getOffset(), sample.getLogTime(), readable(bytes(sample.getSampled())))
                    : EventCodec.decode(value).toString();
        } catch (UnreadableRecord damaged) {
            return damaged.getMessage();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
