package io.godwit.ops.judges;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Judges of a recorded log: leases, commands, answers to overloads, and what plans do to hosts and constraints on their way.
 * Where VMs truly were stands in no log, so nobody is asked for that. Records are taken in the order of their times; those of
 * one millisecond as they follow from one another; for plans, as each scheduler took its inputs.
 */
public final class LogJudges {
    private static final List<Topic> TOPICS =
            List.of(Topic.DETECTIONS, Topic.HOST_PARTITIONS, Topic.COMMANDS, Topic.OUTCOMES);

    private record Entry(long millis, Topic topic, int segment, long offset, SpecificRecord event) {
        static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::millis)
                .thenComparingInt(entry -> TOPICS.indexOf(entry.topic()))
                .thenComparingInt(Entry::segment)
                .thenComparingLong(Entry::offset);
    }

    /**
     * What was judged.
     *
     * @param faults the first ones of each judge, in order; empty: none was found
     */
    public record Judged(
            long detections, long leases, long commands, long outcomes, Plans plans, List<String> faults) {}

    /**
     * What was judged of plans that brought VMs to hosts.
     *
     * @param judged how many were followed from their decision on
     * @param passedOver how many were not, as the log does not tell what their schedulers had read
     * @param from log time from which on they were judged in all segments; EPOCH: from the log's beginning
     * @param missing why they were judged no further in a segment, in sentences
     */
    public record Plans(long judged, long passedOver, Instant from, List<String> missing) {}

    private LogJudges() {}

    /**
     * Reads the records of four topics into memory, and the inputs of schedulers beside.
     *
     * @param boundMillis what began longer before the log's end must be over by then
     * @param answers whether overloads must have an answer too, as they must in a region that was in mode auto all along
     */
    public static Judged of(Log log, long boundMillis, boolean answers) {
        List<Long> journalEnds =
                log.ends(Topic.JOURNAL); // first, so that all decisions that it tells of are among the entries
        List<Entry> entries = entries(log);
        Verdict verdict = new Verdict();
        LeaseJudge leases = new LeaseJudge(verdict);
        CommandJudge commands = new CommandJudge(verdict, leases, _ -> Optional.empty());
        AnswerJudge overloads = new AnswerJudge(verdict, true);
        for (Entry entry : entries) {
            leases.take(entry.event(), entry.millis());
            commands.take(entry.event(), entry.millis());
            overloads.take(entry.event(), entry.millis());
        }
        long end = entries.isEmpty() ? 0 : entries.getLast().millis();
        leases.settled(end - boundMillis, end);
        commands.settled(end - boundMillis, end);
        if (answers) {
            overloads.settled(end - boundMillis, end);
        }
        Plans plans = plans(log, journalEnds, entries, verdict);
        Function<Topic, Long> count = topic ->
                entries.stream().filter(entry -> entry.topic() == topic).count();
        return new Judged(
                count.apply(Topic.DETECTIONS),
                count.apply(Topic.HOST_PARTITIONS),
                count.apply(Topic.COMMANDS),
                count.apply(Topic.OUTCOMES),
                plans,
                verdict.faults());
    }

    private static Plans plans(Log log, List<Long> journalEnds, List<Entry> entries, Verdict verdict) {
        long judged = 0;
        long passedOver = 0;
        Instant from = Instant.EPOCH;
        List<String> missing = new ArrayList<>();
        Map<Integer, Map<Long, RecordedPlans.Decided>> decisions = decisions(entries);
        for (int segment = 0; segment < log.segments(); segment++) {
            Map<Long, RecordedPlans.Decided> ofSegment = decisions.getOrDefault(segment, Map.of());
            RecordedPlans.Judged plans =
                    RecordedPlans.judge(log, segment, journalEnds.get(segment), ofSegment, verdict);
            // what was decided since the journal's end was read is not passed over, but not judged yet
            boolean toTheEnd = plans.missing().isEmpty() && plans.read().from().isPresent();
            long until = toTheEnd ? plans.read().nextSequence() : Long.MAX_VALUE;
            Set<String> others = bringing(ofSegment, until);
            others.removeAll(plans.followed());
            judged += plans.followed().size();
            passedOver += others.size();
            Instant began = plans.read().from().orElse(Instant.EPOCH);
            from = began.isAfter(from) ? began : from;
            plans.missing().ifPresent(missing::add);
            if (journalEnds.get(segment) == 0 && !others.isEmpty()) {
                missing.add(
                        "the journal of segment " + segment + " is not in this log, so none of its plans was judged");
            }
        }
        return new Plans(judged, passedOver, from, List.copyOf(missing));
    }

    /** Those that schedulers made, by segment and number. */
    private static Map<Integer, Map<Long, RecordedPlans.Decided>> decisions(List<Entry> entries) {
        Map<Integer, Map<Long, RecordedPlans.Decided>> decisions = new HashMap<>();
        for (Entry entry : entries) {
            Schema.Field field = entry.event().getSchema().getField("decision");
            if (field != null && entry.event().get(field.pos()) instanceof Decision decision) {
                decisions
                        .computeIfAbsent(decision.getSegment(), _ -> new HashMap<>())
                        .putIfAbsent(decision.getSequence(), new RecordedPlans.Decided(entry.event(), entry.millis()));
            }
        }
        return decisions;
    }

    /** Host partitions whose commands bring VMs to hosts, of decisions below a number. */
    private static Set<String> bringing(Map<Long, RecordedPlans.Decided> decisions, long until) {
        Set<String> partitions = new HashSet<>();
        decisions.forEach((sequence, decided) -> {
            if (sequence < until) {
                Bringing.of(decided.event()).ifPresent(order -> partitions.add(order.partitionId()));
            }
        });
        return partitions;
    }

    private static List<Entry> entries(Log log) {
        List<LogRange> ranges = TOPICS.stream()
                .flatMap(topic -> IntStream.range(0, log.segments())
                        .mapToObj(segment -> new LogRange(topic, segment, 0, log.end(topic, segment))))
                .toList();
        List<Entry> entries = new ArrayList<>();
        log.scan(ranges, record -> {
            entry(record, entries);
            return true;
        });
        entries.sort(Entry.ORDER);
        return entries;
    }

    private static void entry(LogRecord record, List<Entry> entries) {
        try {
            entries.add(new Entry(
                    record.timestampMillis(),
                    record.topic(),
                    record.segment(),
                    record.offset(),
                    EventCodec.decode(record.value())));
        } catch (UnreadableRecord damaged) {
            // its reader told it to the dead letters, and so did nothing by it
        }
    }
}
