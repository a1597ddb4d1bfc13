package io.godwit.ops.simulate;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.ops.judges.Judges;
import io.godwit.ops.judges.LogJudges;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;

/** Runs one scenario under the eyes of all judges. */
final class Campaign {
    /** One of so many runs goes on after all has settled, and is replayed, which takes as long as the run. */
    private static final int WHOLE = 4;

    /** The others end when all is done, but not sooner. */
    private static final Duration SETTLED = Scenario.TROUBLE.plusSeconds(30);

    private Campaign() {}

    /** Faults that were found in one run; empty: none. */
    static List<String> run(Scenario scenario) {
        return run(scenario, Simulation.Parts.SOUND, _ -> {});
    }

    /**
     * @param plant is told of the simulation before it begins, so that it can add to what happens
     */
    static List<String> run(Scenario scenario, Simulation.Parts parts, Consumer<Simulation> plant) {
        SimulationPlan plan = scenario.plan();
        Judges[] judges = new Judges[1];
        try (Simulation simulation = new Simulation(plan, parts, Optional.of(running -> {
            judges[0] = new Judges(
                    vm -> running.meter().placeOf(vm), plan.decisions().vmHoldMillis());
            return onlooker(judges[0]);
        }))) {
            simulation.dataCentre().listen(event -> seen(event, simulation, judges[0]));
            scenario.acts().forEach(act -> act.plan(simulation));
            plant.accept(simulation);
            SimulationResult _ = simulation.run(_ -> {}, () -> over(simulation, judges[0]));
            judges[0].settled(
                    passedMillis(simulation),
                    Scenario.BOUND.toMillis(),
                    new Judges.Demands(plan.decisions().policy() != Policy.STATIC, scenario.plain()));
            List<String> faults = new ArrayList<>(judges[0].verdict().faults());
            faults.addAll(simulation.silent());
            faults.addAll(rebuilt(simulation));
            if (whole(plan)) {
                faults.addAll(replayed(simulation.kept().orElseThrow(), plan));
                faults.addAll(recorded(simulation.kept().orElseThrow()));
            }
            return faults;
        } catch (RuntimeException failed) {
            return List.of("the run ended with " + failed + " at "
                    + Arrays.stream(failed.getStackTrace()).limit(6).toList());
        }
    }

    private static boolean whole(SimulationPlan plan) {
        return plan.seed() % WHOLE == 0;
    }

    private static boolean over(Simulation simulation, Judges judges) {
        long passed = passedMillis(simulation);
        return passed >= Scenario.CALM.toMillis()
                ? judges.nothingSince(passed - Scenario.BOUND.toMillis())
                : passed >= SETTLED.toMillis() && !whole(simulation.plan()) && judges.allDone();
    }

    private static long passedMillis(Simulation simulation) {
        return (simulation.agenda().nowMicros() - simulation.originMicros()) / 1000;
    }

    private static void seen(HostEvent event, Simulation simulation, Judges judges) {
        if (event instanceof HostEvent.VmChangeSeen change) {
            long millis = simulation.agenda().nowMicros() / 1000 - Simulation.ORIGIN.toEpochMilli();
            judges.seen(change.vmId(), simulation.dataCentre().model().where(change.vmId()), millis);
            if (change.change() == VmChange.MIGRATED_IN) {
                judges.cameTo(change.vmId(), change.hostId(), millis);
            } else if (change.change() == VmChange.RESUMED) {
                judges.resumed(change.vmId(), change.hostId(), millis);
            }
        }
    }

    private static Simulation.Onlooker onlooker(Judges judges) {
        return new Simulation.Onlooker() {
            @Override
            public void appended(Topic topic, SpecificRecord event, long millis) {
                judges.appended(topic, event, millis);
            }

            @Override
            public void delivered(int segment, SpecificRecord event, long millis) {
                judges.delivered(segment, event, millis);
            }
        };
    }

    /** A scheduler that starts again from its store knows what the one before it knew. */
    private static List<String> rebuilt(Simulation simulation) {
        List<String> faults = new ArrayList<>();
        for (int segment = 0; segment < simulation.segments().count(); segment++) {
            SortedMap<String, byte[]> live =
                    simulation.schedulers().state(segment).entries();
            SortedMap<String, byte[]> again = SchedulerState.of(live).entries();
            for (Map.Entry<String, byte[]> entry : live.entrySet()) {
                if (!Arrays.equals(entry.getValue(), again.get(entry.getKey()))) {
                    faults.add("entry " + entry.getKey() + " of segment " + segment + " is another after a restart");
                }
            }
        }
        return faults;
    }

    /** What judges of the log alone find; they know what was read for each plan that they see. */
    private static List<String> recorded(Log log) {
        LogJudges.Judged judged = LogJudges.of(log, Scenario.BOUND.toMillis(), false);
        List<String> faults = new ArrayList<>(judged.faults());
        faults.addAll(judged.plans().missing());
        if (judged.plans().passedOver() > 0) {
            faults.add(judged.plans().passedOver() + " plans were not judged by the log");
        }
        return faults;
    }

    /** The log says what one never-killed engine and one never-killed scheduler would have said. */
    private static List<String> replayed(Log log, SimulationPlan plan) {
        List<String> faults = new ArrayList<>();
        Instant from = Simulation.ORIGIN;
        Instant to = from.plus(plan.duration());
        for (int segment = 0; segment < log.segments(); segment++) {
            int at = segment;
            DetectionReplay.run(log, segment, 0, DetectionReplay.saidUpTo(log, segment))
                    .difference()
                    .ifPresent(difference -> faults.add("segment " + at + ": detections differ: " + difference));
            DecisionReplay.Result decided = DecisionReplay.run(log, segment, from, to, DecidingCode.digest());
            decided.difference()
                    .ifPresent(difference -> faults.add("segment %d: decision %d differs: recorded %s, replayed %s"
                            .formatted(
                                    at,
                                    difference.decision().getSequence(),
                                    difference.recorded().output().orElse("nothing"),
                                    difference.replayed().output().orElse("nothing"))));
        }
        return faults;
    }
}
