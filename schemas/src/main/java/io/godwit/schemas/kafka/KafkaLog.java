package io.godwit.schemas.kafka;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;

/**
 * The log of one site in Kafka: its own, or the mirrored copy that another site's Kafka holds. Of a copy, records carry the
 * offsets of their home (header {@value #HOME_OFFSET}), a record that was copied twice is handed over once, and ranges are
 * meant in the offsets of this Kafka; only {@link #at} takes the offset at home. Not safe for use by several threads.
 */
public final class KafkaLog implements Log {
    /** Header that the mirror adds: the offset at home, 8 bytes, big-endian. */
    public static final String HOME_OFFSET = "godwit.home.offset";

    /** How long the Kafka may say nothing before it counts as gone. */
    static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final String site;
    private final boolean copy;
    private final int segments;
    private final String incarnation;
    private final String bootstrap;
    private boolean scanning;
    private final Consumer<byte[], byte[]> consumer;

    /** @param site site whose topics are read; another than the Kafka's own reads the mirrored copy */
    public KafkaLog(SiteKafka kafka, String site) {
        this.site = site;
        this.copy = !site.equals(kafka.site());
        this.bootstrap = kafka.settings().bootstrap();
        this.consumer = kafka.scanner("log-reader-" + site);
        try (Admin admin = kafka.admin()) {
            this.incarnation = admin.describeCluster().clusterId().get();
            this.segments = consumer.partitionsFor(Topic.INVENTORY.of(site)).size();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        } catch (java.util.concurrent.ExecutionException failed) {
            throw new KafkaException(
                    "cannot read the log of site " + site + " at "
                            + kafka.settings().bootstrap() + ": "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        }
    }

    /** This log with every offset as at home, whether or not it is a copy; closing it closes this. */
    public Log byHomeOffsets() {
        return copy ? new MirroredLog(this) : this;
    }

    @Override
    public String site() {
        return site;
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public int segments() {
        return segments;
    }

    @Override
    public long beginning(Topic topic, int segment) {
        return beginnings(assigned(topic, segment)).values().iterator().next();
    }

    @Override
    public long end(Topic topic, int segment) {
        return ends(assigned(topic, segment)).values().iterator().next();
    }

    @Override
    public List<Long> beginnings(Topic topic) {
        return inOrder(topic, beginnings(assigned(topic)));
    }

    @Override
    public List<Long> ends(Topic topic) {
        return inOrder(topic, ends(assigned(topic)));
    }

    private List<Long> inOrder(Topic topic, Map<TopicPartition, Long> offsets) {
        return IntStream.range(0, segments)
                .mapToObj(segment -> offsets.get(new TopicPartition(topic.of(site), segment)))
                .toList();
    }

    private Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) {
        return answered(partitions, () -> consumer.beginningOffsets(partitions, ANSWER_WITHIN));
    }

    private Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
        return answered(partitions, () -> consumer.endOffsets(partitions, ANSWER_WITHIN));
    }

    private <T> T answered(Set<TopicPartition> partitions, Supplier<T> question) {
        try {
            return question.get();
        } catch (TimeoutException silent) {
            LogUnreachable unreachable =
                    new LogUnreachable(bootstrap, site, "asked how far " + names(partitions) + " reach");
            unreachable.initCause(silent);
            throw unreachable;
        }
    }

    private static String names(Set<TopicPartition> partitions) {
        return partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        Set<TopicPartition> partitions = assigned(topic, segment);
        TopicPartition partition = partitions.iterator().next();
        OffsetAndTimestamp found = answered(
                        partitions,
                        () -> consumer.offsetsForTimes(
                                Map.of(partition, Math.max(0, time.toEpochMilli())), // Kafka refuses times before 1970
                                ANSWER_WITHIN))
                .get(partition);
        return found == null ? end(topic, segment) : found.offset();
    }

    @Override
    public List<Long> offsetsAt(Topic topic, Instant time) {
        Set<TopicPartition> partitions = assigned(topic);
        long millis = Math.max(0, time.toEpochMilli());
        Map<TopicPartition, Long> times = partitions.stream().collect(Collectors.toMap(one -> one, _ -> millis));
        Map<TopicPartition, OffsetAndTimestamp> found =
                answered(partitions, () -> consumer.offsetsForTimes(times, ANSWER_WITHIN));
        Map<TopicPartition, Long> offsets = new HashMap<>(ends(partitions)); // where nothing is as young
        found.forEach((partition, first) -> {
            if (first != null) {
                offsets.put(partition, first.offset());
            }
        });
        return inOrder(topic, offsets);
    }

    /** Assigned before its offsets are asked for, or the client warns of what it was told of and not assigned. */
    private Set<TopicPartition> assigned(Topic topic, int segment) {
        return assigned(Set.of(new TopicPartition(topic.of(site), segment)));
    }

    private Set<TopicPartition> assigned(Topic topic) {
        return assigned(IntStream.range(0, segments)
                .mapToObj(segment -> new TopicPartition(topic.of(site), segment))
                .collect(Collectors.toSet()));
    }

    private Set<TopicPartition> assigned(Set<TopicPartition> partitions) {
        consumer.assign(partitions);
        return partitions;
    }

