package io.godwit.ittests.kills;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.EverySegment;
import io.godwit.ops.cli.HostJoins;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A site with a broker process of its own and no services yet. */
public final class TestSite implements AutoCloseable {
    public static final String SITE = "rennes";

    private final Path folder;
    private final Path says;
    private final int segments;
    private final SiteKafka kafka;
    private final Producer<byte[], byte[]> producer;
    private BrokerProcess broker;

    private TestSite(Path folder, Path says, int segments, BrokerProcess broker) {
        this.folder = folder;
        this.says = says;
        this.segments = segments;
        this.broker = broker;
        this.kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
        this.producer = kafka.idempotentProducer("test");
    }

    /** @param test whose name the folder of what its processes say has */
    public static TestSite start(Path folder, Class<?> test, int segments) throws IOException {
        BrokerProcess broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0);
        TestSite site = new TestSite(folder, Path.of("target", "kills", test.getSimpleName()), segments, broker);
        try (Admin admin = site.kafka.admin()) {
            Topics.create(admin, SITE, new Topics.Shape(segments, 1, -1, false));
        }
        return site;
    }

    Path folder() {
        return folder;
    }

    Path says() {
        return says;
    }

    public SiteKafka kafka() {
        return kafka;
    }

    public String bootstrap() {
        return broker.bootstrap();
    }

    List<Integer> segments() {
        return IntStream.range(0, segments).boxed().toList();
    }

    /** Adds a fleet to the inventory; the segment of each host comes back, by host id in order. */
    Map<String, Integer> join(SimulatedFleet fleet) {
        return join(fleet.hosts().stream()
                .map(host -> new HostJoins.Wanted(host.hostId(), host.rack(), host.name(), "simulated:" + host.name()))
                .toList());
    }

    /** As for a fleet. */
    public Map<String, Integer> join(List<HostJoins.Wanted> hosts) {
        Map<String, Integer> segmentOf = new TreeMap<>();
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            HostJoins.append(kafka, HostJoins.inventory(log), segments, hosts, "test", "test")
                    .forEach(host -> segmentOf.put(host.getHostId(), host.getSegment()));
        }
        return segmentOf;
    }

    public void mode(String mode) {
        EverySegment.append(kafka, Topic.CONTROLS, segments, "mode", new ModeChanged(SITE, mode, "test", "test"));
    }

    public Future<RecordMetadata> append(Topic topic, int segment, String key, SpecificRecord event) {
        return append(topic, segment, key, EventCodec.encode(event));
    }

    Future<RecordMetadata> append(Topic topic, int segment, String key, byte[] value) {
        return producer.send(
                new ProducerRecord<>(topic.of(SITE), segment, key.getBytes(StandardCharsets.UTF_8), value));
    }

    /** The same for those who do not wait for the broker. */
    public void put(Topic topic, int segment, String key, SpecificRecord event) {
        var _ = append(topic, segment, key, event);
    }

    public void flush() {
        producer.flush();
    }

    /** SIGKILL of the broker; returns when it is gone. */
    public void killBroker() throws InterruptedException, ExecutionException {
        ProcessHandle process = ProcessHandle.of(broker.pid()).orElseThrow();
        process.destroyForcibly();
        process.onExit().get();
    }

    /** On the data and the port that it had. */
    public void restartBroker() throws IOException {
        broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS.on(broker.port()), 0);
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        broker.close();
    }
}
