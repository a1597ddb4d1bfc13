package io.godwit.ops.summary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class RunFoldTest {
    private static final long START = Instant.parse("2026-01-01T10:00:00Z").toEpochMilli();

    private final RunFold fold = new RunFold();

    @Test
    void a_violation_lasts_from_the_first_sample_above_capacity_to_the_first_that_is_not() {
        sample(0, "h1", 8001);
        sample(1000, "h1", 9000);
        sample(2000, "h1", 8000);

        assertEquals(
                new RunSummary.Violations(1, 2.0, 2.0, 2.0, 2.0), fold.summary().violations());
    }

    @Test
    void a_violation_that_is_still_open_counts_up_to_the_newest_record() {
        sample(0, "h1", 8001);
        sample(7000, "h2", 10);

        assertEquals(
                new RunSummary.Violations(1, 7.0, 7.0, 7.0, 7.0), fold.summary().violations());
        assertEquals(1, fold.violatingNow());
    }

    @Test
    void latencies_run_from_the_append_of_the_completing_sample_to_each_append_that_followed() {
        append(Topic.DETECTIONS, 20, began("d1", 0));
        append(Topic.HOST_PARTITIONS, 50, opened("p-0-1", "d1"));
        append(Topic.COMMANDS, 75, command("c-0-2", "d1"));
        append(Topic.COMMANDS, 60, command("c-0-1", "d1"));

        RunSummary.LatencyMillis latency = fold.summary().latencyMillis();
        assertEquals(new RunSummary.Latency(20.0, 20.0), latency.sampleToDetection());
        assertEquals(new RunSummary.Latency(60.0, 60.0), latency.sampleToCommand(), "the first command counts");
        assertEquals(0, latency.answeredLater());
    }

    @Test
    void a_detection_that_a_later_host_partition_answers_is_counted_apart() {
        append(Topic.DETECTIONS, 20, began("d1", 0));
        append(Topic.HOST_PARTITIONS, 50, opened("p-0-0", "d1"));
        append(Topic.HOST_PARTITIONS, 9000, opened("p-0-1", "d1"));
        append(Topic.COMMANDS, 9060, command("c-0-1", "d1"));

        RunSummary.LatencyMillis latency = fold.summary().latencyMillis();
        assertEquals(new RunSummary.Latency(null, null), latency.sampleToCommand());
        assertEquals(1, latency.answeredLater());
    }

    @Test
    void an_outcome_that_arrives_before_its_command_counts_once_the_command_is_there() {
        append(Topic.OUTCOMES, 9000, succeeded("c-0-1"));
        assertEquals(new RunSummary.Migrations(0, 0, 0, 0, 0, 0), fold.summary().migrations());

        append(Topic.COMMANDS, 60, command("c-0-1", "d1"));
        append(Topic.COMMANDS, 60, command("c-0-2", "d1"));
        assertEquals(new RunSummary.Migrations(2, 1, 0, 0, 0, 1), fold.summary().migrations());
    }

    @Test
    void what_is_over_is_counted_once_and_forgotten() {
        long day = 24 * 3_600_000;
        for (long at = 0; at < day; at += 60_000) {
            String number = Long.toString(at);
            append(Topic.DETECTIONS, at + 20, began("d" + number, at));
            append(Topic.HOST_PARTITIONS, at + 30, opened("p-0-1", "d" + number));
            append(Topic.COMMANDS, at + 40, command("c" + number, "d" + number));
            append(Topic.OUTCOMES, at + 9000, succeeded("c" + number));
            append(Topic.DETECTIONS, at + 9100, ended("d" + number));
        }

        assertEquals(
                new RunSummary.Migrations(1440, 1440, 0, 0, 0, 0),
                fold.summary().migrations());
        assertEquals(
                new RunSummary.LatencyMillis(new RunSummary.Latency(20.0, 20.0), new RunSummary.Latency(40.0, 40.0), 0),
                fold.summary().latencyMillis());
        assertEquals(1440, fold.summary().detections().overload());
        assertTrue(fold.remembered() < 200, "remembers " + fold.remembered());
    }

    @Test
    void percentiles_of_very_many_values_are_those_of_the_newest() {
        Values values = new Values();
        for (int value = 0; value < 2 * Values.NEWEST; value++) {
            values.add(value < Values.NEWEST ? 5 : 7);
        }
        Values twice = new Values();
        twice.add(6);
        twice.addAll(values);

        assertEquals(7, values.percentile(1));
        assertEquals(2 * Values.NEWEST, values.count());
        assertEquals(12.0 * Values.NEWEST, values.sum());
        assertEquals(7, twice.max());
        assertEquals(2 * Values.NEWEST + 1, twice.count());
        assertEquals(7, twice.percentile(50));
    }

    @Test
    void statistics_of_nothing_are_null_in_the_JSON_form_with_exactly_the_agreed_keys() throws Exception {
        assertEquals(
                "{\"hosts\":0,\"vms\":0,\"samples\":0,"
                    + "\"detections\":{\"overload\":0,\"underload\":0,\"hostCrash\":0,\"vmCrash\":0},"
                    + "\"migrations\":{\"commanded\":0,\"succeeded\":0,\"failed\":0,\"refused\":0,\"aborted\":0,\"open\":0},"
                    + "\"violations\":{\"count\":0,\"meanSeconds\":null,\"p95Seconds\":null,\"maxSeconds\":null,\"sumSeconds\":null},"
                    + "\"latencyMillis\":{\"sampleToDetection\":{\"p50\":null,\"p99\":null},\"sampleToCommand\":{\"p50\":null,\"p99\":null}}}",
                JsonMapper.builder().build().writeValueAsString(fold.summary()));
    }

    @Test
    void percentiles_are_the_nearest_rank() {
        double[] values = {40, 15, 50, 35, 20};
        assertEquals(15, Percentile.of(values, 5));
        assertEquals(20, Percentile.of(values, 30));
        assertEquals(35, Percentile.of(values, 50));
        assertEquals(50, Percentile.of(values, 100));
        assertNull(Percentile.of(new double[0], 50));
    }

    private void sample(long afterMillis, String host, long demand) {
        VmSample vm = new VmSample("vm-" + host, VmState.RUNNING, demand, demand, 1L << 30, -1L, -1L, -1L);
        append(
                Topic.OBSERVATIONS,
                afterMillis,
                new HostSampled(
                        host, 0, 0L, 1000, "monitor-1", 8000L, demand, demand, 1L << 35, 0L, List.of(vm), "", 0L));
    }

    private static DetectionBegan began(String id, long afterMillis) {
        return new DetectionBegan(
                id,
                DetectionKind.OVERLOAD,
                "h1",
                null,
                Instant.ofEpochMilli(START + afterMillis),
                "cpu-demand",
                8350L,
                8000L,
                "mc",
                "overload",
                1,
                List.of(),
                null);
    }

    private static DetectionEnded ended(String id) {
        Instant at = Instant.ofEpochMilli(START);
        return new DetectionEnded(
                id, DetectionKind.OVERLOAD, "h1", null, at, at, "below", "overload", 1, List.of(), null, at);
    }

    private static PartitionOpened opened(String id, String detection) {
        return new PartitionOpened(
                new Decision(0, 1L),
                id,
                "h1",
                detection,
                new Position("detections.host.v1", 0, 0L, "", ""),
                DetectionKind.OVERLOAD,
                Instant.ofEpochMilli(START),
                List.of(),
                "nearest");
    }

    private static MigrateVm command(String id, String detection) {
        return new MigrateVm(
                new Decision(0, 1L),
                id,
                "p-0-1",
                new Decision(0, 1L),
                detection,
                new Position("detections.host.v1", 0, 0L, "", ""),
                "vm",
                "h1",
                "h2",
                0,
                1L,
                1L,
                MigrationMode.PRE_COPY,
                0L,
                Instant.ofEpochMilli(START + 10000),
                9000L,
                "relieves h1",
                false,
                false,
                false);
    }

    private static CommandSucceeded succeeded(String id) {
        return new CommandSucceeded(
                id,
                new Position("commands.host.v1", 0, 0L, "", ""),
                "executor-1",
                "vm",
                "h1",
                "h2",
                9000L,
                31L,
                1L << 30,
                MigrationMode.PRE_COPY,
                -1L,
                9000L);
    }

    private void append(Topic topic, long afterMillis, SpecificRecord event) {
        fold.take(new LogRecord(topic, 0, 0, START + afterMillis, new byte[0], EventCodec.encode(event)));
    }
}
