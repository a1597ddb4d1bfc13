package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schedulers.replay.Fork;
import io.godwit.schedulers.replay.RecordedCourse;
import io.godwit.schedulers.replay.RecordedCourse.Course;
import io.godwit.schedulers.replay.RecordedCourse.Told;
import io.godwit.schedulers.replay.Rehearsed;
import io.godwit.schedulers.replay.Unforkable;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Forks of the schedulers that live through what was recorded after them, with detections of their own. */
class RecordedCourseTest {
    private static final String RULE = "rule";

    private final Region region = new Region(2)
            .host("h1", 0, 3000, 1000)
            .host("h2", 0, 1000)
            .host("h3", 1, 1000)
            .mode("auto");

    /** Seconds of a quiet time, in which what is commanded is carried out, too. */
    private void live(int seconds) {
        for (int second = 0; second < seconds; second++) {
            region.pass(1000).sampleAll().tick().settle();
            region.openCommands().forEach(region::succeed);
            region.settle();
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(region.millis());
    }

    /** What a rule would have said of the newest sample of a host. */
    private Told detected(String host, String vm, DetectionAction action, ActingMode mode) {
        LogRecord sample = region.appended.reversed().stream()
                .filter(record -> record.topic() == Topic.OBSERVATIONS
                        && new String(record.key(), StandardCharsets.UTF_8).equals(host))
                .findFirst()
                .orElseThrow();
        DetectionBegan began = new DetectionBegan(
                "CUSTOM-rule-" + host + "-" + vm + "-" + sample.offset(),
                DetectionKind.CUSTOM,
                host,
                vm,
                now(),
                "value",
                0L,
                0L,
                "",
                RULE,
                2,
                List.of(),
                new DetectionTerms("ann", Severity.WARNING, action, mode, 0L));
        return new Told(sample.segment(), sample.offset(), began);
    }

    private Told away(String host, String vm) {
        return detected(host, vm, DetectionAction.MIGRATE_AWAY, ActingMode.AUTO);
    }

    private List<Course> courses(Instant from, List<List<Told>> tellings) {
        return RecordedCourse.of(region.log, Fork.of(region.log, "test-code", from), RULE, tellings, now());
    }

    private static List<String> moves(Course course) {
        return course.commanded().stream()
                .map(step -> step.move().getVmId() + " " + step.move().getSourceHostId() + " "
                        + step.move().getTargetHostId())
                .toList();
    }

    private List<String> recordedMoves() {
        return region.events(MigrateVm.class).stream()
                .map(move -> move.getVmId() + " " + move.getSourceHostId() + " " + move.getTargetHostId())
                .toList();
    }

    @Test
    void with_nothing_changed_what_was_recorded_is_decided_again() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(5);
        region.hosts.get("h1").vms.put("h1-0", 7500L);
        live(30);
        assertTrue(recordedMoves().size() > 0, "an overload was relieved");
        long before = region.appended.size();
        Course course = courses(from, List.of(List.of())).getFirst();
        assertEquals(recordedMoves(), moves(course));
        assertEquals(
                before,
                Arrays.stream(Topic.values())
                        .flatMapToLong(topic -> region.log.ends(topic).stream().mapToLong(Long::longValue))
                        .sum(),
                "nothing is written");
    }

