package io.godwit.executors.kafka;

import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.work.Append;
import io.godwit.executors.work.CommandEngine;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.kafka.DeadLetters;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;

/**
 * One membership in the group: reads commands, lets the engine step, appends what it decides. A segment is worked on once
 * what its earlier owners committed is read; after a transaction that failed it is read again. One thread uses it.
 */
public final class CommandLoop {
    private static final Duration POLL_BUSY = Duration.ofMillis(10);
    private static final Duration POLL_IDLE = Duration.ofMillis(100);
    private static final Duration COMMITTED_LIMIT = Duration.ofSeconds(10);

    /** What others may know of the loop. */
    public interface Watcher {
        void appended(SpecificRecord outcome);

        void deadLetter();

        void writeFailed();

        void stepped(CommandEngine.Counts counts, int segments, boolean ready);
    }

    private final String site;
    private final String slot;
    private final String lockId;
    private final Consumer<byte[], byte[]> consumer;
    private final OutcomeWriter writer;
    private final SegmentReader reader;
    private final RegionTail region;
    private final CommandEngine engine;
    private final MembershipProof proof;
    private final Watcher watcher;
    private final Set<Integer> toRestore = new TreeSet<>();
    private final List<ProducerRecord<byte[], byte[]>> deadLetters = new ArrayList<>();
    private final Set<Integer> deadLetterSegments = new HashSet<>();
    private Metric heartbeats;
    private Metric longestAnswer;
    private boolean joined;

    public CommandLoop(
            SiteKafka kafka,
            String slot,
            String lockId,
            Consumer<byte[], byte[]> consumer,
            OutcomeWriter writer,
            SegmentReader reader,
            RegionTail region,
            CommandEngine engine,
            MembershipProof proof,
            Watcher watcher) {
        this.site = kafka.site();
        this.slot = slot;
        this.lockId = lockId;
        this.consumer = consumer;
        this.writer = writer;
        this.reader = reader;
        this.region = region;
        this.engine = engine;
        this.proof = proof;
        this.watcher = watcher;
        consumer.subscribe(List.of(Topic.COMMANDS.of(site)), new Rebalance());
    }

