package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ops.causes.Closure;
import io.godwit.ops.causes.Closures;
import io.godwit.ops.causes.Otherwise;
import io.godwit.ops.causes.Place;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Over all moves of several regions, some of which crash, lose records and have their schedulers killed. */
class ClosureTest {
    private static final Duration LASTS = Duration.ofSeconds(100);

    /**
     * Random regions with crashes and faults in which much is moved, and two where an input that is kept must not do what it
     * did not; more with -Dgodwit.closure.seeds=FIRST-LAST.
     */
    private static final List<Long> RANDOM = List.of(91L, 106L, 421L, 1193L);

    /** A rule of an operator that counts over a look-back, by who a host is. */
    private static final RuleDeployed OFTEN_BUSY = new RuleDeployed("often-busy", 1, """
        // name: often-busy
        // mode: auto
        // action: migrate-away
        // hold: 10s
        // cool-down: 20s
        select hostId, count(*) as value from HostSample(rack = 'r1' and cpuPermille > 700)#time(20 sec)
        group by hostId having count(*) >= 12\
        """, "me", "test", false, 20);

    /** Before the first move for that rule, and after the first snapshots: hosts have joined before what is followed. */
    private static final Instant OF_OPERATOR_FROM = Simulation.ORIGIN.plusSeconds(10);

    /** Of each region so many moves are judged by replays of the whole log. */
    private static final int WHOLE_REPLAYS = 8;

    private static final List<Region> REGIONS = new ArrayList<>();

    private static final OperatorsProcess OPERATORS = OperatorsProcess.ofThePast(OperatorsConfig.DEFAULTS);

    private record Move(MigrateVm command, Instant at, Closure closure) {
        boolean isIn(Otherwise otherwise) {
            return otherwise.commands().stream()
                    .anyMatch(event -> event instanceof MigrateVm again
                            && again.getVmId().equals(command.getVmId())
                            && again.getSourceHostId().equals(command.getSourceHostId())
                            && again.getTargetHostId().equals(command.getTargetHostId())
                            && again.getDetectionId().equals(command.getDetectionId()));
        }
    }

    private record Region(String name, MemoryLog log, List<Move> moves) {
        /** @param from log time from which moves are followed back to the newest snapshots */
        static Region of(String name, MemoryLog log, Instant from) {
            Closures closures = new Closures(log, from, Simulation.ORIGIN.plus(Duration.ofHours(1)), Admission.HERE);
            List<Move> moves = new ArrayList<>();
            for (int segment = 0; segment < log.segments(); segment++) {
                log.scan(List.of(LogRange.all(Topic.COMMANDS, segment)), record -> {
                    Instant at = Instant.ofEpochMilli(record.timestampMillis());
                    if (EventCodec.decode(record.value()) instanceof MigrateVm command && !at.isBefore(from)) {
                        moves.add(new Move(
                                command,
                                at,
                                closures.of(command.getDecision(), at).orElseThrow()));
                    }
                    return true;
                });
            }
            return new Region(name, log, moves);
        }

        /** Some of the moves that a detection of a rule caused, spread over all. */
        List<Move> some() {
            List<Move> caused =
                    moves.stream().filter(move -> began(move).isPresent()).toList();
            int step = Math.max(1, caused.size() / WHOLE_REPLAYS);
            return IntStream.range(0, caused.size())
                    .filter(index -> index % step == 0)
                    .mapToObj(caused::get)
                    .toList();
        }

        Optional<DetectionBegan> began(Move move) {
            var position = move.command().getDetection();
            return position.getTopic().equals(Topic.DETECTIONS.stage())
                    ? log.at(Topic.DETECTIONS, position.getSegment(), position.getOffset())
                            .map(record -> (DetectionBegan) EventCodec.decode(record.value()))
                    : Optional.empty();
        }

        Set<Place> evidence(Move move) {
            return began(move).orElseThrow().getEvidence().stream()
                    .map(Place::of)
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        Otherwise without(Set<Place> gone, Move move) {
            return Otherwise.without(log, gone, Simulation.ORIGIN, move.at().plusSeconds(3), OPERATORS, Admission.HERE);
        }

        long records() {
            return Stream.of(Topic.values())
                    .flatMapToLong(
                            topic -> IntStream.range(0, log.segments()).mapToLong(segment -> log.end(topic, segment)))
                    .sum();
        }

        String says(Move move) {
            return name + ": " + move.command().getCommandId() + " for "
                    + move.command().getDetectionId();
        }
    }

    @BeforeAll
    static void live() {
        for (String policy : List.of("dvms-local", "dvms")) {
            for (long seed = 1; seed <= 2; seed++) {
                SimulationPlan plan = Fleets.plan(
                        Fleets.fourSites(4),
                        Fleets.load(seed, 77),
                        "{\"policy\":\"" + policy + "\"}",
                        LASTS,
                        Faults.NONE,
                        Optional.empty());
                REGIONS.add(region(policy + " " + seed, plan, Simulation.ORIGIN));
            }
        }
        SimulationPlan plan = Fleets.plan(
                RegionOfSites.of(Fleets.fleet("local", 12)),
                Fleets.load(5, 55),
                "{}",
                LASTS,
                Faults.NONE,
                Optional.empty());
        REGIONS.add(region(OFTEN_BUSY.getRule(), Fleets.withRule(plan, OFTEN_BUSY), OF_OPERATOR_FROM));
        seeds().forEach(seed ->
                REGIONS.add(region("random " + seed, Scenario.of(seed).plan(), Simulation.ORIGIN)));
    }

