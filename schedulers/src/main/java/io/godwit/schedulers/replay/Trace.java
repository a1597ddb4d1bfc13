package io.godwit.schedulers.replay;

import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.partition.StateWatch;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/** Which entries of its state the scheduler of one segment read and changed, input by input, as it decided a stretch again. */
final class Trace implements StateWatch {
    /** Turn of what the snapshot held. */
    static final int SNAPSHOT = -1;

    private static final String SAMPLE = "sample/";
    private static final String DETECTION = "detection/";

    /** What was done with an entry, or with all whose keys begin so. */
    enum Act {
        READ,
        READ_ALL,
        CHANGED
    }

    record Access(Act act, String key) {}

    /**
     * A value that an entry was given.
     *
     * @param access index among what was done in its turn
     * @param nothing whether it is as good as none
     * @param copied whether it rests on the input alone
     * @param vms digest of the VMs that a sample names; 0 for all else
     */
    record Write(int turn, int access, boolean nothing, boolean copied, int vms) {
        boolean before(int otherTurn, int otherAccess) {
            return turn < otherTurn || (turn == otherTurn && access < otherAccess);
        }
    }

    /** An input, and what was done on it. */
    record Turn(LogRecord input, String sampleOf, List<Access> accesses) {
        /** Whether the input replaces the sample that an entry holds. */
        boolean isSampleOf(String key) {
            return key.equals(sampleOf);
        }
    }

    private final List<Turn> turns = new ArrayList<>();
    private final TreeMap<String, List<Write>> writes = new TreeMap<>();
    private final Map<Long, Integer> said = new HashMap<>(); // turns, by the number of the decision; looked up only
    private final Set<String> seen = new HashSet<>(); // keys read in this turn since they were last changed; asked only
    private Turn now;
    private Optional<HostSampled> sampled = Optional.empty();

    private Trace(RecordedJournal journal) {
        journal.entries().forEach((key, value) -> {
            boolean nothing = key.startsWith("lease/")
                    && EventCodec.decode(value, HostLease.class).getHolder().isEmpty();
            writes.put(key, new ArrayList<>(List.of(new Write(SNAPSHOT, 0, nothing, true, vms(key, value)))));
        });
    }

    /** Decides a segment's past again, from the newest snapshot before a time up to another time. */
    static Trace of(Log log, int segment, Instant from, Instant to) {
        RecordedJournal journal = RecordedJournal.of(log, segment, from, to);
        Trace trace = new Trace(journal);
        if (journal.snapshot().isEmpty()) {
            return trace;
        }
        RecordedInputs inputs = new RecordedInputs(log, segment, journal.snapshot());
        SegmentScheduler scheduler =
                new SegmentScheduler(journal.state(), segment, log.segments(), new RepairPlanner(), "trace");
        scheduler.watch(trace);
        List<InputsTaken> told = journal.rest();
        int next = 0;
        while (next < told.size()) {
            int until = inputs.batchEnd(told, next);
            List<InputsTaken> batch = told.subList(next, until);
            Map<Topic, Deque<LogRecord>> records = inputs.read(batch);
            for (InputsTaken taken : batch) {
                for (InputRun run : taken.getRuns()) {
                    Deque<LogRecord> ofTopic = records.get(RecordedInputs.topicOf(run));
                    while (!ofTopic.isEmpty() && ofTopic.getFirst().offset() <= run.getToOffset()) {
                        trace.take(scheduler, ofTopic.removeFirst());
                    }
                }
            }
            next = until;
        }
        return trace;
    }

    private void take(SegmentScheduler scheduler, LogRecord input) {
        Optional<SpecificRecord> event = read(input.value());
        sampled = event.filter(HostSampled.class::isInstance).map(HostSampled.class::cast);
        now = new Turn(input, sampled.map(sample -> SAMPLE + sample.getHostId()).orElse(""), new ArrayList<>());
        turns.add(now);
        seen.clear();
        boolean _ = scheduler.take(input).outputs().isEmpty();
    }

