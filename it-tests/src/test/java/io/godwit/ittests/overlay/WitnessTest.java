package io.godwit.ittests.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.overlaysync.OverlayConfig;
import io.godwit.overlaysync.OverlayService;
import io.godwit.overlaysync.witness.Answer;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** The second witness on a real broker: its group, its tails, what it writes and where. */
final class WitnessTest {
    private static final int SEGMENTS = 3;
    private static final OverlayConfig QUICK = new OverlayConfig(
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            16,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            "127.0.0.1");
    private static EmbeddedKafkaKraftBroker broker;
    private static SiteKafka kafka;

    private final Set<String> dead = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<LogRecord> observed = new LinkedBlockingQueue<>();
    private final List<LogRecord> pending = new ArrayList<>();

    @BeforeAll
    static void start_a_site() {
        broker = new EmbeddedKafkaKraftBroker(1, 1);
        broker.brokerProperties(Map.of(
                "auto.create.topics.enable", "false",
                "group.initial.rebalance.delay.ms", "0",
                "group.min.session.timeout.ms", "1000",
                "offsets.topic.num.partitions", "4",
                "offsets.topic.replication.factor", "1"));
        broker.afterPropertiesSet();
        kafka = new SiteKafka(KafkaSettings.of("a", broker.getBrokersAsString()));
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, "a", new Topics.Shape(SEGMENTS, 1, -1, false));
        }
    }

    @AfterAll
    static void stop_the_site() {
        broker.destroy();
    }

    @Test
    void a_host_that_falls_silent_is_told_in_its_segment_until_it_answers_again() throws InterruptedException {
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("test");
                TopicTail tail = new TopicTail(
                        kafka,
                        "a",
                        "test",
                        List.of(Topic.OBSERVATIONS),
                        Set.of(0, 1, 2),
                        TopicTail.From.BEGINNING,
                        observed::add);
                OverlayService overlay = start("1")) {
            joined(producer, 1, "h1");
            joined(producer, 2, "h2");
            assertEquals(1, next(probe("h1", true)).segment());
            assertEquals(2, next(probe("h2", true)).segment());
            assertTrue(((RoundTrip) event(next(event -> event instanceof RoundTrip))).getRoundTripMicros() == 400);
            assertTrue(next(event -> event instanceof CoordinateAnnounced).segment() > 0, "of a host, in its segment");

            dead.add("h1");
            send(producer, Topic.OBSERVATIONS, 1, "h1", new HostLost("h1", "connection closed", "monitor-1"));
            next(probe("h1", false));
            next(probe("h1", false));
            dead.clear();
            next(probe("h1", true));

            assertTrue(overlay.health().ready(), overlay.health().says());
            assertEquals(null, tail.failure());
        }
    }

    private OverlayService start(String name) {
        return OverlayService.start(
                QUICK,
                kafka.settings(),
                new Slot("overlay", name),
                host -> dead.contains(host.getHostId()) ? new Answer.Silent("dead") : new Answer.Answered(400));
    }

    /** The oldest record of this kind that was not asked for yet. */
    private LogRecord next(Predicate<SpecificRecord> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        for (int index = 0; ; index++) {
            if (index == pending.size()) {
                LogRecord record = observed.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                assertTrue(record != null, "nothing such was written");
                pending.add(record);
            }
            if (wanted.test(event(pending.get(index)))) {
                return pending.remove(index);
            }
        }
    }

    private static Predicate<SpecificRecord> probe(String host, boolean answered) {
        return event -> event instanceof ProbeAnswered probe
                && probe.getHostId().equals(host)
                && probe.getAnswered() == answered
                && probe.getProber().equals("overlay-1");
    }

    private static SpecificRecord event(LogRecord record) {
        return EventCodec.decode(record.value());
    }

    private static void joined(Producer<byte[], byte[]> producer, int segment, String host) {
        send(
                producer,
                Topic.INVENTORY,
                segment,
                host,
                new HostJoined(host, "a", "r1", host, segment, "simulated:" + host, "", "test", "test"));
    }

    private static void send(
            Producer<byte[], byte[]> producer, Topic topic, int segment, String host, SpecificRecord event) {
        var _ = producer.send(new ProducerRecord<>(
                topic.of("a"), segment, host.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)));
        producer.flush();
    }
}