    private static Stream<Long> seeds() {
        String more = System.getProperty("godwit.closure.seeds", "");
        if (more.isEmpty()) {
            return RANDOM.stream();
        }
        String[] ends = more.split("-", -1);
        return LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[1]))
                .boxed();
    }

    private static Region region(String name, SimulationPlan plan, Instant from) {
        try (Simulation simulation = new Simulation(plan)) {
            int[] parts = {0};
            long most = LASTS.toMillis() * Simulation.PARTS / plan.duration().toMillis();
            SimulationResult _ = simulation.run(_ -> parts[0]++, () -> parts[0] > most);
            return Region.of(name, simulation.kept().orElseThrow(), from);
        }
    }

    @AfterAll
    static void forget() {
        REGIONS.clear();
        OPERATORS.close();
    }

    @Test
    void a_move_is_decided_again_on_its_closure_alone() {
        int judged = 0;
        List<String> lost = new ArrayList<>();
        for (Region region : REGIONS) {
            for (Move move : region.moves()) {
                judged++;
                if (!move.isIn(Otherwise.only(region.log(), move.closure(), OPERATORS, Admission.HERE))) {
                    lost.add(region.says(move));
                }
                assertTrue(
                        move.closure().records().size() < region.records() / 2,
                        () -> "nearly all records: " + region.says(move));
            }
        }
        assertEquals(List.of(), lost, lost.size() + " of " + judged);
        assertTrue(judged >= 60, "too few moves: " + judged);
    }

    @Test
    void some_of_these_moves_are_for_a_rule_of_an_operator() {
        long some = REGIONS.stream()
                .flatMap(region -> region.some().stream()
                        .filter(move -> region.began(move)
                                .filter(began -> began.getRule().equals(OFTEN_BUSY.getRule()))
                                .isPresent()))
                .count();
        assertTrue(some >= 4, "too few moves: " + some);
    }

    @Test
    void without_the_evidence_that_why_names_the_detection_and_its_moves_are_gone() {
        int judged = 0;
        int later = 0;
        for (Region region : REGIONS) {
            for (Move move : region.some()) {
                Otherwise otherwise = region.without(region.evidence(move), move);

                String detection = move.command().getDetectionId();
                assertFalse(otherwise.began().contains(detection), () -> region.says(move));
                assertTrue(
                        otherwise.commands().stream()
                                .noneMatch(event -> event instanceof MigrateVm again
                                        && again.getDetectionId().equals(detection)),
                        () -> region.says(move));
                judged++;
                later += otherwise.commands().stream()
                                .anyMatch(event -> event instanceof MigrateVm again
                                        && again.getVmId().equals(move.command().getVmId())
                                        && again.getSourceHostId()
                                                .equals(move.command().getSourceHostId()))
                        ? 1
                        : 0;
            }
        }
        assertTrue(judged >= 30, "too few moves: " + judged);
        assertTrue(later > 0 && later < judged, later + " of " + judged + " came later all the same");
    }

    @Test
    void without_a_sample_on_which_nothing_rests_all_is_as_it_was() {
        int judged = 0;
        for (Region region : REGIONS) {
            for (Move move : region.some()) {
                Optional<Place> idle = idle(region, move);
                if (idle.isPresent()) {
                    assertTrue(move.isIn(region.without(Set.of(idle.get()), move)), () -> region.says(move));
                    judged++;
                }
            }
        }
        assertTrue(judged >= 30, "too few moves: " + judged);
    }

    /** The last sample before the evidence that the closure lacks, where the detection was seen. */
    private static Optional<Place> idle(Region region, Move move) {
        Place evidence = new TreeSet<>(region.evidence(move)).first();
        return LongStream.iterate(evidence.offset() - 1, offset -> offset >= 0, offset -> offset - 1)
                .mapToObj(offset -> new Place(Topic.OBSERVATIONS, evidence.segment(), offset))
                .filter(place -> !move.closure().records().contains(place))
                .findFirst();
    }

    @Test
    void without_a_piece_of_its_closure_a_move_is_not_decided_again() {
        int judged = 0;
        for (Region region : REGIONS) {
            for (Move move : region.some()) {
                Place[] evidence = region.evidence(move).toArray(Place[]::new);
                assertFalse(
                        move.isIn(Otherwise.only(
                                region.log(), move.closure().without(evidence), OPERATORS, Admission.HERE)),
                        () -> "without its evidence: " + region.says(move));
                Place[] target =
                        ofHost(region.log(), move.closure(), move.command().getTargetHostId());
                assertTrue(target.length > 0, () -> region.says(move));
                assertFalse(
                        move.isIn(Otherwise.only(
                                region.log(), move.closure().without(target), OPERATORS, Admission.HERE)),
                        () -> "without its target's samples: " + region.says(move));
                judged++;
            }
        }
        assertTrue(judged >= 30, "too few moves: " + judged);
    }

    private static Place[] ofHost(Log log, Closure closure, String hostId) {
        byte[] key = hostId.getBytes(StandardCharsets.UTF_8);
        return closure.records().stream()
                .filter(place -> place.topic() == Topic.OBSERVATIONS)
                .filter(place -> log.at(place.topic(), place.segment(), place.offset())
                        .map(LogRecord::key)
                        .filter(of -> Arrays.equals(of, key))
                        .isPresent())
                .toArray(Place[]::new);
    }
}
