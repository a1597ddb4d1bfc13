package io.godwit.ittests.secured;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.CepService;
import io.godwit.monitors.MonitorService;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.monitors.hosts.simulated.SimulatedOpener;
import io.godwit.ops.Godwit;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.HostJoins;
import io.godwit.ops.region.RegionConfig;
import io.godwit.ops.settings.Settings;
import io.godwit.schedulers.SchedulerService;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A region.yaml as docs/kafka.md shows it, against a broker that wants TLS and a password. */
class SecuredTest {
    private static final String SITE = "rennes";
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path folder;

    private final StringWriter told = new StringWriter();
    private SecuredBroker broker;

    @BeforeEach
    void startBroker() throws Exception {
        broker = SecuredBroker.start(Files.createDirectory(folder.resolve("kafka")), folder);
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    @Test
    void services_work_with_the_settings_and_secrets_that_are_passed_through() throws Exception {
        Path file = region(SecuredBroker.PASSWORD);
        assertEquals(ExitCode.OK, run("topics", "create", "--config", file.toString()), told.toString());
        RegionConfig region = Settings.read(file, RegionConfig.class);
        KafkaSettings kafka = region.kafka().at(SITE, broker.bootstrap());
        DataCentres planned = DataCentres.of(region.hosts(), SITE);
        CountDownLatch sampled = new CountDownLatch(1);
        CountDownLatch ticked = new CountDownLatch(1);
        CountDownLatch decided = new CountDownLatch(1);
        try (DataCentre hosts = started(planned, kafka);
                var _ = MonitorService.start(
                        region.monitor(), kafka, slot("monitor"), List.of(new SimulatedOpener(hosts)));
                var _ = CepService.start(region.cep(), kafka, slot("cep"));
                var _ = SchedulerService.start(region.scheduler(), kafka, slot("scheduler"));
                TopicTail _ = new TopicTail(
                        new SiteKafka(kafka),
                        SITE,
                        "test",
                        List.of(Topic.OBSERVATIONS, Topic.JOURNAL),
                        List.of(0),
                        TopicTail.From.BEGINNING,
                        record -> {
                            switch (EventCodec.decode(record.value())) {
                                case HostSampled _ -> sampled.countDown();
                                case Tick _ -> ticked.countDown();
                                case InputsTaken _ -> decided.countDown();
                                default -> {
                                    // what else they say is for other tests
                                }
                            }
                        })) {
            assertTrue(sampled.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "no sample");
            assertTrue(ticked.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "no tick");
            assertTrue(decided.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "the scheduler took nothing");
        }
    }

    @Test
    void a_wrong_password_is_told_with_the_address_and_the_keys_to_correct() throws Exception {
        assertEquals(
                ExitCode.FAILED,
                run("topics", "create", "--config", region("wrong").toString()));
        assertTrue(told.toString().contains("the Kafka at " + broker.bootstrap()), told.toString());
        assertTrue(told.toString().contains("Invalid username or password"), told.toString());
        assertTrue(told.toString().contains("kafka.client-files"), told.toString());
        assertEquals(
                ExitCode.FAILED,
                run("cep", "--config", folder.resolve("region.yaml").toString()),
                "a service waits for a Kafka that is away, not for one that refuses it");
    }

    private static DataCentre started(DataCentres planned, KafkaSettings settings) {
        SiteKafka kafka = new SiteKafka(settings);
        try (Log log = new KafkaLog(kafka, SITE)) {
            HostJoins.append(
                    kafka,
                    HostJoins.inventory(log),
                    log.segments(),
                    planned.fleet().hosts().stream()
                            .map(host -> new HostJoins.Wanted(
                                    host.hostId(), host.rack(), host.name(), "simulated:" + host.name()))
                            .toList(),
                    "test",
                    "test");
            return planned.start(log, InstantSource.system());
        }
    }

    private Path region(String password) throws Exception {
        Path secret = Files.writeString(
                folder.resolve("jaas.conf"),
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"godwit\" password=\""
                        + password + "\";\n");
        return Files.writeString(folder.resolve("region.yaml"), """
            sites:
              %s: {bootstrap: "%s"}
            segments: 1
            kafka:
              client:
                security.protocol: SASL_SSL
                sasl.mechanism: PLAIN
                ssl.truststore.type: PEM
                ssl.truststore.location: %s
              client-files:
                sasl.jaas.config: %s
            hosts: {hosts: 2, vms: 4, racks: 1}
            cep: {rule-cache: %s}
            scheduler: {state-directory: %s}
            """.formatted(
                        SITE,
                        broker.bootstrap(),
                        broker.certificate(),
                        secret,
                        folder.resolve("rules"),
                        folder.resolve("state")));
    }

    private int run(String... arguments) {
        CommandLine line = Godwit.commandLine();
        line.setErr(new PrintWriter(told, true));
        return line.execute(arguments);
    }

    private static Slot slot(String service) {
        return new Slot(service, "1");
    }
}
