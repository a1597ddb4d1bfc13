package io.godwit.ittests.executors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.CommandExecutorService;
import io.godwit.executors.ExecutorConfig;
import io.godwit.executors.fencing.NoFencer;
import io.godwit.executors.simulated.SimulatedHypervisor;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** An executor on a real broker: from a command to its outcome, over a restart in its slot, and taken over by another. */
class ExecutorOnKafkaTest {
    private static final String SITE = "rennes";
    private static final int SEGMENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path state;

    private final OpenDataCentre dataCentre = new OpenDataCentre();
    private final BlockingQueue<LogRecord> outcomes = new LinkedBlockingQueue<>();
    private final BlockingQueue<LogRecord> deadLetters = new LinkedBlockingQueue<>();
    private EmbeddedKafkaKraftBroker broker;
    private SiteKafka kafka;
    private TopicTail tail;
    private Producer<byte[], byte[]> producer;

    @BeforeEach
    void startBroker() {
        broker = new EmbeddedKafkaKraftBroker(1, 1);
        broker.brokerProperties(Map.of(
                "group.min.session.timeout.ms", "1000",
                "group.initial.rebalance.delay.ms", "0",
                "offsets.topic.replication.factor", "1",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000",
                "auto.create.topics.enable", "false"));
        broker.afterPropertiesSet();
        kafka = new SiteKafka(KafkaSettings.of(SITE, broker.getBrokersAsString()));
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, SITE, new Topics.Shape(SEGMENTS, 1, -1, false));
        }
        tail = new TopicTail(
                kafka,
                SITE,
                "test",
                List.of(Topic.OUTCOMES, Topic.DEAD_LETTERS),
                List.of(0, 1),
                TopicTail.From.BEGINNING,
                record -> (record.topic() == Topic.OUTCOMES ? outcomes : deadLetters).add(record));
        producer = kafka.idempotentProducer("test");
        for (int host = 1; host <= 4; host++) {
            String id = "h" + host;
            append(
                    Topic.INVENTORY,
                    host % SEGMENTS,
                    id,
                    EventCodec.encode(
                            new HostJoined(id, SITE, "r", id, host % SEGMENTS, "simulated:" + id, "", "test", "test")));
        }
    }

    @AfterEach
    void stopBroker() {
        tail.close();
        producer.close(Duration.ZERO);
        broker.destroy();
    }

    @Test
    void a_command_is_carried_out_and_a_corrupt_record_before_it_goes_to_the_dead_letters() throws Exception {
        append(Topic.COMMANDS, 1, "h1", new byte[] {1, 2, 3});
        command("c-1-1", "vm1", "h1", "h2");
        try (CommandExecutorService executor = start("1")) {
            assertEquals("accepted c-1-1", next());
            until("c-1-1");
            dataCentre.finish("c-1-1");
            assertEquals("succeeded c-1-1", next());
            assertTrue(executor.health().ready(), executor.health()::says);
            LogRecord deadLetter = deadLetters.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertEquals(1, deadLetter.segment());
        }
    }

    @Test
    void a_restart_in_the_slot_adopts_what_runs_and_tells_its_end_once() throws Exception {
        command("c-1-1", "vm1", "h1", "h2");
        command("c-0-1", "vm2", "h2", "h3");
        try (CommandExecutorService executor = start("1")) {
            assertEquals("executor", executor.name());
            until("c-1-1");
            until("c-0-1");
            next();
            next();
        }
        dataCentre.finish("c-1-1");
        try (CommandExecutorService executor = start("1")) {
            assertEquals("succeeded c-1-1", next());
            dataCentre.finish("c-0-1");
            assertEquals("succeeded c-0-1", next());
            command("c-1-2", "vm1", "h2", "h1");
            assertEquals("executor", executor.name());
        }
        try (CommandExecutorService executor = start("1")) {
            assertEquals("executor", executor.name());
            String told = next();
            assertTrue(told.equals("accepted c-1-2") || told.equals("refused c-1-2"), told);
        }
    }

    @Test
    void another_slot_takes_the_segments_over_and_concludes() throws Exception {
        command("c-1-1", "vm1", "h1", "h2");
        try (CommandExecutorService executor = start("1")) {
            assertEquals("accepted c-1-1", next());
            until("c-1-1");
            assertEquals("executor", executor.name());
        }
        dataCentre.finish("c-1-1");
        long stopped = System.nanoTime();
        try (CommandExecutorService executor = start("2")) {
            assertEquals("succeeded c-1-1", next());
            long waited = (System.nanoTime() - stopped) / 1_000_000;
            assertTrue(waited >= 3_500, () -> "a predecessor may run still, and was not waited for: " + waited + " ms");
            assertEquals("executor", executor.name());
        }
    }

    private CommandExecutorService start(String slot) {
        return CommandExecutorService.start(
                ExecutorConfig.DEFAULTS.in(state),
                kafka.settings(),
                new Slot("executor", slot),
                List.of(new SimulatedHypervisor(dataCentre, "executor-" + slot)),
                new NoFencer());
    }

    private void command(String id, String vmId, String source, String target) {
        int segment = Integer.parseInt(source.substring(1)) % SEGMENTS;
        dataCentre.place(vmId, source);
        MigrateVm command = MigrateVm.newBuilder()
                .setDecision(new Decision(segment, 1L))
                .setCommandId(id)
                .setPartitionId("p-0-1")
                .setPlan(new Decision(segment, 1L))
                .setDetectionId("d")
                .setDetection(new Position(Topic.DETECTIONS.stage(), segment, 0L, "", ""))
                .setVmId(vmId)
                .setSourceHostId(source)
                .setTargetHostId(target)
                .setTargetSegment(Integer.parseInt(target.substring(1)) % SEGMENTS)
                .setSourceEpoch(1L)
                .setTargetEpoch(1L)
                .setMode(MigrationMode.PRE_COPY)
                .setBytesPerSecondMax(0L)
                .setStartBefore(Instant.now().plusSeconds(600))
                .setEstimatedMillis(9_000L)
                .setReason("test")
                .build();
        append(Topic.COMMANDS, segment, source, EventCodec.encode(command));
    }

    private void append(Topic topic, int segment, String key, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(topic.of(SITE), segment, key.getBytes(StandardCharsets.UTF_8), value))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("the broker did not take a record", failed);
        }
    }

    private void until(String commandId) throws InterruptedException {
        assertTrue(dataCentre.awaitBegun(commandId, PATIENCE), () -> commandId + " was not begun");
    }

    /** The next outcome but progress, as "succeeded c-1-1". */
    private String next() throws InterruptedException {
        while (true) {
            LogRecord record = outcomes.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertNotNull(record, "no outcome was appended");
            SpecificRecord event = EventCodec.decode(record.value());
            String kind = event.getClass()
                    .getSimpleName()
                    .substring("Command".length())
                    .toLowerCase(Locale.ROOT);
            if (!kind.equals("progressed")) {
                return kind + " "
                        + event.get(event.getSchema().getField("commandId").pos());
            }
        }
    }
}
