package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.Proposals;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What was proposed and asked for is the same, whether all that was said since is decoded or what speaks of it alone. */
class WordsOfAnyMomentTest {
    private static final Duration RUN = Duration.ofMinutes(40);

    private static Simulation simulation;
    private static MemoryLog log;
    private static Instant beginning;

    @BeforeAll
    static void run() {
        simulation = new Simulation(Fleets.plan(
                RegionOfSites.of(Fleets.fleet("rennes", 12)),
                Fleets.load(1, 78),
                "{}",
                RUN,
                Faults.NONE,
                Optional.empty()));
        log = simulation.kept().orElseThrow();
        List<Act> acts = List.of(
                new Act.AnswerProposals(Duration.ZERO, Duration.ofSeconds(15), true),
                new Act.SetMode(Duration.ofMinutes(5), "approve"),
                new Act.SetMode(Duration.ofMinutes(18), "auto"),
                new Act.SetMode(Duration.ofMinutes(24), "approve"));
        acts.forEach(act -> act.plan(simulation));
        for (int minute = 2; minute < RUN.toMinutes(); minute += 2) {
            ask(minute);
        }
        simulation.run(_ -> {});
        beginning = log.at(Topic.OBSERVATIONS, 0, 0)
                .map(first -> Instant.ofEpochMilli(first.timestampMillis()))
                .orElseThrow();
    }

    @AfterAll
    static void end() {
        simulation.close();
    }

    private static void ask(int minute) {
        int vm = 1 + 7 * minute % 120;
        String host = "sim-rennes-h" + (vm - 1) / 10;
        VmActionAsked asked = new VmActionAsked(
                "q-" + minute, "vm-rennes-" + vm, host, ActionKind.MIGRATE, "", -1, "", false, 60_000L, "ann", "tried");
        simulation.agenda().in(Simulation.micros(Duration.ofMinutes(minute)), () -> {
            int segment = StateRebuild.named(log, Optional.empty())
                    .host(host)
                    .orElseThrow()
                    .segment();
            simulation.log().append(Topic.REQUESTS, segment, host, asked);
        });
    }

    @Test
    void proposals() {
        Set<Proposals.Stage> stages = EnumSet.noneOf(Proposals.Stage.class);
        for (int minute = 7; minute <= RUN.toMinutes(); minute += 3) {
            Instant moment = beginning.plus(Duration.ofMinutes(minute));
            Instant since = moment.minus(Duration.ofMinutes(30));
            History all = History.since(since, Topic.HOST_PARTITIONS, Topic.DETECTIONS);
            List<Proposals.Proposal> told = state(moment, all).proposals().all();
            assertEquals(
                    told, state(moment, History.ofProposals(since)).proposals().all(), () -> "at " + moment);
            told.forEach(proposal -> stages.add(proposal.stage()));
        }
        assertTrue(
                stages.containsAll(
                        EnumSet.of(Proposals.Stage.APPROVED, Proposals.Stage.REJECTED, Proposals.Stage.ENDED)),
                stages::toString);
    }

    @Test
    void requests() {
        int answered = 0;
        for (int minute = 7; minute <= RUN.toMinutes(); minute += 3) {
            Instant moment = beginning.plus(Duration.ofMinutes(minute));
            History all = History.since(moment.minus(Duration.ofMinutes(30)), Topic.HOST_PARTITIONS);
            List<Requests.Request> told = state(moment, all).requests().all();
            RegionState some = state(moment, all.only(List.of(RequestAnswered.class)));
            assertEquals(told, some.requests().all(), () -> "at " + moment);
            assertEquals(
                    state(moment, History.NONE).partitions().open(),
                    some.partitions().open(),
                    () -> "host partitions at " + moment);
            answered += (int) told.stream()
                    .filter(request -> request.answer().isPresent())
                    .count();
        }
        assertTrue(answered > 50, "answered: " + answered);
    }

    private static RegionState state(Instant moment, History history) {
        return StateRebuild.of(log, Optional.of(moment), moment, history);
    }
}
