package io.godwit.ops.words;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class EventWordsTest {
    private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
    private static final Position NOWHERE = new Position("commands.host.v1", 0, 0L, "", "");

    private final Names names = new Names();
    private final EventWords words = new EventWords("west", names);

    @BeforeEach
    void knowThem() {
        names.take(new HostJoined("id-1", "west", "r1", "h1", 0, "simulated:h1", "", "test", "test"));
        names.take(new VmDefined("id-1", "u-1", "web", 2, 1L << 30, -1L, "", "m1"));
    }

    @Test
    void the_subject_of_a_sentence_is_told_apart_from_the_rest_of_it() {
        assertEquals(
                new Telling(
                        "ended",
                        "west/r1/h1",
                        "overload after 2.5 s  cpu demand 7000 of 8000 mc",
                        "overload west/r1/h1 after 2.5 s  cpu demand 7000 of 8000 mc",
                        true),
                one(new DetectionEnded(
                        "d-1",
                        DetectionKind.OVERLOAD,
                        "id-1",
                        null,
                        START,
                        START.plusMillis(2500),
                        "cpu demand 7000 of 8000 mc",
                        "overload",
                        1,
                        List.of(),
                        null,
                        Instant.EPOCH)));
        Telling asked = one(
                new VmActionAsked("q-1", "u-1", "id-1", ActionKind.MIGRATE, "id-1", 0, "", false, 1L, "ann", "noisy"));
        assertEquals("ann: migrate web to h1  noisy", asked.text());
        assertEquals("web", asked.subject());
        assertEquals("ann: migrate to h1  noisy", asked.detail());
    }

    @Test
    void those_who_look_back_are_told_more_than_those_who_watch() {
        assertLater("observed", "web", "shut down on west/r1/h1: by the guest", changed());
        assertLater(
                "decided",
                "p-0-1",
                "infeasible: no host has room",
                plan(PlanAnswer.INFEASIBLE, "no host has room", "auto"));
        assertLater("retired", "busy v3", "by ann: too loud", new RuleRetired("busy", 3, "ann", "too loud"));
        assertLater(
                "disarmed", "west", "by ann for 60.0 s: switch", new FencingDisarmed("west", 60_000L, "ann", "switch"));
        assertLater("armed", "west", "by ann: done", new FencingDisarmed("west", 0L, "ann", "done"));
    }

    @Test
    void what_a_monitor_describes_anew_is_told_where_it_is_new() {
        HostDescribed small = new HostDescribed("id-1", 8000L, 1L << 30, "EPYC", 1L << 27, "m1");
        assertEquals("8000 mc, 1 GiB, EPYC", one(small).detail());
        assertEquals(List.of(), words.of(0, small));
        assertEquals(
                "16000 mc, 1 GiB, EPYC",
                one(new HostDescribed("id-1", 16000L, 1L << 30, "EPYC", 1L << 27, "m1"))
                        .detail());
        VmDefined defined = new VmDefined("id-1", "u-1", "web", 2, 1L << 30, -1L, "", "m1");
        assertEquals("on west/r1/h1: 2 vCPUs, 1 GiB", one(defined).detail());
        assertEquals(List.of(), words.of(0, defined));
    }

    @Test
    void what_was_done_to_a_vm_is_named_by_its_command() {
        CommandSucceeded done = new CommandSucceeded(
                "c-1", NOWHERE, "e", "u-1", "id-1", "id-1", 10L, -1L, -1L, MigrationMode.PRE_COPY, -1L, 0L);
        assertEquals("resumed", one(done).word());
        one(new ActOnVm(
                new Decision(0, 1L),
                "c-1",
                "p-0-1",
                new Decision(0, 0L),
                "q-1",
                NOWHERE,
                "u-1",
                "id-1",
                4L,
                ActionKind.STOP,
                "",
                false,
                null,
                "",
                START,
                "asked by ann"));
        assertEquals("stopped", one(done).word());
    }

    @Test
    void an_answer_names_the_request_that_why_explains() {
        Telling answered =
                one(new RequestAnswered(new Decision(0, 1L), "q-1", "id-1", NOWHERE, "done", "web is there"));
        assertEquals(new Telling("done", "q-1", "web is there", "web is there", true), answered);
    }

    @Test
    void whom_an_event_concerns_is_found_in_all_its_parts() {
        PlanDecided plan = plan(PlanAnswer.VIABLE, "nothing to do", "auto");
        assertEquals(new Concerned(Set.of("id-1", "id-2"), Set.of("u-1")), Concerned.by(plan));
        assertTrue(Concerned.by(new FencingDisarmed("west", 0L, "ann", "done")).nobody());
    }

    private Telling one(SpecificRecord event) {
        List<Telling> told = words.of(0, event);
        assertEquals(1, told.size(), told::toString);
        return told.getFirst();
    }

    private void assertLater(String word, String subject, String detail, SpecificRecord event) {
        Telling told = one(event);
        assertEquals(List.of(word, subject, detail), List.of(told.word(), told.subject(), told.detail()));
        assertTrue(!told.live(), told::toString);
    }

    private static VmChanged changed() {
        return new VmChanged("id-1", "u-1", VmChange.SHUT_DOWN, "by the guest", 0L, "m1");
    }

    private static PlanDecided plan(PlanAnswer answer, String reason, String mode) {
        return new PlanDecided(
                new Decision(0, 1L),
                "p-0-1",
                "d-1",
                NOWHERE,
                answer,
                mode,
                List.of(),
                List.of(new RejectedMove("u-1", "10 s to move")),
                List.of(new Lease("id-1", 1L), new Lease("id-2", 7L)),
                0L,
                "greedy",
                "",
                reason,
                List.of(),
                List.of(),
                "");
    }
}
