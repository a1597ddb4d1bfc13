package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.StatedConstraint;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Schedulers of several segments over one log, in orders that a seed decides, killed and restarted in between. */
class InterleavingsTest {
    private static final int SEEDS = 40;

    static LongStream seeds() {
        return LongStream.range(0, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatever_the_order_hosts_are_held_once_and_everything_ends(long seed) {
        Region region = simulate(seed);
        assertEquals(List.of(), Judge.faultsOf(region.appended, true), "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_replay_of_the_journal_decides_the_same(long seed) {
        Region region = simulate(seed);
        for (int segment = 0; segment < region.log.segments(); segment++) {
            DecisionReplay.Result result =
                    DecisionReplay.run(region.log, segment, Instant.EPOCH, Instant.MAX, "test-code");
            assertEquals(
                    "",
                    result.difference().map(DecisionReplay.Difference::toString).orElse(""),
                    "seed " + seed);
            assertEquals(Optional.empty(), result.state(), "seed " + seed);
            assertEquals(
                    region.schedulers.get(segment).state().nextSequence() - 1,
                    result.decisions(),
                    "decisions of segment " + segment + ", seed " + seed);
        }
    }

    @Test
    void state_that_was_stored_entry_by_entry_equals_the_live_state() {
        for (long seed = 0; seed < 20; seed++) {
            Region region = simulate(seed);
            region.schedulers.values().forEach(scheduler -> {
                Map<String, byte[]> live = scheduler.state().entries();
                Map<String, byte[]> again = SchedulerState.of(live).entries();
                assertEquals(live.keySet(), again.keySet());
                live.forEach((key, value) -> assertEquals(
                        HexFormat.of().formatHex(value), HexFormat.of().formatHex(again.get(key)), key));
            });
        }
    }

    /** Overloads, moves that succeed and fail, a mode and constraints that change, restarts; then quiet until everything has ended. */
    static Region simulate(long seed) {
        Random random = new Random(seed);
        int segments = 1 + random.nextInt(4);
        Region region = new Region(segments).mode("auto");
        int hosts = 2 + random.nextInt(9);
        for (int host = 0; host < hosts; host++) {
            int vms = 1 + random.nextInt(9);
            long[] demands = random.longs(vms, 100, 1400).toArray();
            region.host("h" + host, random.nextInt(segments), demands);
        }
        for (int step = 0; step < 60; step++) {
            region.pass(random.nextInt(700));
            switch (random.nextInt(6)) {
                case 0 -> region.tick();
                case 1 -> change(region, random);
                case 2 -> act(region, random);
                case 3 -> {
                    if (random.nextInt(4) == 0) {
                        region.mode(List.of("off", "advise", "auto", "auto").get(random.nextInt(4)));
                    } else {
                        demand(region, random);
                    }
                }
                case 4 -> region.restart(random.nextInt(segments));
                default -> region.sampleAll();
            }
            region.settleSome(random, random.nextInt(60));
        }
        region.mode("auto");
        for (int second = 0; second < 90; second++) {
            region.pass(1000).tick().sampleAll();
            if (second < 60) {
                act(region, random);
                boolean more = true;
                while (more) {
                    more = region.settleSome(random, 40);
                }
            } else { // quiet: nobody overloads any more
                region.hosts.values().forEach(host -> host.vms.replaceAll((_, _) -> 10L));
                region.openCommands().forEach(region::succeed);
            }
            region.settle();
        }
        return region;
    }

    private static void change(Region region, Random random) {
        List<Region.Host> hosts = List.copyOf(region.hosts.values());
        Region.Host host = hosts.get(random.nextInt(hosts.size()));
        host.vms.replaceAll((_, _) -> 100L + random.nextInt(1400));
        region.sample(host.id);
    }

    /** Applies constraints under one of two names, in place of what stood there, or withdraws them. */
    private static void demand(Region region, Random random) {
        List<Region.Host> hosts = List.copyOf(region.hosts.values());
        Region.Host one = hosts.get(random.nextInt(hosts.size()));
        Region.Host other = hosts.get(random.nextInt(hosts.size()));
        List<String> vms = List.copyOf(one.vms.keySet());
        String name = random.nextBoolean() ? "a" : "b";
        if (vms.isEmpty() || random.nextInt(3) == 0) {
            region.control(name, new ConstraintsWithdrawn(name, "test", "test"));
        } else {
            List<StatedConstraint> demands = Stream.of(
                            new Constraint.Ban(vms, List.of(other.id), When.DISCRETE),
                            new Constraint.RunningCapacity(List.of(other.id), vms.size(), When.CONTINUOUS))
                    .map(constraint -> Form.of(constraint).stated())
                    .toList();
            region.control(name, new ConstraintsApplied(name, "", demands, "test", "test"));
        }
    }

    private static void act(Region region, Random random) {
        List<MigrateVm> open = region.openCommands();
        if (!open.isEmpty()) {
            MigrateVm command = open.get(random.nextInt(open.size()));
            if (random.nextInt(4) == 0) {
                region.fail(command);
            } else {
                region.succeed(command);
            }
        }
    }
}
