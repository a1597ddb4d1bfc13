package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** h1 stands in segment 0 and h2 in segment 1. */
final class TimelineTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Position NOWHERE = new Position("observations.host.v1", 0, 0L, "", "");

    private final MemoryLog log = new MemoryLog("a", 2);

    @BeforeEach
    void begin() {
        add(Topic.INVENTORY, 0, 0, new HostJoined("i1", "a", "r", "h1", 0, "simulated:h1", "", "test", "test"));
        add(Topic.INVENTORY, 1, 0, new HostJoined("i2", "a", "r", "h2", 1, "simulated:h2", "", "test", "test"));
        add(Topic.INVENTORY, 0, 1, new VmDefined("i1", "u1", "web", 1, 1L << 30, -1L, "", "m"));
    }

    @Test
    void events_of_all_segments_are_told_by_time_and_from_cause_to_effect() {
        add(Topic.DETECTIONS, 1, 10, overload("d2", "i2"));
        add(Topic.OBSERVATIONS, 1, 10, new HostLost("i2", "the connection broke", "m"));
        add(Topic.DETECTIONS, 0, 9, overload("d1", "i1"));
        mode(11);
        assertEquals(
                List.of(
                        "9 overload|a/r/h1|cpu-demand 8100 of 8000 mc",
                        "10 unreached|a/r/h2|m lost it: the connection broke",
                        "10 overload|a/r/h2|cpu-demand 8100 of 8000 mc",
                        "11 mode|a|is off now: lightning"),
                told(5, 20));
    }

    @Test
    void a_stretch_holds_its_first_moment_and_its_last() {
        for (int second = 5; second < 10; second++) {
            add(Topic.OBSERVATIONS, 0, second, new HostLost("i1", "at " + second, "m"));
        }
        assertEquals(List.of("6 unreached|a/r/h1|m lost it: at 6", "7 unreached|a/r/h1|m lost it: at 7"), told(6, 7));
        assertEquals(
                4,
                new Timeline(log)
                        .between(START.plusSeconds(6), Optional.empty())
                        .size());
    }

    @Test
    void what_was_said_before_gives_names_and_words_to_what_is_told() {
        add(
                Topic.REQUESTS,
                0,
                2,
                new VmActionAsked("q1", "u1", "i1", ActionKind.STOP, "", -1, "", false, 600_000L, "ann", "noisy"));
        LogRecord command = add(Topic.COMMANDS, 0, 3, stop());
        add(
                Topic.OUTCOMES,
                0,
                8,
                new CommandSucceeded(
                        "c1",
                        command.position(),
                        "e",
                        "u1",
                        "i1",
                        "i1",
                        5000L,
                        -1L,
                        -1L,
                        MigrationMode.PRE_COPY,
                        -1L,
                        0L));
        add(Topic.HOST_PARTITIONS, 0, 9, new RequestAnswered(new Decision(0, 2L), "q1", "i1", NOWHERE, "done", "off"));
        assertEquals(List.of("8 stopped|web|a/r/h1", "9 done|q1|off"), told(5, 20));
        List<Timeline.Entry> entries = new Timeline(log).between(START.plusSeconds(5), Optional.empty());
        assertEquals(List.of("u1"), List.copyOf(entries.getLast().concerned().vmIds()));
        assertEquals("outcomes 0:0", WhyChain.place(entries.getFirst().position()));
    }

    @Test
    void samples_and_ticks_are_not_told_and_damaged_records_are_counted() {
        add(
                Topic.OBSERVATIONS,
                0,
                6,
                new HostSampled("i1", 0, 0L, 5000, "m", 8000L, 100L, 100L, 1L << 34, 0L, List.of(), "", 0L));
        add(Topic.OBSERVATIONS, 0, 6, new Tick(0, 1L, "cep"));
        log.append(Topic.DETECTIONS, 0, START.plusSeconds(6), "i1", "nonsense".getBytes(StandardCharsets.UTF_8));
        log.append(Topic.OBSERVATIONS, 0, START.plusSeconds(6), "i1", "nonsense".getBytes(StandardCharsets.UTF_8));
        Timeline timeline = new Timeline(log);
        assertEquals(List.of(), timeline.between(START.plusSeconds(5), Optional.empty()));
        assertEquals(2, timeline.unreadable());
    }

    @Test
    void hosts_are_found_by_id_label_or_name() {
        Timeline timeline = new Timeline(log);
        assertFalse(timeline.between(START, Optional.empty()).isEmpty());
        for (String named : List.of("i1", "a/r/h1", "h1")) {
            assertEquals(List.of("i1"), timeline.names().hostsCalled(named));
        }
        assertEquals(List.of("u1"), timeline.names().vmsCalled("web"));
        assertEquals(List.of(), timeline.names().vmsCalled("db"));
    }

    private List<String> told(int from, int to) {
        return new Timeline(log)
                .between(START.plusSeconds(from), Optional.of(START.plusSeconds(to))).stream()
                        .map(entry -> "%d %s|%s|%s"
                                .formatted(
                                        entry.at().getEpochSecond() - START.getEpochSecond(),
                                        entry.told().word(),
                                        entry.told().subject(),
                                        entry.told().detail()))
                        .toList();
    }

    private void mode(int second) {
        for (int segment = 0; segment < 2; segment++) {
            add(Topic.CONTROLS, segment, second, new ModeChanged("a", "off", "ann", "lightning"));
        }
    }

    private LogRecord add(Topic topic, int segment, int second, SpecificRecord event) {
        return log.append(topic, segment, START.plusSeconds(second), "key", EventCodec.encode(event));
    }

    private static DetectionBegan overload(String id, String hostId) {
        return new DetectionBegan(
                id,
                DetectionKind.OVERLOAD,
                hostId,
                null,
                START,
                "cpu-demand",
                8100L,
                8000L,
                "mc",
                "overload",
                1,
                List.of(),
                null);
    }

    private static ActOnVm stop() {
        return new ActOnVm(
                new Decision(0, 1L),
                "c1",
                "p-0-1",
                new Decision(0, 0L),
                "q1",
                NOWHERE,
                "u1",
                "i1",
                4L,
                ActionKind.STOP,
                "",
                false,
                null,
                "",
                START,
                "asked by ann");
    }
}
