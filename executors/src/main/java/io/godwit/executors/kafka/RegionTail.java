package io.godwit.executors.kafka;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.executors.work.Region;
import io.godwit.executors.work.RegionFold;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The region as the log shows it: all hosts, the modes, and the leases and words of people from now on. */
public final class RegionTail implements Region, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegionTail.class);
    private static final long MICROS_PER_MILLI = 1000;

    private final String site;
    private final Admin admin;
    private final TopicTail knowledge;
    private final TopicTail news;
    private final RegionFold fold = new RegionFold();
    private final SiteKafka kafka;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public RegionTail(SiteKafka kafka, Admin admin, String slot, int segments) {
        this.site = kafka.site();
        this.kafka = kafka;
        this.admin = admin;
        List<Integer> all = IntStream.range(0, segments).boxed().toList();
        this.knowledge = new TopicTail(
                kafka,
                site,
                slot + "-region",
                List.of(Topic.INVENTORY, Topic.CONTROLS),
                all,
                TopicTail.From.BEGINNING,
                this::take);
        this.news = new TopicTail(
                kafka,
                site,
                slot + "-news",
                List.of(Topic.HOST_PARTITIONS, Topic.REQUESTS, Topic.DETECTIONS),
                all,
                TopicTail.From.END,
                this::take);
    }

    /** Done when all hosts and modes that stood in the log at the start are known. */
    public boolean caughtUp() {
        return knowledge.caughtUp().isDone() && news.caughtUp().isDone() && failure() == null;
    }

    /** What ended the reading; null while it goes on. */
    public Throwable failure() {
        return knowledge.failure() == null ? news.failure() : knowledge.failure();
    }

    @Override
    public Optional<HostAddress> host(String hostId) {
        return fold.host(hostId);
    }

    @Override
    public boolean member(String hostId) {
        return fold.member(hostId);
    }

    @Override
    public long oldestEpoch(String hostId) {
        return fold.oldestEpoch(hostId);
    }

    @Override
    public boolean down(String hostId) {
        return fold.down(hostId);
    }

    @Override
    public boolean off(int segment) {
        return fold.off(segment);
    }

    @Override
    public OwnerMark ownerElsewhere(String vmId, String hostId) {
        return fold.ownerElsewhere(vmId, hostId);
    }

    /** Read when it is asked for: the definitions of all VMs of a site would fill the memory of an executor. */
    @Override
    public CompletableFuture<String> definition(Position vmDefined) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (KafkaLog log = new KafkaLog(kafka, site)) {
                        return log.at(Topic.INVENTORY, vmDefined.getSegment(), vmDefined.getOffset())
                                .map(record -> EventCodec.decode(record.value(), VmDefined.class)
                                        .getDefinition())
                                .orElseThrow(() -> new IllegalStateException("the inventory has no record at segment "
                                        + vmDefined.getSegment() + ", offset " + vmDefined.getOffset()));
                    }
                },
                threads);
    }

    /** The broker keeps the newest timestamp of a segment, so none of its observations need be read. */
    @Override
    public CompletableFuture<Long> logTimeMicros(int segment) {
        TopicPartition partition = new TopicPartition(Topic.OBSERVATIONS.of(site), segment);
        return admin.listOffsets(Map.of(partition, OffsetSpec.maxTimestamp()))
                .partitionResult(partition)
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(found -> Math.max(0, found.timestamp()) * MICROS_PER_MILLI);
    }

    @Override
    public void close() {
        knowledge.close();
        news.close();
        threads.shutdown();
    }

    /** One record of any topic that is read. */
    void take(LogRecord record) {
        try {
            fold.take(record, EventCodec.decode(record.value()));
        } catch (UnreadableRecord unreadable) { // its topic's own reader tells it to the dead letters
            LOG.atWarn()
                    .addKeyValue("position", record.position())
                    .addKeyValue("why", unreadable.getMessage())
                    .log("a record was passed over");
        }
    }
}
