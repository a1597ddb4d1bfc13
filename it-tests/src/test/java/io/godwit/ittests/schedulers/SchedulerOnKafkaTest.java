package io.godwit.ittests.schedulers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A scheduler on a real broker: the way from a detection to a command, across segments, over a restart, and again. */
class SchedulerOnKafkaTest {
    private static final String SITE = "rennes";
    private static final int SEGMENTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static EmbeddedKafkaKraftBroker broker;
    private static SiteKafka kafka;

    @TempDir
    private Path folder;

    private final BlockingQueue<LogRecord> commands = new LinkedBlockingQueue<>();
    private long detections;

    @BeforeAll
    static void startBroker() {
        broker = new EmbeddedKafkaKraftBroker(1, 1);
        broker.brokerProperties(Map.of(
                "group.min.session.timeout.ms", "1000",
                "group.initial.rebalance.delay.ms", "0",
                "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "auto.create.topics.enable", "false"));
        broker.afterPropertiesSet();
        kafka = new SiteKafka(KafkaSettings.of(SITE, broker.getBrokersAsString()));
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, SITE, new Topics.Shape(SEGMENTS, 1, -1, false));
        }
    }

    @AfterAll
    static void stopBroker() {
        broker.destroy();
    }

    @Test
    void overloads_are_relieved_before_and_after_a_restart_and_a_replay_decides_the_same() throws Exception {
        SchedulerConfig config = new SchedulerConfig(folder, 1, Duration.ofMillis(20), DecisionSettings.DEFAULTS);
        Slot slot = new Slot("scheduler", "1");
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("test");
                TopicTail _ = new TopicTail(
                        kafka,
                        SITE,
                        "commands",
                        List.of(Topic.COMMANDS),
                        List.of(0, 1, 2),
                        TopicTail.From.BEGINNING,
                        commands::add)) {
            for (int segment = 0; segment < SEGMENTS; segment++) {
                append(producer, Topic.CONTROLS, segment, SITE, new ModeChanged(SITE, "auto", "me", "test"));
            }
            join(producer, "h1", 0);
            join(producer, "h2", 0);
            join(producer, "h3", 1);
            try (SchedulerService service = SchedulerService.start(config, kafka.settings(), slot)) {
                assertEquals("scheduler", service.name());
                sample(producer, "h2", 0, 1000);
                overload(producer, "h1", 0);
                MigrateVm first = command("first command");
                assertEquals("h2", first.getTargetHostId());
                append(producer, Topic.OUTCOMES, 0, "h1", succeeded(first));
                end(producer, "h1", 0);

                sample(producer, "h1", 0, 1000);
                sample(producer, "h2", 0, 7500);
                sample(producer, "h3", 1, 1000);
                sample(producer, "h1", 0, 7500);
                overload(producer, "h1", 0);
                MigrateVm foreign = command("command across segments");
                assertEquals("h3", foreign.getTargetHostId());
                append(producer, Topic.OUTCOMES, 0, "h1", succeeded(foreign));
                end(producer, "h1", 0);
            }
            try (SchedulerService service = SchedulerService.start(config, kafka.settings(), slot)) {
                sample(producer, "h2", 0, 1000);
                overload(producer, "h1", 0);
                assertEquals("h2", command("command after the restart").getTargetHostId());
                assertTrue(service.health().alive());
            }
        }
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            long decisions = 0;
            for (int segment = 0; segment < SEGMENTS; segment++) {
                var result = DecisionReplay.run(log, segment, Instant.EPOCH, Instant.MAX, DecidingCode.digest());
                assertTrue(result.identical(), "segment " + segment + ": " + result);
                decisions += result.decisions();
            }
            assertTrue(decisions > 10, "decisions " + decisions);
        }
    }

    private MigrateVm command(String what) throws InterruptedException {
        LogRecord record = commands.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(record != null, what + " did not come within " + PATIENCE);
        return EventCodec.decode(record.value(), MigrateVm.class);
    }

    private static CommandSucceeded succeeded(MigrateVm command) {
        return new CommandSucceeded(
                command.getCommandId(),
                new Position(Topic.COMMANDS.stage(), 0, 0L, "", ""),
                "executor-1",
                command.getVmId(),
                command.getSourceHostId(),
                command.getTargetHostId(),
                9_000L,
                30L,
                -1L,
                command.getMode(),
                -1L,
                command.getEstimatedMillis());
    }

    private static void join(Producer<byte[], byte[]> producer, String id, int segment) throws Exception {
        append(
                producer,
                Topic.INVENTORY,
                segment,
                id,
                new HostJoined(id, SITE, "r" + segment, id, segment, "simulated:" + id, "", "me", "test"));
    }

    private void overload(Producer<byte[], byte[]> producer, String id, int segment) throws Exception {
        sample(producer, id, segment, 4000, 3000, 1500);
        detections++;
        append(
                producer,
                Topic.DETECTIONS,
                segment,
                id,
                new DetectionBegan(
                        detection(id),
                        DetectionKind.OVERLOAD,
                        id,
                        null,
                        Instant.ofEpochSecond(detections),
                        "cpu-demand",
                        8500L,
                        8000L,
                        "mc",
                        "overload",
                        1,
                        List.of(),
                        null));
    }

    private void end(Producer<byte[], byte[]> producer, String id, int segment) throws Exception {
        append(
                producer,
                Topic.DETECTIONS,
                segment,
                id,
                new DetectionEnded(
                        detection(id),
                        DetectionKind.OVERLOAD,
                        id,
                        null,
                        Instant.ofEpochSecond(detections),
                        Instant.now(),
                        "relieved",
                        "overload",
                        1,
                        List.of(),
                        null,
                        Instant.EPOCH));
    }

    private String detection(String id) {
        return "OVERLOAD-" + id + "-0-" + detections;
    }

    private static void sample(Producer<byte[], byte[]> producer, String id, int segment, long... demands)
            throws Exception {
        List<VmSample> vms = new ArrayList<>();
        long sum = 0;
        for (int vm = 0; vm < demands.length; vm++) {
            sum += demands[vm];
            vms.add(new VmSample(id + "-" + vm, VmState.RUNNING, demands[vm], demands[vm], 1L << 30, -1L, -1L, -1L));
        }
        append(
                producer,
                Topic.OBSERVATIONS,
                segment,
                id,
                new HostSampled(
                        id,
                        segment,
                        0L,
                        60_000,
                        "monitor-1",
                        8000L,
                        sum,
                        Math.min(8000L, sum),
                        64L << 30,
                        1L << 30,
                        vms,
                        "",
                        0L));
    }

    /** Waits for the broker, so that records of several topics have the order in which they are appended here. */
    private static void append(
            Producer<byte[], byte[]> producer, Topic topic, int segment, String key, SpecificRecord event)
            throws Exception {
        producer.send(new ProducerRecord<>(
                        topic.of(SITE), segment, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)))
                .get();
    }
}
