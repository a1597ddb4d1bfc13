package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimulatedLogTest {
    private final Agenda agenda = new Agenda(0);
    private final List<String> read = new ArrayList<>();

    @Test
    void a_reader_has_a_record_after_the_delay_and_a_watcher_at_once() {
        SimulatedLog log = new SimulatedLog(agenda, 1, (_, _) -> 10_000, false);
        log.subscribe(Topic.OBSERVATIONS, 0, (record, _) -> says("reader", record));
        log.watch(Topic.OBSERVATIONS, (record, _) -> says("watcher", record));
        append(log, 0);
        assertEquals(List.of("0 watcher 0"), read);
        agenda.runUntil(9_999);
        assertEquals(1, read.size());
        agenda.runUntil(10_000);
        assertEquals(List.of("0 watcher 0", "10000 reader 0"), read);
    }

    @Test
    void no_record_overtakes_another_of_its_segment_however_short_its_way() {
        SimulatedLog log = new SimulatedLog(agenda, 2, (_, record) -> record.offset() == 0 ? 5000 : 100, false);
        log.subscribe(Topic.OBSERVATIONS, 0, (record, _) -> says("reader", record));
        append(log, 0);
        append(log, 0);
        agenda.runUntil(10_000);
        assertEquals(List.of("5000 reader 0", "5000 reader 1"), read);
    }

    @Test
    void offsets_count_within_a_segment_and_a_reader_of_one_sees_no_other() {
        SimulatedLog log = new SimulatedLog(agenda, 2, (_, _) -> 0, false);
        log.subscribe(Topic.OBSERVATIONS, 1, (record, _) -> says("reader", record));
        append(log, 0);
        append(log, 1);
        append(log, 1);
        agenda.runUntil(1);
        assertEquals(List.of("0 reader 0", "0 reader 1"), read);
    }

    @Test
    void a_doubled_record_comes_twice_with_one_offset() {
        SimulatedLog.Network doubling = new SimulatedLog.Network() {
            @Override
            public long delayMicros(int fromSegment, LogRecord record) {
                return 10;
            }

            @Override
            public int copies(LogRecord record) {
                return 2;
            }
        };
        SimulatedLog log = new SimulatedLog(agenda, 1, doubling, false);
        log.subscribe(Topic.OBSERVATIONS, 0, (record, _) -> says("reader", record));
        append(log, 0);
        agenda.runUntil(10);
        assertEquals(List.of("10 reader 0", "10 reader 0"), read);
    }

    private static void append(SimulatedLog log, int segment) {
        log.append(Topic.OBSERVATIONS, segment, "key", new MonitorAlive("monitor-1", segment, 1, ""));
    }

    private void says(String who, LogRecord record) {
        read.add(agenda.nowMicros() + " " + who + " " + record.offset());
    }
}
