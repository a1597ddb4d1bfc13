package io.godwit.ops.cli;

import io.godwit.ops.words.Concerned;
import io.godwit.ops.words.EventWords;
import io.godwit.ops.words.Names;
import io.godwit.ops.words.Telling;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/**
 * What happened in a stretch of one site's log, in the order of the log's time; of one time, in the order in which one thing
 * leads to the next. Of observations only those are decoded that are told.
 */
final class Timeline {
    /** Hosts and VMs bear names, and requests the VMs that they are about, from before the stretch. */
    private static final List<Topic> KNOWN_BEFORE = List.of(Topic.INVENTORY, Topic.REQUESTS);

    /** From cause to effect. */
    private static final List<Topic> TOLD = List.of(
            Topic.CONTROLS,
            Topic.RULES,
            Topic.INVENTORY,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.REQUESTS,
            Topic.HOST_PARTITIONS,
            Topic.COMMANDS,
            Topic.OUTCOMES);

    private static final Set<String> OBSERVATIONS_TOLD = Set.of("VmChanged", "HostLost");

    private static final Comparator<LogRecord> ORDER = Comparator.comparingLong(LogRecord::timestampMillis)
            .thenComparingInt(record -> TOLD.indexOf(record.topic()))
            .thenComparingInt(LogRecord::segment)
            .thenComparingLong(LogRecord::offset);

    /** One line. */
    record Entry(Instant at, Telling told, String event, Concerned concerned, Position position) {}

    private final Log log;
    private final Names names = new Names();
    private final EventWords words;
    private final Map<String, Concerned> requests = new HashMap<>(); // what they are about, by id
    private long unreadable;

    Timeline(Log log) {
        this.log = log;
        this.words = new EventWords(log.site(), names);
    }

    /** What was appended from a moment to another, both inclusive; empty: to the log's end. */
    List<Entry> between(Instant from, Optional<Instant> to) {
        List<LogRange> before = new ArrayList<>();
        List<LogRange> within = new ArrayList<>();
        for (Topic topic : TOLD) {
            for (int segment = 0; segment < log.segments(); segment++) {
                int of = segment;
                long first = log.offsetAt(topic, segment, from);
                long end = to.map(moment -> log.offsetAt(topic, of, moment.plusMillis(1)))
                        .orElseGet(() -> log.end(topic, of));
                within.add(new LogRange(topic, segment, first, end));
                if (KNOWN_BEFORE.contains(topic)) {
                    before.add(new LogRange(topic, segment, 0, first));
                }
            }
        }
        scan(before).forEach(this::told);
        List<LogRecord> records = scan(within);
        return records.stream().flatMap(record -> told(record).stream()).toList();
    }

    /** What people call hosts and VMs, as far as it was read. */
    Names names() {
        return names;
    }

    /** Records that could not be read, and are not told. */
    long unreadable() {
        return unreadable;
    }

    private List<LogRecord> scan(List<LogRange> ranges) {
        List<LogRecord> records = new ArrayList<>();
        List<LogRange> filled =
                ranges.stream().filter(range -> range.from() < range.to()).toList();
        if (!filled.isEmpty()) {
            log.scan(filled, record -> {
                if (record.topic() != Topic.OBSERVATIONS || isTold(record)) {
                    records.add(record);
                }
                return true;
            });
        }
        records.sort(ORDER);
        return records;
    }

    private static boolean isTold(LogRecord observation) {
        return EventCodec.nameOf(observation.value())
                .map(OBSERVATIONS_TOLD::contains)
                .orElse(true); // counted as unreadable where it is told
    }

    private List<Entry> told(LogRecord record) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord _) {
            unreadable++;
            return List.of();
        }
        names.take(event);
        if (event instanceof CommandSucceeded ended && ended.getSourceHostId().equals(ended.getTargetHostId())) {
            learn(ended.getCommand());
        }
        Concerned concerned = concerned(event);
        return words.of(record.segment(), event).stream()
                .map(told -> new Entry(
                        Instant.ofEpochMilli(record.timestampMillis()),
                        told,
                        event.getSchema().getName(),
                        concerned,
                        record.position()))
                .toList();
    }

    /** What was done is told by the command, which may stand before the stretch. */
    private void learn(Position command) {
        log.at(Topic.COMMANDS, command.getSegment(), command.getOffset()).ifPresent(record -> {
            try {
                words.of(record.segment(), EventCodec.decode(record.value()));
            } catch (UnreadableRecord _) {
                // counted where it is told itself
            }
        });
    }

    /** Answers name a request, and it the VM. */
    private Concerned concerned(SpecificRecord event) {
        Concerned concerned = Concerned.by(event);
        return switch (event) {
            case VmActionAsked asked -> {
                requests.put(asked.getRequestId(), concerned);
                yield concerned;
            }
            case RequestAnswered answered -> requests.getOrDefault(answered.getRequestId(), concerned);
            case RequestWithdrawn withdrawn -> requests.getOrDefault(withdrawn.getRequestId(), concerned);
            default -> concerned;
        };
    }
}
