package io.godwit.executors.kafka;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.work.Region;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The region as the log shows it: all hosts, the modes, and the leases that are granted from now on. */
public final class RegionTail implements Region, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegionTail.class);
    private static final long MICROS_PER_MILLI = 1000;

    private final String site;
    private final Admin admin;
    private final TopicTail knowledge;
    private final TopicTail grants;
    private final ConcurrentMap<String, HostAddress> hosts = new ConcurrentHashMap<>();
    private final Set<String> members = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, Long> epochs = new ConcurrentHashMap<>();
    private final Set<Integer> off = ConcurrentHashMap.newKeySet();

    public RegionTail(SiteKafka kafka, Admin admin, String slot, int segments) {
        this.site = kafka.site();
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
        this.grants = new TopicTail(
                kafka, site, slot + "-grants", List.of(Topic.HOST_PARTITIONS), all, TopicTail.From.END, this::take);
    }

    /** Done when all hosts and modes that stood in the log at the start are known. */
    public boolean caughtUp() {
        return knowledge.caughtUp().isDone() && grants.caughtUp().isDone() && failure() == null;
    }

    /** What ended the reading; null while it goes on. */
    public Throwable failure() {
        return knowledge.failure() == null ? grants.failure() : knowledge.failure();
    }

    @Override
    public Optional<HostAddress> host(String hostId) {
        return Optional.ofNullable(hosts.get(hostId));
    }

    @Override
    public boolean member(String hostId) {
        return members.contains(hostId);
    }

    @Override
    public long newestEpoch(String hostId) {
        return epochs.getOrDefault(hostId, 0L);
    }

    @Override
    public boolean off(int segment) {
        return off.contains(segment);
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
        grants.close();
    }

    /** One record of the inventory, the controls or the host partitions. */
    void take(LogRecord record) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord unreadable) { // its topic's own reader tells it to the dead letters
            LOG.atWarn()
                    .addKeyValue("position", record.position())
                    .addKeyValue("why", unreadable.getMessage())
                    .log("a record was passed over");
            return;
        }
        switch (event) {
            case HostJoined host -> joined(host);
            case HostLeft host -> members.remove(host.getHostId());
            case ModeChanged mode -> {
                if (mode.getMode().equals("off")) {
                    off.add(record.segment());
                } else {
                    off.remove(record.segment());
                }
            }
            case MemberGranted granted -> granted(granted.getLease());
            case PartitionOpened opened -> opened.getMembers().forEach(this::granted);
            default -> {} // descriptions, and the rest of the host-partition protocol, are for schedulers
        }
    }

    /** The first one in the log decides the segment for good; how the host is reached may change. */
    private void joined(HostJoined host) {
        String label = host.getSite() + "/" + host.getRack() + "/" + host.getName();
        hosts.compute(
                host.getHostId(),
                (id, known) ->
                        new HostAddress(id, label, known == null ? host.getSegment() : known.segment(), host.getUri()));
        members.add(host.getHostId());
    }

    private void granted(Lease lease) {
        epochs.merge(lease.getHostId(), lease.getEpoch(), Math::max);
    }
}
