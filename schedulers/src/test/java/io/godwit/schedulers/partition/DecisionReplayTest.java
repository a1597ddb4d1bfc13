package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A replay of a scheduler's decisions: from any position, and what it says where the log does not tell the truth. */
final class DecisionReplayTest {
    private static final int SEGMENT = 0;

    private static final Region REGION = recorded(); // read only

    /** Snapshots of the segment, in order; each fits into one record, the first stands before any input. */
    private static final List<LogRecord> SNAPSHOTS = REGION.appended.stream()
            .filter(record -> record.segment() == SEGMENT)
            .filter(record -> EventCodec.decode(record.value()) instanceof StateSnapshotted)
            .toList();

    /** Half an hour with an overload every minute, so that the journal has several snapshots. */
    private static Region recorded() {
        Region region = new Region(2).mode("auto");
        region.host("h1", SEGMENT, 3000, 3000, 1000).host("h2", SEGMENT, 500).host("h3", 1, 500);
        for (int second = 0; second < 1800; second++) {
            if (second % 60 == 20) {
                Region.Host fullest = region.hosts.values().stream()
                        .max(Comparator.comparingInt((Region.Host host) -> host.vms.size()))
                        .orElseThrow();
                fullest.vms.replaceAll((_, _) -> 9000L / fullest.vms.size());
            } else if (second % 60 == 50) {
                region.hosts.values().forEach(host -> host.vms.replaceAll((_, _) -> 500L));
            }
            region.pass(1000).tick().sampleAll().settle();
            region.openCommands().forEach(region::succeed);
            region.settle();
        }
        return region;
    }

    @Test
    void it_is_identical_from_any_position() {
        Instant end = Instant.ofEpochMilli(REGION.millis());
        long all = 0;
        long states = 0;
        for (int minute = 30; minute >= 0; minute -= 3) {
            for (int segment = 0; segment < 2; segment++) {
                DecisionReplay.Result result = replay(REGION.log, segment, end.minus(Duration.ofMinutes(minute)));
                assertEquals(Optional.empty(), result.difference(), minute + " minutes before the end");
                assertEquals(Optional.empty(), result.state(), minute + " minutes before the end");
                assertEquals(Optional.empty(), result.missing());
                all += result.decisions();
                states += result.states();
            }
        }
        assertTrue(all > 200, "decisions " + all);
        assertTrue(states > 20, "states " + states);
    }

    @Test
    void an_entry_of_a_snapshot_that_was_changed_is_named_with_both_values() {
        KnownHost[] was = {null};
        LogRecord second = SNAPSHOTS.get(2);
        MemoryLog log = copy(record -> record.equals(second)
                ? with(record, changed(record, "host/h1", entry -> {
                    was[0] = EventCodec.decode(entry, KnownHost.class);
                    return EventCodec.encode(
                            KnownHost.newBuilder(was[0]).setRack("other").build());
                }))
                : record);
        DecisionReplay.Result result = replay(log, SEGMENT, Instant.EPOCH);
        DecisionReplay.StateDifference difference = result.state().orElseThrow();
        assertEquals("host/h1", difference.key());
        assertEquals(second.position(), difference.part().position());
        assertEquals(Optional.of(was[0].toString()), difference.replayed());
        assertEquals(
                Optional.of(
                        KnownHost.newBuilder(was[0]).setRack("other").build().toString()),
                difference.recorded());
        assertEquals(0, difference.more());
        assertEquals(Optional.empty(), result.difference(), "decisions are as they were");
    }

    @Test
    void an_entry_that_was_taken_out_of_a_snapshot_is_named() {
        LogRecord second = SNAPSHOTS.get(2);
        MemoryLog log =
                copy(record -> record.equals(second) ? with(record, changed(record, "sample/h2", _ -> null)) : record);
        DecisionReplay.StateDifference difference =
                replay(log, SEGMENT, Instant.EPOCH).state().orElseThrow();
        assertEquals("sample/h2", difference.key());
        assertEquals(Optional.empty(), difference.recorded());
        assertTrue(difference.replayed().orElseThrow().contains("\"hostId\": \"h2\""), difference.toString());
    }