    /** One round: about 10 ms while commands are open, 100 ms else. */
    public void round() {
        // before the poll, which tells of a loss: a refused heartbeat is counted as an answered one, see
        // MembershipProof
        proof.heartbeats(value(heartbeatMetric()), value(answerMetric()), System.nanoTime());
        CommandEngine.Counts counts = engine.counts();
        boolean busy = counts.queued() + counts.moving() + counts.unclear() > 0 || !toRestore.isEmpty();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(busy ? POLL_BUSY : POLL_IDLE)) {
            read(KafkaLog.toLogRecord(Topic.COMMANDS, record));
        }
        if (!toRestore.isEmpty() && region.caughtUp()) {
            restore();
        }
        write(engine.step());
        watcher.stepped(engine.counts(), engine.owned().size(), joined && toRestore.isEmpty() && region.caughtUp());
    }

    private void read(LogRecord record) {
        if (!engine.owns(record.segment())) {
            return; // paused until it is restored; what was fetched before is read again from there
        }
        try {
            switch (EventCodec.decode(record.value())) {
                case MigrateVm command -> {
                    checkSegment(record, command.getSourceHostId());
                    engine.read(record.position(), command);
                }
                case ResumeVm command -> {
                    checkSegment(record, command.getHostId());
                    engine.read(record.position(), command);
                }
                case ActOnVm command -> {
                    checkSegment(record, command.getHostId());
                    engine.read(record.position(), command);
                }
                case FenceHost command -> {
                    checkSegment(record, command.getHostId());
                    engine.read(record.position(), command);
                }
                case SpecificRecord other ->
                    throw new UnreadableRecord(other.getSchema().getName() + " is no command that executors know");
            }
        } catch (UnreadableRecord unreadable) {
            deadLetters.add(DeadLetters.record(site, record, unreadable.getMessage(), slot));
            deadLetterSegments.add(record.segment());
            engine.skip(record.segment(), record.offset());
            watcher.deadLetter();
        }
    }

    private void checkSegment(LogRecord record, String actingHostId) {
        int home = region.host(actingHostId).map(host -> host.segment()).orElse(record.segment());
        if (home != record.segment()) {
            throw new UnreadableRecord(
                    "the acting host %s belongs to segment %d; the writer must take it from the inventory"
                            .formatted(actingHostId, home));
        }
    }

    private void write(List<Append> appends) {
        if (appends.isEmpty() && deadLetters.isEmpty()) {
            return;
        }
        Set<Integer> touched = new HashSet<>(deadLetterSegments);
        appends.forEach(append -> touched.add(append.segment()));
        Map<TopicPartition, OffsetAndMetadata> offsets = touched.stream()
                .filter(engine::owns)
                .collect(Collectors.toMap(
                        this::commands,
                        segment -> new OffsetAndMetadata(
                                engine.floorAfter(segment, appends),
                                new CommitNote(slot, lockId, engine.outcomesFloor(segment)).toString())));
        long sentAt = System.nanoTime();
        Optional<Map<Integer, Long>> ends = writer.write(appends, deadLetters, offsets, consumer.groupMetadata());
        deadLetters.clear();
        deadLetterSegments.clear();
        if (ends.isPresent()) {
            proof.offsetsTaken(sentAt);
            ends.get().forEach(engine::appendedUpTo);
            engine.committed(appends);
            appends.forEach(append -> watcher.appended(append.outcome()));
        } else {
            watcher.writeFailed();
            letGo(engine.owned());
        }
    }

    private void restore() {
        writer.open(); // ends an open transaction of this slot's earlier process, which the offsets would wait for
        Set<TopicPartition> partitions = toRestore.stream().map(this::commands).collect(Collectors.toSet());
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions, COMMITTED_LIMIT);
        reader.read(toRestore, committed).forEach((segment, restored) -> {
            CommitNote note = restored.note();
            boolean ours = note.slot().equals(slot) && note.lockId().equals(lockId);
            engine.assign(
                    segment,
                    restored.ledger(),
                    restored.position(),
                    restored.outcomesEnd(),
                    restored.committed() && !ours);
            consumer.seek(commands(segment), restored.position());
        });
        consumer.resume(partitions);
        toRestore.clear();
    }

    /** Forgets what is known of segments that are still ours, to read it again. */
    private void letGo(Collection<Integer> segments) {
        for (int segment : segments) {
            engine.revoke(segment);
            toRestore.add(segment);
        }
        consumer.pause(segments.stream().map(this::commands).collect(Collectors.toSet()));
    }

    private TopicPartition commands(int segment) {
        return new TopicPartition(Topic.COMMANDS.of(site), segment);
    }

    private Metric heartbeatMetric() {
        if (heartbeats == null) {
            heartbeats = metric("heartbeat-total");
        }
        return heartbeats;
    }

    private Metric answerMetric() {
        if (longestAnswer == null) {
            longestAnswer = metric("heartbeat-response-time-max");
        }
        return longestAnswer;
    }

    private Metric metric(String name) {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(name)
                        && metric.getKey().group().equals("consumer-coordinator-metrics"))
                .map(metric -> (Metric) metric.getValue())
                .findFirst()
                .orElse(null);
    }

    private static double value(Metric metric) {
        return metric != null && metric.metricValue() instanceof Double number ? number : Double.NaN;
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            joined = true;
            consumer.pause(partitions);
            partitions.forEach(partition -> toRestore.add(partition.partition()));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> {
                engine.revoke(partition.partition());
                toRestore.remove(partition.partition());
            });
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            proof.lost();
            onPartitionsRevoked(partitions);
        }
    }
}