    /** One record by its offset at home. */
    @Override
    public Optional<LogRecord> at(Topic topic, int segment, long offset) {
        if (!copy) {
            return Log.super.at(topic, segment, offset);
        }
        if (segment < 0 || segment >= segments) {
            return Optional.empty();
        }
        return next(topic, segment, placeOf(topic, segment, offset), end(topic, segment))
                .filter(found -> found.offset() == offset);
    }

    /**
     * Where in this Kafka a record of that offset at home or a later one comes first: of a copy found by halving, since home
     * offsets grow along it.
     */
    long placeOf(Topic topic, int segment, long offset) {
        long low = beginning(topic, segment);
        long high = end(topic, segment);
        if (!copy) {
            return Math.clamp(offset, low, high);
        }
        if (next(topic, segment, low, high)
                .filter(first -> first.offset() < offset)
                .isEmpty()) {
            return low;
        }
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (next(topic, segment, middle, high)
                    .filter(found -> found.offset() < offset)
                    .isPresent()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Optional<LogRecord> next(Topic topic, int segment, long from, long to) {
        List<LogRecord> next = new ArrayList<>(1);
        scan(List.of(new LogRange(topic, segment, from, to)), record -> {
            next.add(record);
            return false;
        });
        return next.stream().findFirst();
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        if (scanning) {
            throw new IllegalStateException("a log is scanned once at a time; ask it after the scan");
        }
        scanning = true;
        try {
            scanned(ranges, visitor);
        } finally {
            scanning = false;
        }
    }

    private void scanned(List<LogRange> ranges, Visitor visitor) {
        Map<TopicPartition, LogRange> wanted = new HashMap<>();
        for (LogRange range : ranges) {
            wanted.put(new TopicPartition(range.topic().of(site), range.segment()), range);
        }
        consumer.assign(wanted.keySet());
        Map<TopicPartition, Long> beginnings = beginnings(wanted.keySet());
        Map<TopicPartition, Long> ends = ends(wanted.keySet());
        Map<TopicPartition, Long> stops = new HashMap<>();
        wanted.forEach((partition, range) -> {
            long stop = Math.min(range.to(), ends.get(partition));
            if (Math.max(range.from(), beginnings.get(partition)) < stop) {
                stops.put(partition, stop);
            }
        });
        consumer.assign(stops.keySet());
        stops.keySet()
                .forEach(partition ->
                        consumer.seek(partition, Math.max(wanted.get(partition).from(), beginnings.get(partition))));
        Set<TopicPartition> open = new HashSet<>(stops.keySet());
        Map<TopicPartition, Long> newest = new HashMap<>(); // of a copy, by home offset
        long progressNanos = System.nanoTime();
        try {
            while (!open.isEmpty()) {
                var polled = consumer.poll(POLL);
                if (!polled.isEmpty()) {
                    progressNanos = System.nanoTime();
                } else if (System.nanoTime() - progressNanos > ANSWER_WITHIN.toNanos()) {
                    throw new LogUnreachable(bootstrap, site, reached(open, stops));
                }
                for (TopicPartition partition : polled.partitions()) {
                    Topic topic = wanted.get(partition).topic();
                    long stop = stops.get(partition);
                    for (ConsumerRecord<byte[], byte[]> record : polled.records(partition)) {
                        if (record.offset() >= stop || (copy && seenBefore(newest, partition, record))) {
                            continue;
                        }
                        if (!visitor.take(toLogRecord(topic, record))) {
                            return;
                        }
                    }
                }
                Set<TopicPartition> done = new HashSet<>();
                for (TopicPartition partition : open) {
                    if (consumer.position(partition) >= stops.get(partition)) {
                        done.add(partition);
                    }
                }
                if (!done.isEmpty()) {
                    progressNanos = System.nanoTime();
                    open.removeAll(done);
                    consumer.pause(done);
                }
            }
        } finally {
            consumer.unsubscribe();
        }
    }

    private String reached(Set<TopicPartition> open, Map<TopicPartition, Long> stops) {
        TopicPartition first = open.stream()
                .min(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition))
                .orElseThrow();
        return "read %s segment %d up to offset %d of %d"
                .formatted(first.topic(), first.partition(), consumer.position(first, POLL), stops.get(first));
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_WITHIN));
    }

    /** A consumed record as our own; of a mirrored copy with the offset at home. */
    public static LogRecord toLogRecord(Topic topic, ConsumerRecord<byte[], byte[]> record) {
        return new LogRecord(
                topic, record.partition(), homeOffset(record), record.timestamp(), record.key(), record.value());
    }

    /** A mirror that starts again may copy a record once more; its home offset then does not grow. */
    private static boolean seenBefore(
            Map<TopicPartition, Long> newest, TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        long home = homeOffset(record);
        if (home <= newest.getOrDefault(partition, -1L)) {
            return true;
        }
        newest.put(partition, home);
        return false;
    }

    private static long homeOffset(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(HOME_OFFSET);
        return header == null
                ? record.offset()
                : ByteBuffer.wrap(header.value()).getLong();
    }

    /** Key of a record as text. */
    public static String keyOf(LogRecord record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }
}
