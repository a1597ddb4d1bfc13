package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.HostJoins;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.service.FirstRecords;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirstRecordsTest {
    private static final String SITE = "rennes";
    private static final int SEGMENTS = 2;
    private static final SimulatedFleet FLEET = SimulatedFleet.homogeneous(SITE, 4, 8, 2, 1);

    private BrokerProcess broker;
    private SiteKafka kafka;

    @BeforeEach
    void startBroker(@TempDir Path folder) throws IOException {
        broker = BrokerProcess.start(folder, BrokerConfig.DEFAULTS, 0);
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
    void hosts_and_a_mode_are_added_once_also_beside_records_that_cannot_be_read() throws Exception {
        corrupt(Topic.INVENTORY);
        assertEquals("auto", append("auto"));
        corrupt(Topic.CONTROLS);
        assertEquals("auto", append("advise"), "the mode that stands in the log stays in force");
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            assertEquals(4, HostJoins.inventory(log).hosts().size());
            assertEquals(4 + SEGMENTS, records(log, Topic.INVENTORY), "each host once, beside what cannot be read");
            assertTrue(FirstRecords.uris(log).contains("simulated:h01"), () -> "" + FirstRecords.uris(log));
        }
    }

    @Test
    void a_log_with_simulated_hosts_that_the_fleet_lacks_is_refused_by_the_name_of_one() {
        append("auto");
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            FirstRecords.refuseOthers(log, kafka, FLEET);
            SimulatedFleet smaller = SimulatedFleet.homogeneous(SITE, 3, 6, 1, 1);
            String told = assertThrows(Refused.class, () -> FirstRecords.refuseOthers(log, kafka, smaller))
                    .getMessage();
            assertTrue(told.contains("the simulated host h04"), told);
            assertTrue(told.contains("hosts.hosts"), told);
        }
    }

    private String append(String mode) {
        try (KafkaLog log = new KafkaLog(kafka, SITE)) {
            return FirstRecords.append(kafka, log, FirstRecords.joins(FLEET), mode, "test");
        }
    }

    private void corrupt(Topic topic) throws Exception {
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("test")) {
            for (int segment = 0; segment < SEGMENTS; segment++) {
                producer.send(new ProducerRecord<>(
                                topic.of(SITE), segment, null, "no event".getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
    }

    private static long records(KafkaLog log, Topic topic) {
        long records = 0;
        for (int segment = 0; segment < SEGMENTS; segment++) {
            records += log.end(topic, segment) - log.beginning(topic, segment);
        }
        return records;
    }
}
