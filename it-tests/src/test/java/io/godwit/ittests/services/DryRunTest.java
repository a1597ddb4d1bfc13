package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.VmDefined;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --dry-run} beside a live scheduler: it says what that then does, and writes nothing. */
final class DryRunTest {
    private static final String SITE = "rennes";
    private static final int SEGMENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BlockingQueue<LogRecord> commands = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    private BrokerProcess broker;

    @Test
    void what_a_dry_run_shows_is_what_is_then_commanded_and_it_asks_for_nothing() throws Exception {
        try (BrokerProcess running = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0)) {
            broker = running;
            SiteKafka kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
            try (Admin admin = kafka.admin()) {
                Topics.create(admin, SITE, new Topics.Shape(SEGMENTS, 1, -1, false));
            }
            try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("test")) {
                for (int segment = 0; segment < SEGMENTS; segment++) {
                    append(producer, Topic.CONTROLS, segment, SITE, new ModeChanged(SITE, "auto", "me", "test"));
                }
                host(producer, "h1", 0, 3000, 1000);
                host(producer, "h2", 0, 7500);
                host(producer, "h3", 1, 1000);
            }
            SchedulerConfig config =
                    new SchedulerConfig(folder.resolve("s"), 1, Duration.ofMillis(20), DecisionSettings.DEFAULTS);
            try (TopicTail _ = new TopicTail(
                            kafka,
                            SITE,
                            "commands",
                            List.of(Topic.COMMANDS),
                            List.of(0, 1),
                            TopicTail.From.BEGINNING,
                            commands::add);
                    SchedulerService service =
                            SchedulerService.start(config, kafka.settings(), new Slot("scheduler", "1"))) {
                assertTrue(service.health().alive());
                tried(kafka);
            }
        }
    }

    private void tried(SiteKafka kafka) throws Exception {
        String[] migrate = {"vm", "migrate", "vm-h1-0", "--reason", "a test"};
        String[] drain = {"host", "drain", "h1", "--reason", "a test", "-o", "json"};
        String shown = says(ExitCode.OK, migrate, "--dry-run");
        assertTrue(shown.matches("(?s).*migrate \\(pre-copy\\) +vm-h1-0 +rennes/r/h1 +rennes/r/h3 .*"), shown);
        String drained = says(ExitCode.OK, drain, "--dry-run");
        assertTrue(drained.contains("\"answer\" : \"done\""), drained);
        assertEquals(
                2,
                drained.lines()
                        .filter(line -> line.contains("\"to\" : \"rennes/r/h3\""))
                        .count(),
                drained);
        says(ExitCode.OK, new String[] {"vm", "resume", "vm-h1-0", "--reason", "x"}, "--dry-run");
        says(ExitCode.REFUSED, new String[] {"host", "undrain", "h1", "--reason", "x"}, "--dry-run");
        says(ExitCode.REFUSED, new String[] {"host", "confirm-down", "h1", "--reason", "x"}, "--dry-run");
        says(ExitCode.OK, new String[] {"site", "disarm", "--for", "10m", "--reason", "x"}, "--dry-run");
        for (Topic topic : List.of(Topic.REQUESTS, Topic.COMMANDS)) {
            assertEquals(List.of(0L, 0L), ends(kafka, topic), topic::toString);
        }
        assertEquals(List.of(1L, 1L), ends(kafka, Topic.CONTROLS), "the mode alone");

        says(ExitCode.OK, migrate);
        LogRecord record = commands.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(record != null, "no command came within " + PATIENCE);
        assertEquals("h3", EventCodec.decode(record.value(), MigrateVm.class).getTargetHostId());
        String during = says(ExitCode.OK, drain, "--dry-run");
        assertTrue(during.contains("\"underWay\" : [ {"), during);
    }

    private static List<Long> ends(SiteKafka kafka, Topic topic) {
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            return log.ends(topic);
        }
    }

    /** What a verb prints. */
    private String says(int code, String[] words, String... more) {
        return Verb.say(Stream.of(
                                Stream.of(words),
                                Stream.of(more),
                                Stream.of("--bootstrap", broker.bootstrap(), "--site", SITE))
                        .flatMap(each -> each)
                        .toArray(String[]::new))
                .endsWith(code)
                .out();
    }

    private static void host(Producer<byte[], byte[]> producer, String id, int segment, long... demands)
            throws Exception {
        append(
                producer,
                Topic.INVENTORY,
                segment,
                id,
                new HostJoined(id, SITE, "r", id, segment, "simulated:" + id, "", "me", "test"));
        List<VmSample> vms = new ArrayList<>();
        long sum = 0;
        for (int vm = 0; vm < demands.length; vm++) {
            String vmId = id + "-" + vm;
            sum += demands[vm];
            vms.add(new VmSample(vmId, VmState.RUNNING, demands[vm], demands[vm], 1L << 30, -1L, -1L, -1L));
            append(
                    producer,
                    Topic.INVENTORY,
                    segment,
                    id,
                    new VmDefined(id, vmId, "vm-" + vmId, 1, 1L << 30, -1L, "", "me"));
        }
        append(
                producer,
                Topic.OBSERVATIONS,
                segment,
                id,
                new HostSampled(
                        id, segment, 0L, 60_000, "monitor-1", 8000L, sum, sum, 64L << 30, 1L << 30, vms, "", 0L));
    }

    private static void append(
            Producer<byte[], byte[]> producer, Topic topic, int segment, String key, SpecificRecord event)
            throws Exception {
        producer.send(new ProducerRecord<>(
                        topic.of(SITE), segment, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)))
                .get();
    }
}
