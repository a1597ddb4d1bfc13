package io.godwit.ittests.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ittests.services.Verb;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.overlaysync.OverlayMetrics;
import io.godwit.overlaysync.SealService;
import io.godwit.overlaysync.mirror.MirrorService;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site whose past is changed by who owns its Kafka, and another site that mirrors it. */
final class TamperedSiteTest {
    private static final int SEGMENTS = 2;
    private static final int RECORDS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> SITES = List.of("metz", "rennes");

    @TempDir
    private Path folder;

    private final Map<String, BrokerProcess> brokers = new HashMap<>();
    private final Map<String, SiteKafka> kafkas = new HashMap<>();
    private final Map<String, Long> copiedTo = new HashMap<>();
    private final Map<String, Long> sealedTo = new HashMap<>();
    private final BlockingQueue<LogRecord> seenInMetz = new LinkedBlockingQueue<>();
    private Path config;
    private MirrorService mirror;
    private TopicTail tail;
    private int rounds;

    @BeforeEach
    void start_two_sites() throws Exception {
        StringBuilder yaml = new StringBuilder("sites:\n");
        for (String site : SITES) {
            BrokerProcess broker = BrokerProcess.start(folder.resolve(site), BrokerConfig.DEFAULTS, 0);
            brokers.put(site, broker);
            kafkas.put(site, new SiteKafka(KafkaSettings.of(site, broker.bootstrap())));
            yaml.append("  %s:\n    bootstrap: %s%n".formatted(site, broker.bootstrap()));
            try (Admin admin = kafkas.get(site).admin()) {
                boundWhatBrokersKeep(admin);
                Topics.create(admin, site, new Topics.Shape(SEGMENTS, 1, -1, false));
            }
        }
        config = Files.writeString(folder.resolve("region.yaml"), yaml);
        mirror = MirrorService.start(
                kafkas.values().stream().map(SiteKafka::settings).toList(),
                Set.copyOf(SITES),
                "127.0.0.1",
                OverlayMetrics.shared());
        mode("auto");
        try (SealService _ = sealer()) {
            awaitCopies();
            for (int round = 0; round < 3; round++) {
                write();
                awaitSealedInMetz();
            }
        }
    }

    @AfterEach
    void stop_two_sites() {
        tail.close();
        mirror.close();
        brokers.values().forEach(BrokerProcess::close);
    }