    private static Optional<SpecificRecord> read(byte[] value) {
        try {
            return Optional.of(EventCodec.decode(value));
        } catch (UnreadableRecord damaged) {
            return Optional.empty();
        }
    }

    private static int vms(HostSampled sample) {
        return sample.getVms().stream().map(VmSample::getVmId).toList().hashCode();
    }

    private static int vms(String key, byte[] value) {
        if (!key.startsWith(SAMPLE)) {
            return 0;
        }
        KnownSample known = EventCodec.decode(value, KnownSample.class);
        byte[] bytes = new byte[known.getSampled().remaining()];
        known.getSampled().duplicate().get(bytes);
        return vms(EventCodec.decode(bytes, HostSampled.class));
    }

    @Override
    public void read(String key) {
        note(Act.READ, key);
    }

    @Override
    public void readAll(String prefix) {
        note(Act.READ_ALL, prefix);
    }

    private void note(Act act, String key) {
        if (seen.add(act + key)) {
            now.accesses().add(new Access(act, key));
        }
    }

    @Override
    public void wrote(String key, boolean nothing) {
        changed(key, nothing, false);
    }

    @Override
    public void copied(String key) {
        changed(key, false, true);
    }

    private void changed(String key, boolean nothing, boolean copied) {
        int index = now.accesses().size();
        now.accesses().add(new Access(Act.CHANGED, key));
        writes.computeIfAbsent(key, _ -> new ArrayList<>())
                .add(new Write(
                        turns.size() - 1,
                        index,
                        nothing,
                        copied,
                        now.isSampleOf(key) ? vms(sampled.orElseThrow()) : 0));
        seen.clear();
    }

    @Override
    public void said(SpecificRecord event) {
        Schema.Field partition = event.getSchema().getField("partitionId");
        if (partition != null && event.get(partition.pos()) instanceof String id) {
            note(Act.READ, "partition/" + id); // which may have been found among all
        }
        decisionOf(event).ifPresent(decision -> said.putIfAbsent(decision.getSequence(), turns.size() - 1));
    }

    static Optional<Decision> decisionOf(SpecificRecord event) {
        Schema.Field field = event.getSchema().getField("decision");
        return field == null ? Optional.empty() : Optional.of((Decision) event.get(field.pos()));
    }

    Turn turn(int index) {
        return turns.get(index);
    }

    /** The turn in which a decision was made. */
    Optional<Integer> said(long sequence) {
        return Optional.ofNullable(said.get(sequence));
    }

    /** Whether an input did no more than tell a value: it changed nothing else, and met no open detection to be answered. */
    boolean onlyTold(int turn) {
        List<Access> accesses = turns.get(turn).accesses();
        return accesses.stream().filter(access -> access.act() == Act.CHANGED).count() == 1
                && IntStream.range(0, accesses.size()).noneMatch(index -> metDetection(turn, index));
    }

    private boolean metDetection(int turn, int index) {
        Access access = turns.get(turn).accesses().get(index);
        return access.act() == Act.READ_ALL
                && access.key().startsWith(DETECTION)
                && under(access.key()).keySet().stream()
                        .anyMatch(key -> lastWrite(key, turn, index)
                                .filter(write -> !write.nothing())
                                .isPresent());
    }

    /** What an entry was last given before an access; empty: it never was. */
    Optional<Write> lastWrite(String key, int turn, int access) {
        List<Write> before = writesBefore(key, turn, access);
        return before.isEmpty() ? Optional.empty() : Optional.of(before.getLast());
    }

    /** All that an entry was given before an access, in order. */
    List<Write> writesBefore(String key, int turn, int access) {
        List<Write> all = writes.getOrDefault(key, List.of());
        int low = 0;
        int high = all.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (all.get(middle).before(turn, access)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return all.subList(0, low);
    }

    /** All that an entry was ever given, in order. */
    List<Write> writes(String key) {
        return writes.getOrDefault(key, List.of());
    }

    /** Keys of entries that ever were. */
    SortedMap<String, List<Write>> under(String prefix) {
        return writes.subMap(prefix, prefix + Character.MAX_VALUE);
    }
}
