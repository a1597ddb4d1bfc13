package io.godwit.ops.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ops.bench.CommandLatency.Answer;
import io.godwit.ops.bench.CommandLatency.Way;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class CommandLatencyTest {
    private static final long T0 = 1_767_225_600_000L;
    private static final Decision DECISION = new Decision(0, 1L);
    private static final Position NOWHERE = new Position("", 0, 0L, "", "");

    private final CommandLatency latency = new CommandLatency();
    private long offset;

    @Test
    void a_detection_whose_first_partition_stays_in_its_segment_was_answered_straight() {
        detected("d1", "h1", 100);
        opened("p1", "d1", "h1", 110);
        granted("p1", "h2", 110);
        commanded("c1", "p1", "d1", 112);
        commanded("c2", "p1", "d1", 112);
        Answer answer = only();
        assertEquals(Way.STRAIGHT, answer.way());
        assertEquals(5, answer.detectionAppended(), "5 ms after its sample");
        assertEquals(17, answer.commandAppended());
        assertEquals(27, answer.commandRead(), "a reader has it 10 ms later");
    }

    @Test
    void a_detection_whose_host_was_held_stands_apart() {
        opened("p0", "d0", "h9", 50);
        granted("p0", "h1", 50);
        detected("d1", "h1", 100);
        released("p0", "h1", 5000);
        opened("p1", "d1", "h1", 5001);
        commanded("c1", "p1", "d1", 5002);
        assertEquals(Way.HOST_HELD, only().way());
    }

    @Test
    void a_host_that_was_given_back_before_holds_up_nobody() {
        granted("p0", "h1", 50);
        released("p0", "h1", 90);
        detected("d1", "h1", 100);
        opened("p1", "d1", "h1", 110);
        commanded("c1", "p1", "d1", 111);
        assertEquals(Way.STRAIGHT, only().way());
    }

    @Test
    void a_detection_for_which_another_segment_was_asked_stands_apart() {
        detected("d1", "h1", 100);
        opened("p1", "d1", "h1", 110);
        take(
                Topic.HOST_PARTITIONS,
                110,
                new MemberAsked(DECISION, "p1", "", Instant.ofEpochMilli(T0), "h1", 2, 1L, 1L, 1, -1, -1));
        commanded("c1", "p1", "d1", 150);
        assertEquals(Way.SEGMENT_ASKED, only().way());
    }

    @Test
    void a_detection_whose_first_partition_gave_up_stands_apart() {
        detected("d1", "h1", 100);
        opened("p1", "d1", "h1", 110);
        opened("p2", "d1", "h1", 900);
        commanded("c1", "p2", "d1", 910);
        assertEquals(Way.LATER_PARTITION, only().way());
    }

    @Test
    void what_began_outside_of_the_span_or_was_never_commanded_does_not_count() {
        detected("d1", "h1", 100);
        detected("d2", "h2", 2_000_000);
        commanded("c2", "p2", "d2", 2_000_001);
        assertEquals(
                List.of(),
                latency.answers(
                        Instant.ofEpochMilli(T0), Instant.ofEpochMilli(T0).plusSeconds(60)));
    }

    private Answer only() {
        List<Answer> answers = latency.answers(
                Instant.ofEpochMilli(T0), Instant.ofEpochMilli(T0).plusSeconds(60));
        assertEquals(1, answers.size());
        return answers.getFirst();
    }

    /** Appended at this millisecond, 5 ms after the sample. */
    private void detected(String id, String host, long millis) {
        take(
                Topic.DETECTIONS,
                millis,
                new DetectionBegan(
                        id,
                        DetectionKind.OVERLOAD,
                        host,
                        null,
                        Instant.ofEpochMilli(T0 + millis - 5),
                        "cpu-demand",
                        8350L,
                        8000L,
                        "mc",
                        "overload",
                        1,
                        List.of(),
                        null));
    }

    private void opened(String partition, String detection, String host, long millis) {
        take(
                Topic.HOST_PARTITIONS,
                millis,
                new PartitionOpened(
                        DECISION,
                        partition,
                        host,
                        detection,
                        NOWHERE,
                        DetectionKind.OVERLOAD,
                        Instant.ofEpochMilli(T0),
                        List.of(new Lease(host, 1L)),
                        "nearest"));
    }

    private void granted(String partition, String host, long millis) {
        take(
                Topic.HOST_PARTITIONS,
                millis,
                MemberGranted.newBuilder()
                        .setDecision(DECISION)
                        .setPartitionId(partition)
                        .setPartitionSegment(0)
                        .setLease(new Lease(host, 1L))
                        .setFacts(facts(host))
                        .setAnswer(false)
                        .setSince(Instant.ofEpochMilli(T0))
                        .setInitiator("h1")
                        .build());
    }

    private static HostFacts facts(String host) {
        return new HostFacts(host, "", 0, 8000L, 1L << 30, 1L, List.of(), null, 1000, 0L, 0L);
    }

    private void released(String partition, String host, long millis) {
        take(Topic.HOST_PARTITIONS, millis, new MemberReleased(DECISION, partition, new Lease(host, 1L), false, 0, 0));
    }

    private void commanded(String command, String partition, String detection, long millis) {
        take(
                Topic.COMMANDS,
                millis,
                new MigrateVm(
                        DECISION,
                        command,
                        partition,
                        DECISION,
                        detection,
                        NOWHERE,
                        "vm1",
                        "h1",
                        "h2",
                        0,
                        1L,
                        1L,
                        MigrationMode.PRE_COPY,
                        0L,
                        Instant.ofEpochMilli(T0),
                        1L,
                        "",
                        false,
                        false,
                        false));
    }

    private void take(Topic topic, long millis, SpecificRecord event) {
        latency.take(new LogRecord(topic, 0, offset++, T0 + millis, null, new byte[0]), event, T0 + millis + 10);
    }
}
