package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.Proposals;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is open at a moment is the same, whether the log was read from its beginning or from the newest snapshots on. */
class StateOfAnyMomentTest {
    private static final Duration RUN = Duration.ofMinutes(50);
    private static final Duration STEP = Duration.ofSeconds(83); // falls on no round time

    private static Simulation simulation;
    private static MemoryLog log;
    private static Instant beginning;

    @BeforeAll
    static void run() {
        SimulationPlan plan = Fleets.plan(
                RegionOfSites.of(Fleets.fleet("rennes", 12)),
                Fleets.load(1, 74),
                "{}",
                RUN,
                Faults.NONE,
                Optional.empty());
        simulation = new Simulation(
                Fleets.crashing(plan, CrashPlan.exponential(5, Duration.ofHours(2), Duration.ofMinutes(3))));
        log = simulation.kept().orElseThrow();
        asks(Duration.ofMinutes(2), "sim-rennes-h3", new DrainAsked("q-drain", "sim-rennes-h3", "ann", "fans"));
        asks(Duration.ofMinutes(4), "sim-rennes-h5", new DrainAsked("q-short", "sim-rennes-h5", "ann", "cables"));
        asks(Duration.ofMinutes(9), "sim-rennes-h5", new DrainEnded("sim-rennes-h5", "ann", "done"));
        asks(Duration.ofMinutes(31), "sim-rennes-h5", new DrainAsked("q-again", "sim-rennes-h5", "bob", "cables"));
        asks(Duration.ofMinutes(32), "sim-rennes-h5", new DrainAsked("q-twice", "sim-rennes-h5", "ann", "cables"));
        for (int minute = 3; minute < 50; minute += 4) {
            int vm = 1 + 7 * minute % 120;
            String host = "sim-rennes-h" + (vm - 1) / 10;
            asks(
                    Duration.ofMinutes(minute),
                    host,
                    new VmActionAsked(
                            "q-" + minute,
                            "vm-rennes-" + vm,
                            host,
                            ActionKind.MIGRATE,
                            "",
                            -1,
                            "",
                            false,
                            60_000L,
                            "ann",
                            "tried"));
        }
        SimulationResult result = simulation.run(_ -> {});
        assertTrue(result.migrations().succeeded() > 100, "moved " + result.migrations());
        beginning = log.at(Topic.OBSERVATIONS, 0, 0)
                .map(first -> Instant.ofEpochMilli(first.timestampMillis()))
                .orElseThrow();
    }

    @AfterAll
    static void end() {
        simulation.close();
    }

    private static void asks(Duration when, String hostId, SpecificRecord word) {
        simulation.agenda().in(Simulation.micros(when), () -> {
            int segment = StateRebuild.named(log, Optional.empty())
                    .host(hostId)
                    .orElseThrow()
                    .segment();
            simulation.log().append(Topic.REQUESTS, segment, hostId, word);
        });
    }

    private static List<Instant> moments() {
        return IntStream.range(1, (int) RUN.dividedBy(STEP))
                .mapToObj(step -> beginning.plus(STEP.multipliedBy(step)))
                .toList();
    }

    @Test
    void what_is_open_is_told_whole() {
        int skipped = 0;
        int drained = 0;
        for (Instant moment : moments()) {
            RegionState whole = StateRebuild.whole(log, Optional.of(moment), moment);
            RegionState open = StateRebuild.of(log, Optional.of(moment), moment);
            StateRebuild.arrivals(log, Optional.of(moment), open);

            assertEquals(whole.hosts(), open.hosts(), () -> "hosts at " + moment);
            assertEquals(whole.vms(), open.vms(), () -> "VMs at " + moment);
            assertEquals(whole.detections().open(), open.detections().open(), () -> "detections at " + moment);
            assertEquals(whole.partitions().open(), open.partitions().open(), () -> "host partitions at " + moment);
            assertEquals(whole.partitions().held(), open.partitions().held(), () -> "leases at " + moment);
            assertEquals(underWay(whole), underWay(open), () -> "migrations at " + moment);
            assertEquals(pending(whole), pending(open), () -> "proposals at " + moment);
            assertEquals(unanswered(whole), unanswered(open), () -> "requests at " + moment);
            assertEquals(drained(whole), drained(open), () -> "drained hosts at " + moment);
            for (int segment = 0; segment < log.segments(); segment++) {
                assertEquals(
                        whole.detections().activeIn(segment), open.detections().activeIn(segment));
            }
            skipped += whole.partitions().all().size() > open.partitions().all().size() ? 1 : 0;
            drained += drained(open).size();
        }
        assertTrue(skipped > 20, "left something out at " + skipped + " moments");
        assertTrue(drained > 20, "drains that were seen: " + drained);
    }

    @Test
    void what_is_over_is_told_as_far_back_as_is_wanted() {
        Instant moment = beginning.plus(Duration.ofMinutes(47));
        RegionState whole = StateRebuild.whole(log, Optional.of(moment), moment);
        Instant since = beginning.plus(Duration.ofMinutes(25));
        History history = History.since(since, Topic.DETECTIONS, Topic.HOST_PARTITIONS, Topic.COMMANDS, Topic.OUTCOMES);
        RegionState told = StateRebuild.of(log, Optional.of(moment), moment, history);

        assertEquals(
                whole.migrations().all().stream()
                        .filter(one -> !one.commanded().orElseThrow().isBefore(since))
                        .toList(),
                told.migrations().all().stream()
                        .filter(one -> !one.commanded().orElseThrow().isBefore(since))
                        .toList());
        assertEquals(
                whole.detections().all().stream()
                        .filter(one -> !one.appended().isBefore(since))
                        .toList(),
                told.detections().all().stream()
                        .filter(one -> !one.appended().isBefore(since))
                        .toList());
        assertTrue(told.migrations().all().size() < whole.migrations().all().size());
    }

    private static List<Migrations.Migration> underWay(RegionState state) {
        return state.migrations().all().stream()
                .filter(migration -> !migration.stage().isFinal())
                .toList();
    }

    private static List<Proposals.Proposal> pending(RegionState state) {
        return state.proposals().all().stream()
                .filter(proposal -> proposal.stage() == Proposals.Stage.PENDING)
                .toList();
    }

    private static List<Requests.Request> unanswered(RegionState state) {
        return state.requests().all().stream()
                .filter(request -> request.answer().isEmpty())
                .toList();
    }

    private static Set<String> drained(RegionState state) {
        return state.hosts().stream()
                .flatMap(host -> state.requests().drain(host.id()).stream())
                .map(Requests.Request::id)
                .collect(Collectors.toSet());
    }
}
