package io.godwit.ops.judges;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Judges of a recorded log: leases, commands, and answers to overloads. Where VMs truly were stands in no log, so nobody is asked
 * for that. Records are taken in the order of their times; those of one millisecond as they follow from one another.
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
     * @param faults the first ones, in order; empty: none was found
     */
    public record Judged(long detections, long leases, long commands, long outcomes, List<String> faults) {}

    private LogJudges() {}

    /**
     * Reads the records of four topics into memory.
     *
     * @param boundMillis what began longer before the log's end must be over by then
     * @param answers whether overloads must have an answer too, as they must in a region that was in mode auto all along
     */
    public static Judged of(Log log, long boundMillis, boolean answers) {
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
        Function<Topic, Long> count = topic ->
                entries.stream().filter(entry -> entry.topic() == topic).count();
        return new Judged(
                count.apply(Topic.DETECTIONS),
                count.apply(Topic.HOST_PARTITIONS),
                count.apply(Topic.COMMANDS),
                count.apply(Topic.OUTCOMES),
                verdict.faults());
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
