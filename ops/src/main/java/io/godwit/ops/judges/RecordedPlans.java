package io.godwit.ops.judges;

import io.godwit.schedulers.replay.RecordedTurns;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionMember;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * The plans of one segment's scheduler before the judges of loads and constraints: its inputs and its decisions are put to
 * them in the order that its journal tells, so that they know what it had read when it decided.
 */
final class RecordedPlans implements RecordedTurns.Reader {
    /** A decision of this segment as it stands in the log. */
    record Decided(SpecificRecord event, long millis) {}

    private final int segment;
    private final Map<Long, Decided> decisions;
    private final Set<String> unused;
    private final KnownHosts known = new KnownHosts();
    private final LoadJudge loads;
    private final ConstraintJudge constraints;
    private final Set<String> passedOver = new HashSet<>(); // host partitions
    private Optional<String> lacks = Optional.empty();

    private RecordedPlans(int segment, Map<Long, Decided> decisions, Set<String> unused, Verdict verdict) {
        this.segment = segment;
        this.decisions = decisions;
        this.unused = unused;
        this.loads = new LoadJudge(verdict, known);
        this.constraints = new ConstraintJudge(verdict, known);
    }

    /**
     * What was judged of a segment.
     *
     * @param followed host partitions whose plans brought a VM to a host, and were judged
     * @param missing why it went no further, in a sentence; empty: it went to the end
     */
    record Judged(RecordedTurns.Read read, Set<String> followed, Optional<String> missing) {}

    /**
     * Judges the plans of a segment.
     *
     * @param journalEnd offset of the journal up to which it is read
     * @param decisions all of the segment's, by number, up to there at least
     */
    static Judged judge(Log log, int segment, long journalEnd, Map<Long, Decided> decisions, Verdict verdict) {
        RecordedPlans plans = new RecordedPlans(segment, decisions, unused(log, segment), verdict);
        RecordedTurns.Read read = RecordedTurns.read(log, segment, journalEnd, plans);
        return new Judged(read, plans.loads.followed(), read.missing().or(() -> plans.lacks));
    }

    /** Places of the inputs that schedulers could not use, by their own word, so that nothing rests on them. */
    private static Set<String> unused(Log log, int segment) {
        Set<String> places = new HashSet<>();
        log.scan(List.of(LogRange.all(Topic.DEAD_LETTERS, segment)), record -> {
            if (decoded(record.value()) instanceof DeadLetter letter
                    && letter.getReader().startsWith("scheduler-")) {
                places.add(place(
                        letter.getPosition().getTopic(), letter.getPosition().getOffset()));
            }
            return true;
        });
        return places;
    }

    private static String place(String stage, long offset) {
        return stage + " " + offset;
    }

    private static SpecificRecord decoded(byte[] value) {
        try {
            return EventCodec.decode(value);
        } catch (UnreadableRecord damaged) {
            return null; // its reader could do nothing with it either
        }
    }

    @Override
    public void began(StateSnapshotted part) {
        for (StateEntry entry : part.getEntries()) {
            switch (decoded(bytes(entry.getValue()))) {
                case KnownSample sample
                when decoded(bytes(sample.getSampled())) instanceof HostSampled sampled -> known.delivered(sampled);
                case ConstraintsApplied applied -> constraints.delivered(segment, applied);
                case OpenPartition open -> open(open);
                case null, default -> {} // no plan is judged by it
            }
        }
    }

    /** One that has asked for its plan has done so by samples that are not told any more. */
    private void open(OpenPartition open) {
        if (open.getPlan() != null || open.getSolving() != null) {
            passedOver.add(open.getPartitionId());
        }
        for (PartitionMember member : open.getMembers()) {
            if (member.getFacts() != null) {
                known.lent(open.getPartitionId(), member.getLease(), member.getFacts());
            }
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public void took(LogRecord input) {
        SpecificRecord event = decoded(input.value());
        if (event == null || unused.contains(place(input.topic().stage(), input.offset()))) {
            return;
        }
        known.delivered(event);
        constraints.delivered(segment, event);
        if (input.topic() == Topic.OUTCOMES || event instanceof OutcomeRelayed) {
            loads.take(event, input.timestampMillis());
            constraints.take(event, input.timestampMillis());
        }
    }

    /** All decisions of a turn stand in the log, or none; where one is not there, it was damaged. */
    @Override
    public boolean decided(long firstSequence, long nextSequence) {
        for (long sequence = firstSequence; sequence < nextSequence; sequence++) {
            Decided decided = decisions.get(sequence);
            if (decided == null) {
                lacks = Optional.of("decision %d of segment %d is not in the log".formatted(sequence, segment));
                return false;
            }
            take(decided.event(), decided.millis());
        }
        return true;
    }

    private void take(SpecificRecord event, long millis) {
        switch (event) {
            case SolveAsked asked -> {
                passedOver.remove(asked.getPartitionId());
                unknown(asked.getPartitionId(), known.knows(asked.getPartitionId(), asked.getMembers()));
            }
            case PlanDecided decided ->
                unknown(decided.getPartitionId(), known.knows(decided.getPartitionId(), decided.getMembers()));
            default -> {} // rests on a plan, or on none
        }
        if (!passedOver.contains(partitionOf(event))) {
            loads.take(event, millis);
            constraints.take(event, millis);
            known.take(event);
        }
    }

    private void unknown(String partitionId, boolean known) {
        if (!known) {
            passedOver.add(partitionId);
        }
    }

    private static String partitionOf(SpecificRecord event) {
        var field = event.getSchema().getField("partitionId");
        return field == null ? "" : (String) event.get(field.pos());
    }
}
