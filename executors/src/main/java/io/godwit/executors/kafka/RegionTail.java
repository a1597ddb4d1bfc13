package io.godwit.executors.kafka;

import io.godwit.executors.work.FoldedRegion;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The region as the log shows it: all hosts, the modes, which hosts were down since yesterday, and the leases from now on. */
public final class RegionTail extends FoldedRegion implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegionTail.class);
    private static final long MICROS_PER_MILLI = 1000;

    /** A command that has waited longer for a host that was proven to be down before ends by a person's word only. */
    private static final Duration CRASHES_BACK = Duration.ofDays(1);

    private final String site;
    private final Admin admin;
    private final TopicTail knowledge;
    private final TopicTail leases;
    private final TopicTail crashes;
    private final SiteKafka kafka;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    public RegionTail(SiteKafka kafka, Admin admin, String slot, int segments) {
        super(new RegionFold());
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
        this.leases = new TopicTail(
                kafka, site, slot + "-leases", List.of(Topic.HOST_PARTITIONS), all, TopicTail.From.END, this::take);
        this.crashes = new TopicTail(
                kafka,
                site,
                slot + "-crashes",
                List.of(Topic.REQUESTS, Topic.DETECTIONS, Topic.OUTCOMES),
                all,
                new TopicTail.From.Time(Instant.now().minus(CRASHES_BACK)),
                this::take);
    }

    private List<TopicTail> tails() {
        return List.of(knowledge, leases, crashes);
    }

    /** Done when all hosts and modes that stood in the log at the start are known. */
    public boolean caughtUp() {
        return failure() == null
                && tails().stream().allMatch(tail -> tail.caughtUp().isDone());
    }

    /** What ended the reading; null while it goes on. */
    public Throwable failure() {
        return tails().stream()
                .map(TopicTail::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
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
        tails().forEach(TopicTail::close);
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