    @Test
    void a_snapshot_that_says_that_it_stands_elsewhere_is_named() {
        LogRecord second = SNAPSHOTS.get(2);
        StateSnapshotted state = EventCodec.decode(second.value(), StateSnapshotted.class);
        MemoryLog log = copy(record -> record.equals(second)
                ? with(
                        record,
                        EventCodec.encode(StateSnapshotted.newBuilder(state)
                                .setNextSequence(state.getNextSequence() + 1)
                                .build()))
                : record);
        DecisionReplay.StateDifference difference =
                replay(log, SEGMENT, Instant.EPOCH).state().orElseThrow();
        assertEquals("its place", difference.key());
        assertTrue(difference.replayed().orElseThrow().startsWith("before decision " + state.getNextSequence() + " "));
    }

    @Test
    void a_state_that_begins_with_a_difference_differs_at_the_next_snapshot() {
        LogRecord second = SNAPSHOTS.get(2);
        MemoryLog log = copy(record -> record.equals(second)
                ? with(
                        record,
                        changed(
                                record,
                                "host/h1",
                                entry -> EventCodec.encode(
                                        KnownHost.newBuilder(EventCodec.decode(entry, KnownHost.class))
                                                .setRack("other")
                                                .build())))
                : record);
        DecisionReplay.StateDifference difference = replay(
                        log, SEGMENT, Instant.ofEpochMilli(second.timestampMillis() + 1))
                .state()
                .orElseThrow();
        assertEquals("host/h1", difference.key());
        assertEquals(SNAPSHOTS.get(3).position(), difference.part().position());
    }

    @Test
    void a_snapshot_that_other_code_took_may_lack_what_that_did_not_know() {
        MemoryLog log = copy(
                record -> SNAPSHOTS.contains(record) ? with(record, changed(record, "trail/", _ -> null)) : record);
        assertEquals(
                Optional.empty(),
                DecisionReplay.run(log, SEGMENT, Instant.EPOCH, Instant.MAX, "code of a later build")
                        .state());
        assertTrue(replay(log, SEGMENT, Instant.EPOCH).state().isPresent());
    }

    /** The snapshot with those entries changed whose keys begin so; left out where the change says null. */
    private static byte[] changed(LogRecord snapshot, String prefix, UnaryOperator<byte[]> change) {
        StateSnapshotted state = EventCodec.decode(snapshot.value(), StateSnapshotted.class);
        List<StateEntry> entries = new ArrayList<>();
        for (StateEntry entry : state.getEntries()) {
            byte[] value = entry.getKey().startsWith(prefix)
                    ? change.apply(entry.getValue().array())
                    : entry.getValue().array();
            if (value != null) {
                entries.add(new StateEntry(entry.getKey(), ByteBuffer.wrap(value)));
            }
        }
        return EventCodec.encode(
                StateSnapshotted.newBuilder(state).setEntries(entries).build());
    }

    @Test
    void commands_that_stand_hours_later_are_found() {
        Duration late = Duration.ofHours(5);
        MemoryLog log = copy(record -> record.topic() == Topic.COMMANDS ? at(record, late) : record);
        assertEquals(Optional.empty(), replay(log, SEGMENT, Instant.EPOCH).difference());
    }

    @Test
    void a_decision_that_was_taken_out_is_named_with_its_input() {
        LogRecord opened = opened();
        MemoryLog log = copy(record -> record.equals(opened) ? null : record);
        DecisionReplay.Difference difference =
                replay(log, SEGMENT, Instant.EPOCH).difference().orElseThrow();
        assertEquals(new Decision(SEGMENT, decided(opened)), difference.decision());
        assertEquals(Optional.empty(), difference.recorded().output());
        assertEquals(
                EventCodec.decode(opened.value()).toString(),
                difference.replayed().output().orElseThrow());
        assertEquals(
                inputOf(decided(opened)),
                difference.replayed().input().orElseThrow().position());
        assertEquals(
                inputOf(decided(opened)),
                difference.recorded().input().orElseThrow().position());
    }

    @Test
    void a_decision_that_was_changed_is_named_with_both_inputs_and_both_outputs() {
        LogRecord opened = opened();
        PartitionOpened event = EventCodec.decode(opened.value(), PartitionOpened.class);
        PartitionOpened other =
                PartitionOpened.newBuilder(event).setInitiator("h9").build();
        MemoryLog log = copy(record -> record.equals(opened) ? with(record, EventCodec.encode(other)) : record);
        DecisionReplay.Difference difference =
                replay(log, SEGMENT, Instant.EPOCH).difference().orElseThrow();
        assertEquals(other.toString(), difference.recorded().output().orElseThrow());
        assertEquals(event.toString(), difference.replayed().output().orElseThrow());
        assertEquals(
                inputOf(decided(opened)),
                difference.recorded().input().orElseThrow().position());
    }