    @Test
    void what_failed_in_the_record_fails_again_and_what_took_long_takes_as_long() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(5);
        region.hosts.get("h1").vms.put("h1-0", 7500L);
        for (int second = 0; second < 90; second++) {
            region.pass(1000).sampleAll().tick().settle();
            List<MigrateVm> open = region.openCommands();
            if (second == 20) {
                open.forEach(region::fail);
            } else if (second == 70) {
                open.forEach(region::succeed);
            }
            region.settle();
        }
        assertTrue(recordedMoves().size() > 1, "what failed is tried again: " + recordedMoves());
        Course course = courses(from, List.of(List.of())).getFirst();
        assertEquals(recordedMoves(), moves(course));
        assertTrue(course.ended().stream().allMatch(Rehearsed.Ended::recorded), course::toString);
        assertTrue(course.ended().stream().anyMatch(end -> !end.succeeded()), course::toString);
        assertEquals(0, course.apart().toMillis(), course::toString);
    }

    @Test
    void a_vm_that_a_course_has_moved_asks_on_its_new_host_for_what_it_asked_for_in_the_record() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        Told away = away("h1", "h1-0");
        live(30);
        region.hosts.get("h1").vms.put("h1-0", 7500L); // too much beside h1-1, and not alone
        live(60);
        assertEquals(1, recordedMoves().size(), "the record relieves h1 by a move");
        List<Course> courses = courses(from, List.of(List.of(), List.of(away)));
        assertEquals(recordedMoves(), moves(courses.getFirst()));
        List<String> moved = moves(courses.getLast());
        assertEquals(
                1, moved.stream().filter(move -> move.startsWith("h1-0 h1 ")).count(), moved::toString);
        assertTrue(moved.stream().noneMatch(move -> move.startsWith("h1-1 h1 ")), "h1 has room then: " + moved);
    }

    @Test
    void what_the_record_moved_stays_where_no_course_moves_it() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        String recorded = region.ruled(
                RULE,
                DetectionKind.CUSTOM,
                "h1",
                "h1-1",
                new DetectionTerms("ann", Severity.WARNING, DetectionAction.MIGRATE_AWAY, ActingMode.AUTO, 0L));
        region.settle();
        live(20);
        assertEquals(1, recordedMoves().size());
        String target = region.events(MigrateVm.class).getFirst().getTargetHostId();
        live(400); // past the hold of a VM that has just moved
        Told again = away(target, "h1-1");
        Told there = away("h1", "h1-1");
        live(20);
        List<Course> courses = courses(from, List.of(List.of(), List.of(there), List.of(again)));
        assertEquals(List.of(), moves(courses.getFirst()), recorded + " is left out");
        assertEquals(1, moves(courses.get(1)).size(), "it is on h1 still");
        assertEquals(List.of(), moves(courses.getLast()), "it never came to " + target);
    }

    @Test
    void plans_of_a_rule_that_advises_are_shown_and_those_of_one_that_asks_are_proposed() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        Told shown = detected("h1", "h1-0", DetectionAction.MIGRATE_AWAY, ActingMode.ADVISE);
        Told proposed = detected("h1", "h1-0", DetectionAction.MIGRATE_AWAY, ActingMode.APPROVE);
        live(20);
        List<Course> courses = courses(from, List.of(List.of(shown), List.of(proposed)));
        List<String> modes = courses.stream()
                .flatMap(course -> course.plans().stream()
                        .map(RecordedCourse.Planned::plan)
                        .map(plan -> plan.getMode() + " "
                                + plan.getMoves().getFirst().getVmId())
                        .distinct())
                .toList();
        assertEquals(List.of("advise h1-0", "approve h1-0"), modes);
        assertEquals(
                List.of(),
                courses.stream().flatMap(course -> moves(course).stream()).toList());
    }

    @Test
    void budgets_hold_over_the_whole_course() {
        region.settings("{\"movesPerHour\":{\"host\":1}}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        Told first = away("h1", "h1-0");
        live(30);
        Told second = away("h1", "h1-1");
        live(30);
        Course both = courses(from, List.of(List.of(first, second))).getFirst();
        assertEquals(1, moves(both).size(), moves(both)::toString);
        RecordedCourse.Refused refused = both.refused().getFirst();
        assertTrue(refused.byBudget(), both::toString);
        Staying spent = refused.staying().get("h1-1");
        assertEquals(new Staying(Staying.Cause.BUDGET, "its host's budget of 1 moves an hour is spent"), spent);
    }

    @Test
    void a_vms_own_budget_counts_as_one_and_its_hold_does_not() {
        region.settings("{\"movesPerHour\":{\"vm\":1}}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        Told first = away("h1", "h1-1");
        live(30);
        String target = courses(from, List.of(List.of(first)))
                .getFirst()
                .commanded()
                .getFirst()
                .move()
                .getTargetHostId();
        Told soon = away(target, "h1-1");
        live(20);
        RecordedCourse.Refused held = courses(from, List.of(List.of(first, soon)))
                .getFirst()
                .refused()
                .getFirst();
        assertEquals(
                new Staying(Staying.Cause.HOLD, "arrived a moment ago"),
                held.staying().get("h1-1"));
        assertFalse(held.byBudget());
        live(400); // past the hold of a VM that has just moved
        Told later = away(target, "h1-1");
        live(20);
        List<Course> courses = courses(from, List.of(List.of(first, later)));
        RecordedCourse.Refused tired = courses.getLast().refused().getFirst();
        assertEquals(
                new Staying(Staying.Cause.BUDGET, "has moved 1 times within an hour"),
                tired.staying().get("h1-1"));
        assertTrue(tired.byBudget());
    }

    @Test
    void what_is_told_the_same_does_the_same() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant from = now();
        live(1);
        Told away = away("h1", "h1-0");
        live(30);
        List<Course> courses = courses(from, List.of(List.of(away), List.of(away)));
        assertEquals(1, moves(courses.getFirst()).size());
        assertEquals(courses.getFirst(), courses.getLast());
    }

    @Test
    void it_may_begin_with_the_log_and_not_where_no_scheduler_has_worked() {
        region.settings("{}").sampleAll().settle();
        live(5);
        Instant early = Instant.ofEpochMilli(region.appended.getFirst().timestampMillis() - 1);
        assertEquals(List.of(), moves(courses(early, List.of(List.of())).getFirst()));
        Region idle = new Region(1).host("h1", 0, 1000).sampleAll();
        assertTrue(assertThrows(
                        Unforkable.class, () -> Fork.of(idle.log, "test-code", Instant.ofEpochMilli(idle.millis())))
                .getMessage()
                .contains("the journal of segment 0 is empty"));
    }
}
