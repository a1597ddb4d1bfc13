package io.godwit.schedulers.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.SolveAsked;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Topic;
import io.prometheus.client.CollectorRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;

class SchedulerTopologyTest {
    private static final String SITE = "rennes";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final CollectorRegistry registry = new CollectorRegistry();
    private final Topology topology = SchedulerTopology.build(
            SITE, 1, new RepairPlanner(), "scheduler-1", "code", new SchedulerMetrics(registry), Runnable::run);

    @Test
    void an_overload_leads_from_a_sample_and_a_detection_to_a_command() {
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, new Properties(), START)) {
            give(driver, Topic.CONTROLS, SITE, new ModeChanged(SITE, "auto", "me", "test"));
            overload(driver);

            assertTrue(read(driver, Topic.HOST_PARTITIONS).getFirst() instanceof PartitionOpened);
            MigrateVm command = (MigrateVm) read(driver, Topic.COMMANDS).getFirst();
            assertEquals("h2", command.getTargetHostId());
            assertTrue(driver.getKeyValueStore(SchedulerTopology.STORE).approximateNumEntries() > 5);
        }
    }

    @Test
    void a_solve_outside_the_transaction_comes_back_as_an_input() {
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, new Properties(), START)) {
            give(driver, Topic.CONTROLS, SITE, new ModeChanged(SITE, "auto", "me", "test"));
            give(
                    driver,
                    Topic.CONTROLS,
                    SITE,
                    new SettingsAnnounced(SITE, "schedulers", "{\"policy\":\"centralized\"}", "me"));
            overload(driver);
            give(driver, Topic.OBSERVATIONS, "0", new Tick(0, START.getEpochSecond(), "cep-1"));
            assertTrue(read(driver, Topic.HOST_PARTITIONS).getLast() instanceof SolveAsked);
            assertTrue(read(driver, Topic.COMMANDS).isEmpty());

            driver.advanceWallClockTime(Duration.ofSeconds(1));
            SpecificRecord answer = read(driver, Topic.HOST_PARTITIONS).getFirst();
            assertTrue(answer instanceof SolveAnswered);
            give(driver, Topic.HOST_PARTITIONS, "site", answer);

            assertEquals("h2", ((MigrateVm) read(driver, Topic.COMMANDS).getFirst()).getTargetHostId());
        }
    }

    @Test
    void a_corrupt_record_of_each_topic_goes_to_the_dead_letters_and_stops_nothing() {
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, new Properties(), START)) {
            for (Topic topic : SchedulerTopology.INPUTS) {
                pipe(driver, topic, "x", new byte[] {(byte) 0xC3, 1, 2, 3});
            }
            give(driver, Topic.CONTROLS, SITE, new ModeChanged(SITE, "auto", "me", "test"));
            overload(driver);

            List<SpecificRecord> letters = read(driver, Topic.DEAD_LETTERS);
            assertEquals(SchedulerTopology.INPUTS.size(), letters.size());
            assertTrue(((DeadLetter) letters.getFirst()).getReason().contains("C3 01"));
            assertEquals(1, read(driver, Topic.COMMANDS).size());
        }
    }

    @Test
    void the_topology_is_the_one_that_stored_state_belongs_to() {
        assertEquals("""
            Topologies:
               Sub-topology: 0
                Source: from-controls.site.v1 (topics: [rennes.controls.site.v1])
                  --> decide
                Source: from-detections.host.v1 (topics: [rennes.detections.host.v1])
                  --> decide
                Source: from-host-partitions.host.v1 (topics: [rennes.host-partitions.host.v1])
                  --> decide
                Source: from-inventory.host.v1 (topics: [rennes.inventory.host.v1])
                  --> decide
                Source: from-observations.host.v1 (topics: [rennes.observations.host.v1])
                  --> decide
                Source: from-outcomes.host.v1 (topics: [rennes.outcomes.host.v1])
                  --> decide
                Source: from-requests.host.v1 (topics: [rennes.requests.host.v1])
                  --> decide
                Processor: decide (stores: [scheduler-state])
                  --> to-commands, to-dead-letters, to-host-partitions, to-journal
                  <-- from-inventory.host.v1, from-observations.host.v1, from-detections.host.v1, from-host-partitions.host.v1, from-outcomes.host.v1, from-controls.site.v1, from-requests.host.v1
                Sink: to-commands (topic: rennes.commands.host.v1)
                  <-- decide
                Sink: to-dead-letters (topic: rennes.dead-letters.site.v1)
                  <-- decide
                Sink: to-host-partitions (topic: rennes.host-partitions.host.v1)
                  <-- decide
                Sink: to-journal (topic: rennes.journal.host.v1)
                  <-- decide

            """, topology.describe().toString());
    }

    @Test
    void metrics_keep_their_names() {
        List<String> names = Collections.list(registry.metricFamilySamples()).stream()
                .map(family -> family.name)
                .sorted()
                .toList();
        assertEquals(
                List.of(
                        "godwit_scheduler_commands",
                        "godwit_scheduler_dead_letters",
                        "godwit_scheduler_decision_duration_seconds",
                        "godwit_scheduler_inputs",
                        "godwit_scheduler_open_detections",
                        "godwit_scheduler_open_partitions",
                        "godwit_scheduler_partitions_closed",
                        "godwit_scheduler_plans",
                        "godwit_scheduler_plans_refused",
                        "godwit_scheduler_returns"),
                names);
    }

    private static void overload(TopologyTestDriver driver) {
        for (String id : List.of("h1", "h2")) {
            give(
                    driver,
                    Topic.INVENTORY,
                    id,
                    new HostJoined(id, SITE, "r1", id, 0, "simulated:" + id, "", "me", "test"));
        }
        give(driver, Topic.OBSERVATIONS, "h2", sample("h2", 1000));
        give(driver, Topic.OBSERVATIONS, "h1", sample("h1", 5000, 4000));
        give(
                driver,
                Topic.DETECTIONS,
                "h1",
                new DetectionBegan(
                        "OVERLOAD-h1-0-1",
                        DetectionKind.OVERLOAD,
                        "h1",
                        null,
                        START,
                        "cpu-demand",
                        9000L,
                        8000L,
                        "mc",
                        "overload",
                        1,
                        List.of(),
                        null));
    }

    private static HostSampled sample(String id, long... demands) {
        List<VmSample> vms = new ArrayList<>();
        long sum = 0;
        for (int vm = 0; vm < demands.length; vm++) {
            sum += demands[vm];
            vms.add(new VmSample(id + "-" + vm, VmState.RUNNING, demands[vm], demands[vm], 1L << 30, -1L, -1L, -1L));
        }
        return new HostSampled(
                id, 0, 0L, 1000, "monitor-1", 8000L, sum, Math.min(8000L, sum), 64L << 30, 1L << 30, vms, "", 0L);
    }

    private static void give(TopologyTestDriver driver, Topic topic, String key, SpecificRecord event) {
        pipe(driver, topic, key, EventCodec.encode(event));
    }

    private static void pipe(TopologyTestDriver driver, Topic topic, String key, byte[] value) {
        driver.createInputTopic(topic.of(SITE), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(key.getBytes(StandardCharsets.UTF_8), value, START);
    }

    private static List<SpecificRecord> read(TopologyTestDriver driver, Topic topic) {
        return driver
                .createOutputTopic(topic.of(SITE), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .map(EventCodec::decode)
                .toList();
    }
}