    /** The journal tells of one decision more than are made again. */
    @Test
    void a_decision_that_is_not_made_again_is_named_wherever_it_stands() {
        LogRecord opened = opened();
        PartitionOpened event = EventCodec.decode(opened.value(), PartitionOpened.class);
        InputsTaken turn = turnOf(decided(opened));
        long more = turn.getNextSequence();
        PartitionOpened extra = PartitionOpened.newBuilder(event)
                .setDecision(new Decision(SEGMENT, more))
                .build();
        MemoryLog log = copy(record -> EventCodec.decode(record.value()).equals(turn)
                ? with(
                        record,
                        EventCodec.encode(InputsTaken.newBuilder(turn)
                                .setNextSequence(more + 1)
                                .build()))
                : decided(record) >= more ? null : record);
        log.append(
                Topic.HOST_PARTITIONS,
                1,
                Instant.ofEpochMilli(REGION.millis()).plus(Duration.ofDays(30)),
                "h1",
                EventCodec.encode(extra));
        DecisionReplay.Difference difference =
                replay(log, SEGMENT, Instant.EPOCH).difference().orElseThrow();
        assertEquals(new Decision(SEGMENT, more), difference.decision());
        assertEquals(extra.toString(), difference.recorded().output().orElseThrow());
        assertEquals(Optional.empty(), difference.replayed().output());
        assertEquals(Optional.empty(), difference.replayed().input());
    }

    private static DecisionReplay.Result replay(MemoryLog log, int segment, Instant from) {
        return DecisionReplay.run(log, segment, from, Instant.MAX, "test-code");
    }

    /** A host partition that was opened in the middle of it. */
    private static LogRecord opened() {
        List<LogRecord> opened = REGION.appended.stream()
                .filter(record -> decided(record) > 0 && EventCodec.decode(record.value()) instanceof PartitionOpened)
                .toList();
        return opened.get(opened.size() / 2);
    }

    /** Number of a decision of the segment; 0: it is none. */
    private static long decided(LogRecord record) {
        var event = EventCodec.decode(record.value());
        var field = event.getSchema().getField("decision");
        return field != null && event.get(field.pos()) instanceof Decision decision && decision.getSegment() == SEGMENT
                ? decision.getSequence()
                : 0;
    }

    private static InputsTaken turnOf(long sequence) {
        return REGION.appended.stream()
                .filter(record -> record.segment() == SEGMENT)
                .map(record -> EventCodec.decode(record.value()))
                .filter(InputsTaken.class::isInstance)
                .map(InputsTaken.class::cast)
                .filter(turn -> turn.getFirstSequence() <= sequence && sequence < turn.getNextSequence())
                .findFirst()
                .orElseThrow();
    }

    private static Position inputOf(long sequence) {
        InputRun last = turnOf(sequence).getRuns().getLast();
        return new Position(last.getTopic(), SEGMENT, last.getToOffset(), "", "");
    }

    private static LogRecord with(LogRecord record, byte[] value) {
        return new LogRecord(
                record.topic(), record.segment(), record.offset(), record.timestampMillis(), record.key(), value);
    }

    private static LogRecord at(LogRecord record, Duration later) {
        return new LogRecord(
                record.topic(),
                record.segment(),
                record.offset(),
                record.timestampMillis() + later.toMillis(),
                record.key(),
                record.value());
    }

    /** The log with decisions and journal as a change leaves them; what it leaves out (null) moves those behind it forward. */
    private static MemoryLog copy(UnaryOperator<LogRecord> change) {
        MemoryLog log = new MemoryLog(Region.SITE, REGION.log.segments());
        List<LogRecord> records = new ArrayList<>();
        REGION.appended.forEach(record -> {
            LogRecord changed = change.apply(record);
            if (changed != null) {
                records.add(changed);
            }
        });
        records.sort(Comparator.comparingLong(LogRecord::offset));
        records.forEach(record -> log.append(
                record.topic(),
                record.segment(),
                Instant.ofEpochMilli(record.timestampMillis()),
                new String(record.key(), StandardCharsets.UTF_8),
                record.value()));
        return log;
    }
}
