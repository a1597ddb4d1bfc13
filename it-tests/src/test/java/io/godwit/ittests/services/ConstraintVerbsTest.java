package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs for constraints on a real log: what they write, what they refuse, what they show. */
final class ConstraintVerbsTest {
    private static final String SITE = "rennes";
    private static final int SEGMENTS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StringWriter told = new StringWriter();

    @TempDir
    private Path folder;

    private BrokerProcess broker;
    private SiteKafka kafka;

    @BeforeEach
    void startBroker() throws IOException {
        broker = BrokerProcess.start(folder.resolve("broker"), BrokerConfig.DEFAULTS, 0);
        kafka = new SiteKafka(KafkaSettings.of(SITE, broker.bootstrap()));
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, SITE, new Topics.Shape(SEGMENTS, 1, -1, false));
        }
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    @Test
    void a_script_is_checked_applied_to_every_segment_shown_and_withdrawn() throws Exception {
        host("id-h1", "h1", 0, "v1", "v2");
        host("id-h2", "h2", 1, "v3");
        Path script = Files.writeString(folder.resolve("web"), "spread({vm-v1, v2});\nban(vm-v3, local/r/h1 + h1);\n");

        assertEquals(ExitCode.REFUSED, run("check", script.toString()));
        assertTrue(told.toString().contains(script + ":2:12: no VM or host is called \"local/r/h1\""), told.toString());
        assertEquals(ExitCode.REFUSED, run("apply", script.toString(), "--name", "web", "--reason", "x"));
        assertTrue(told.toString().contains("1 fault; nothing is applied"), told.toString());
        Files.writeString(script, "spread({vm-v1, v2});\ncontinuous ban(vm-v3, rennes/r/h1 + h1);\n");
        assertEquals(ExitCode.OK, run("check", script.toString()), told::toString);
        assertEquals(ExitCode.OK, run("apply", script.toString(), "--name", "web", "--reason", "x", "--dry-run"));
        assertTrue(
                told.toString().contains("broken now: spread(vm-v1 vm-v2) vm-v1, vm-v2 run on rennes/r/h1"),
                told.toString());
        assertEquals(List.of(), controls(0, 0), "a dry run writes nothing");

        assertEquals(ExitCode.OK, run("apply", script.toString(), "--name", "web", "--reason", "two of each"));
        ConstraintsApplied applied = (ConstraintsApplied) controls(0, 1).getFirst();
        assertEquals(controls(0, 1), controls(1, 1));
        assertEquals(Files.readString(script), applied.getText());
        assertEquals("two of each", applied.getReason());
        assertEquals(
                List.of(List.of("v1", "v2")),
                applied.getConstraints().getFirst().getVms());
        assertEquals(
                List.of(List.of("id-h1")), applied.getConstraints().getLast().getHosts());

        assertTrue(listed().matches("(?s).*web +2 constraints \\(ban 1, spread 1\\) +1 .*two of each.*"), this::listed);
        String json = listed("-o", "json");
        assertTrue(json.contains("\"continuous ban({v3}, {id-h1});\""), json);
        assertTrue(listed("--at", "2020-01-01T00:00:00Z").lines().count() == 1, "there were none then");

        assertEquals(ExitCode.FAILED, run("withdraw", "db", "--reason", "x"));
        assertTrue(told.toString().contains("under the name db; there are web"), told.toString());
        assertEquals(ExitCode.OK, run("withdraw", "web", "--reason", "enough"));
        assertEquals(ConstraintsWithdrawn.class, controls(0, 2).getLast().getClass());
        assertEquals(controls(0, 2), controls(1, 2));
        assertEquals(1, listed().lines().count());
        assertEquals(ExitCode.FAILED, run("withdraw", "web", "--reason", "x"), "it has gone");
    }

    private int run(String... arguments) {
        Verb.Said said = say(arguments);
        told.append(said.err());
        return said.code();
    }

    private Verb.Said say(String... arguments) {
        return Verb.say(Stream.of(
                        Stream.of("constraint"),
                        Stream.of(arguments),
                        Stream.of("--bootstrap", broker.bootstrap(), "--site", SITE))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private String listed(String... arguments) {
        return say(Stream.concat(Stream.of("list"), Stream.of(arguments)).toArray(String[]::new))
                .endsWith(ExitCode.OK)
                .out();
    }

    /** What a segment says, once it says so many things: a commit returns before its markers are in each segment. */
    private List<SpecificRecord> controls(int segment, int records) {
        Instant until = Instant.now().plus(PATIENCE);
        List<SpecificRecord> events = new ArrayList<>();
        do {
            events.clear();
            try (KafkaLog log = new KafkaLog(kafka, SITE)) {
                log.scan(List.of(LogRange.all(Topic.CONTROLS, segment)), record -> {
                    events.add(EventCodec.decode(record.value()));
                    return true;
                });
            }
        } while (events.size() < records && Instant.now().isBefore(until));
        assertEquals(records, events.size(), () -> "segment " + segment + ": " + events);
        return events;
    }

    private void host(String id, String name, int segment, String... vms) throws Exception {
        List<VmSample> samples = Stream.of(vms)
                .map(vm -> new VmSample(vm, VmState.RUNNING, 1000L, 1000L, 1L << 30, -1L, -1L, -1L))
                .toList();
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("test")) {
            append(
                    producer,
                    Topic.INVENTORY,
                    segment,
                    id,
                    new HostJoined(id, SITE, "r", name, segment, "simulated:" + name, "", "me", "test"));
            for (String vm : vms) {
                append(
                        producer,
                        Topic.INVENTORY,
                        segment,
                        id,
                        new VmDefined(id, vm, "vm-" + vm, 1, 1L << 30, -1L, "", "me"));
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
                            1000L * vms.length,
                            1000L * vms.length,
                            64L << 30,
                            1L << 30,
                            samples,
                            "",
                            0L));
        }
    }

    private static void append(
            Producer<byte[], byte[]> producer, Topic topic, int segment, String key, SpecificRecord event)
            throws Exception {
        producer.send(new ProducerRecord<>(
                        topic.of(SITE), segment, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)))
                .get();
    }
}
