package io.godwit.ittests.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.overlaysync.OverlayMetrics;
import io.godwit.overlaysync.mirror.MirrorService;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Two brokers, two sites, and the real MirrorMaker between them. */
final class TwoSitesTest {
    private static final int SEGMENTS = 3;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, EmbeddedKafkaKraftBroker> BROKERS = new HashMap<>();
    private static final Map<String, KafkaSettings> SITES = new HashMap<>();

    @BeforeAll
    static void start_two_sites() {
        for (String site : List.of("a", "b")) {
            EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
            broker.brokerProperties(Map.of(
                    "auto.create.topics.enable", "false",
                    "group.initial.rebalance.delay.ms", "0",
                    "group.min.session.timeout.ms", "1000",
                    "transaction.state.log.num.partitions", "4",
                    "offsets.topic.num.partitions", "4",
                    "transaction.state.log.replication.factor", "1",
                    "transaction.state.log.min.isr", "1",
                    "offsets.topic.replication.factor", "1"));
            broker.afterPropertiesSet();
            BROKERS.put(site, broker);
            KafkaSettings settings = KafkaSettings.of(site, broker.getBrokersAsString());
            SITES.put(site, settings);
            try (Admin admin = new SiteKafka(settings).admin()) {
                Topics.create(admin, site, new Topics.Shape(SEGMENTS, 1, -1, false));
            }
        }
    }

    @AfterAll
    static void stop_two_sites() {
        BROKERS.values().forEach(EmbeddedKafkaKraftBroker::destroy);
    }

    @Test
    void each_site_has_the_others_committed_records_with_home_offset_and_home_time() throws InterruptedException {
        // at home: one committed, one aborted, two committed, so offsets at home have gaps that copies have not
        writeInTransaction("a", true, "h1");
        writeInTransaction("a", false, "aborted");
        writeInTransaction("a", true, "h2", "h3");
        writeInTransaction("b", true, "h4");
        long begin = System.nanoTime();
        OverlayMetrics metrics = OverlayMetrics.shared();
        try (MirrorService mirror =
                MirrorService.start(List.copyOf(SITES.values()), SITES.keySet(), "127.0.0.1", metrics)) {
            List<LogRecord> copies = waitForCopies("b", "a", 3);
            System.out.printf("two sites: first copies after %.1f s%n", (System.nanoTime() - begin) / 1e9);
            assertEquals(1, waitForCopies("a", "b", 1).size());

            List<LogRecord> originals = read("a", "a");
            assertEquals(List.of("h1", "h2", "h3"), ids(originals));
            assertEquals(ids(originals), ids(copies));
            for (int index = 0; index < originals.size(); index++) {
                assertEquals(originals.get(index).offset(), copies.get(index).offset(), "home offset");
                assertEquals(
                        originals.get(index).timestampMillis(),
                        copies.get(index).timestampMillis(),
                        "home time");
            }
            assertTrue(originals.get(1).offset() > 2, "the aborted record left a gap at home");
            assertEquals(copies.size(), read("b", "a").size(), "nothing else came");

            stateOfTheOtherSiteIsThatAtHome();
            aMomentMeansTheSameAtBothSites(originals.get(0));
            aPositionMeansTheSameAtBothSites(originals);
            copiesOfCopiesDoNotComeBack();
            assertTrue(mirror.health().alive());
        }
    }

    private static void stateOfTheOtherSiteIsThatAtHome() {
        assertEquals(
                state("a", "a", Optional.empty()).hosts(),
                state("b", "a", Optional.empty()).hosts());
    }

    private static void aMomentMeansTheSameAtBothSites(LogRecord first) {
        Optional<Instant> moment = Optional.of(Instant.ofEpochMilli(first.timestampMillis()));
        assertEquals(state("a", "a", moment).hosts(), state("b", "a", moment).hosts());
    }

    private static void aPositionMeansTheSameAtBothSites(List<LogRecord> originals) {
        try (KafkaLog copy = new KafkaLog(new SiteKafka(SITES.get("b")), "a")) {
            for (LogRecord original : originals) {
                assertEquals(
                        Optional.of(KafkaLog.keyOf(original)),
                        copy.at(Topic.INVENTORY, 1, original.offset()).map(KafkaLog::keyOf));
            }
            assertEquals(Optional.empty(), copy.at(Topic.INVENTORY, 1, 2), "the aborted one");
            assertEquals(Optional.empty(), copy.at(Topic.INVENTORY, 1, 1000));
        }
    }

    private static void copiesOfCopiesDoNotComeBack() {
        assertEquals(3, read("a", "a").size());
        assertEquals(1, read("b", "b").size());
    }

    private static RegionState state(String at, String site, Optional<Instant> moment) {
        try (KafkaLog log = new KafkaLog(new SiteKafka(SITES.get(at)), site)) {
            return StateRebuild.of(log, moment, Instant.now());
        }
    }

    /** Records of a site's inventory as they come to another site; by the tail that services use. */
    private static List<LogRecord> waitForCopies(String at, String site, int count) throws InterruptedException {
        SiteKafka kafka = new SiteKafka(SITES.get(at));
        waitForTopic(kafka, Topic.INVENTORY.of(site));
        BlockingQueue<LogRecord> arrived = new LinkedBlockingQueue<>();
        List<LogRecord> copies = new ArrayList<>();
        try (TopicTail tail = new TopicTail(
                kafka, site, "test", List.of(Topic.INVENTORY), Set.of(1), TopicTail.From.BEGINNING, arrived::add)) {
            while (copies.size() < count) {
                LogRecord copy = arrived.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertTrue(copy != null && tail.failure() == null, "copies came: " + copies.size());
                copies.add(copy);
            }
        }
        return copies;
    }

    private static void waitForTopic(SiteKafka kafka, String name) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var reader = kafka.reader("waits")) {
            while (!reader.listTopics().containsKey(name)) {
                assertTrue(System.nanoTime() < deadline, name + " was not created");
            }
        }
    }

    private static List<LogRecord> read(String at, String site) {
        List<LogRecord> records = new ArrayList<>();
        try (KafkaLog log = new KafkaLog(new SiteKafka(SITES.get(at)), site)) {
            log.scan(List.of(LogRange.all(Topic.INVENTORY, 1)), record -> records.add(record));
        }
        return records;
    }

    private static List<String> ids(List<LogRecord> records) {
        return records.stream().map(KafkaLog::keyOf).toList();
    }

    private static void writeInTransaction(String site, boolean commit, String... hosts) {
        SiteKafka kafka = new SiteKafka(SITES.get(site));
        String id = new Slot("test", "1").transactionalId(site);
        try (Producer<byte[], byte[]> producer = kafka.transactionalProducer(id)) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String host : hosts) {
                HostJoined joined = new HostJoined(host, site, "r1", host, 1, "simulated:" + host, "", "test", "test");
                var _ = producer.send(new ProducerRecord<>(
                        Topic.INVENTORY.of(site), 1, host.getBytes(StandardCharsets.UTF_8), EventCodec.encode(joined)));
            }
            producer.flush();
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }
}