    /** As some clusters do for all topics that do not say otherwise. */
    private static void boundWhatBrokersKeep(Admin admin) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.BROKER, ""),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("log.retention.bytes", "1000000"), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private SealService sealer() {
        return SealService.start(kafkas.get("rennes").settings(), new Slot("sealer", "1"), Duration.ofSeconds(1));
    }

    /** In transactions, whose ends take offsets at home that no copy has, and without. */
    private void write() {
        rounds++;
        mode(rounds % 2 == 0 ? "advise" : "auto");
        try (Producer<byte[], byte[]> producer = kafkas.get("rennes").idempotentProducer("test")) {
            for (int number = 0; number < RECORDS; number++) {
                send(
                        producer,
                        Topic.OBSERVATIONS,
                        number % SEGMENTS,
                        new MonitorAlive("m" + number, number % SEGMENTS, 1, ""));
            }
        }
    }

    private void mode(String mode) {
        try (Producer<byte[], byte[]> producer = kafkas.get("rennes").transactionalProducer("test")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int segment = 0; segment < SEGMENTS; segment++) {
                send(producer, Topic.CONTROLS, segment, new ModeChanged("rennes", mode, "test", "test"));
            }
            producer.commitTransaction();
        }
    }

    private static void send(Producer<byte[], byte[]> producer, Topic topic, int segment, SpecificRecord event) {
        var _ = producer.send(new ProducerRecord<>(
                topic.of("rennes"), segment, "key".getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)));
    }

    private void awaitCopies() throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (var reader = kafkas.get("metz").reader("waits")) { // a broker tells nobody that a topic is there
            while (!reader.listTopics().containsKey(Topic.SEALS.of("rennes"))) {
                assertTrue(System.nanoTime() < deadline, "no copies came");
            }
        }
        tail = new TopicTail(
                kafkas.get("metz"),
                "rennes",
                "test",
                List.of(Topic.OBSERVATIONS, Topic.CONTROLS, Topic.SEALS),
                Set.of(0, 1),
                TopicTail.From.BEGINNING,
                seenInMetz::add);
    }

    /** Until metz has all that was written, and seals of it: by how far each of them reaches, as at home. */
    private void awaitSealedInMetz() throws InterruptedException {
        while (!reachesEnd(copiedTo) || !reachesEnd(sealedTo)) {
            LogRecord record = seenInMetz.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(record != null && tail.failure() == null, () -> "metz has " + copiedTo + ", sealed " + sealedTo);
            copiedTo.merge(place(record.topic(), record.segment()), record.offset() + 1, Math::max);
            if (EventCodec.decode(record.value()) instanceof LogSealed sealed) {
                Topic topic = Topic.ofStage(sealed.getTopic()).orElseThrow();
                sealedTo.merge(place(topic, sealed.getSegment()), sealed.getToOffset(), Math::max);
            }
        }
    }

    private boolean reachesEnd(Map<String, Long> reached) {
        for (int segment = 0; segment < SEGMENTS; segment++) {
            long controls = 2L * rounds + 1; // each but the newest with the end of its transaction
            long observations = (long) rounds * RECORDS / SEGMENTS;
            if (reached.getOrDefault(place(Topic.CONTROLS, segment), 0L) < controls
                    || reached.getOrDefault(place(Topic.OBSERVATIONS, segment), 0L) < observations) {
                return false;
            }
        }
        return true;
    }

    private static String place(Topic topic, int segment) {
        return topic.stage() + "/" + segment;
    }

    private long written() {
        return (long) rounds * RECORDS + (rounds + 1L) * SEGMENTS;
    }

    private Verb.Said verify(String... options) {
        String[] words = new String[options.length + 4];
        System.arraycopy(new String[] {"log", "verify", "--config", config.toString()}, 0, words, 0, 4);
        System.arraycopy(options, 0, words, 4, options.length);
        return Verb.say(words);
    }

    private Verb.Said verifyHome() {
        return verify("--site", "rennes", "--from-site", "rennes");
    }

    private Verb.Said verifyHomeByMetz() {
        return verify("--site", "rennes", "--from-site", "rennes", "--seals-from", "metz");
    }

    private Verb.Said verifyCopy() {
        return verify("--site", "rennes", "--from-site", "metz");
    }

    private void assertSound(Verb.Said said) {
        assertTrue(said.endsWith(0).out().startsWith("sound: " + written() + " records"), said::out);
    }

    private static void assertNames(Verb.Said said, Topic topic, int segment, long offset) {
        String row = "\\Q%s\\E +%d +%d .*".formatted(topic.stage(), segment, offset);
        assertTrue(said.endsWith(3).out().lines().anyMatch(line -> line.matches(row)), said::out);
        assertTrue(said.out().contains("\n1 topics and segments are broken"), said::out);
    }

    /** What an owner of rennes does: the broker is stopped, and one record of its files is another one afterwards. */
    private void tamper(Topic topic, int segment, long offset) throws IOException {
        brokers.get("rennes").close();
        TamperedFile.of(folder.resolve("rennes").resolve("kafka"), topic.of("rennes"), segment)
                .change(offset, value -> EventCodec.encode(new MonitorAlive("another", segment, 1, "")));
        brokers.put(
                "rennes",
                BrokerProcess.start(
                        folder.resolve("rennes"),
                        BrokerConfig.DEFAULTS.on(brokers.get("rennes").port()),
                        0));
    }

    @Test
    void a_record_that_an_owner_changed_is_named_by_both_sites_and_by_the_other_ones_seals_once_it_was_sealed_anew()
            throws Exception {
        assertSound(verifyHome());
        assertSound(verifyHomeByMetz());
        assertSound(verifyCopy());

        tamper(Topic.OBSERVATIONS, 1, 70);
        assertNames(verifyHome(), Topic.OBSERVATIONS, 1, 70);
        assertNames(verifyHomeByMetz(), Topic.OBSERVATIONS, 1, 70);
        assertSound(verifyCopy());

        forgetSeals();
        try (SealService _ = sealer()) {
            for (int round = 0; round < 3; round++) { // seals that are new to metz as well
                write();
                awaitSealedInMetz();
            }
        }
        assertSound(verifyHome());
        assertNames(verifyHomeByMetz(), Topic.OBSERVATIONS, 1, 70);
    }

    /** The topic is made anew and the sealers forget how far they were: all is sealed again, as it is now. */
    private void forgetSeals() throws Exception {
        try (Admin admin = kafkas.get("rennes").admin()) {
            Slot slot = new Slot("sealer", "1");
            admin.removeMembersFromConsumerGroup(
                            slot.group("rennes"),
                            new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(slot.toString()))))
                    .all()
                    .get();
            admin.deleteConsumerGroups(List.of(slot.group("rennes"))).all().get();
            admin.deleteTopics(List.of(Topic.SEALS.of("rennes"))).all().get();
            Topics.create(admin, "rennes", new Topics.Shape(SEGMENTS, 1, -1, false));
        }
    }

    @Test
    void seals_outlive_what_they_seal_at_both_sites() throws Exception {
        for (String site : SITES) {
            try (Admin admin = kafkas.get(site).admin()) {
                ConfigResource seals = new ConfigResource(ConfigResource.Type.TOPIC, Topic.SEALS.of("rennes"));
                Config kept = admin.describeConfigs(List.of(seals)).all().get().get(seals);
                assertEquals("-1", kept.get("retention.ms").value(), site);
                assertEquals("-1", kept.get("retention.bytes").value(), site);
                assertEquals("delete", kept.get("cleanup.policy").value(), site);
                var _ = admin.deleteRecords(Map.of(
                                new TopicPartition(Topic.OBSERVATIONS.of("rennes"), 1),
                                RecordsToDelete.beforeOffset(60)))
                        .all()
                        .get(); // as retention does
            }
        }
        for (Verb.Said said : List.of(verifyHome(), verifyHomeByMetz(), verifyCopy())) {
            assertTrue(said.endsWith(0).out().contains("of 1 topics and segments the oldest records"), said::out);
            assertTrue(said.out().startsWith("sound: " + (written() - 100) + " records"), said::out);
        }
        tamper(Topic.OBSERVATIONS, 1, 110);
        assertNames(verifyHome(), Topic.OBSERVATIONS, 1, 110);
        assertNames(verifyHomeByMetz(), Topic.OBSERVATIONS, 1, 110);
    }
}
