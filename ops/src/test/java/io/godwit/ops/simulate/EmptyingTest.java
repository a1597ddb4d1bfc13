package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class EmptyingTest {
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);
    private static final String EMPTYING = "{\"emptyUnderloaded\":true}";

    private static Simulation simulation(String settings, Load load) {
        RegionOfSites region = RegionOfSites.of(Fleets.fleet("rennes", 8));
        return new Simulation(Fleets.plan(region, load, settings, HALF_AN_HOUR, Faults.NONE, Optional.empty()));
    }

    @Test
    void a_fleet_that_does_little_is_emptied_host_by_host_and_no_vm_goes_back() {
        Load quiet = Fleets.load(1, 10);
        List<PlanDecided> plans = new ArrayList<>();
        double left;
        try (Simulation simulation = simulation("{}", quiet)) {
            left = simulation.run(_ -> {}).energyWattHours();
        }
        try (Simulation simulation = simulation(EMPTYING, quiet)) {
            simulation.log().watch(Topic.HOST_PARTITIONS, (_, event) -> {
                if (event instanceof PlanDecided plan) {
                    plans.add(plan);
                }
            });
            SimulationResult result = simulation.run(_ -> {});

            assertEquals(0, result.migrations().refused() + result.migrations().failed());
            assertTrue(result.energyWattHours() < 0.9 * left, result.energyWattHours() + " Wh instead of " + left);
            assertTrue(result.migrations().succeeded() >= 20, "moved " + result.migrations());
            assertEquals(0, result.violations().count());
        }
        plans.forEach(plan -> assertEquals(List.of(), plan.getReturns()));
    }

    @Test
    void nothing_is_emptied_while_an_overload_is_open() {
        Load busy = Fleets.load(1, 74);
        Load idle = Fleets.load(1, 10);
        // half of the VMs are busy: those of the even hosts
        Load mixed = (vm, micros) -> (vm / 10) % 2 == 0 ? busy.at(vm, micros) : idle.at(vm, micros);
        Overloads overloads = new Overloads();
        try (Simulation simulation = simulation(EMPTYING, mixed)) {
            simulation.log().watch(Topic.DETECTIONS, overloads::detected);
            simulation.log().watch(Topic.HOST_PARTITIONS, overloads::decided);
            SimulationResult result = simulation.run(_ -> {});

            assertTrue(result.detections().overload() > 5, "detected " + result.detections());
            assertTrue(overloads.emptied > 0);
            assertEquals(List.of(), overloads.emptiedMeanwhile);
        }
    }

    /** Overloads that are open, and what was opened in spite of them. */
    private static final class Overloads {
        /** A scheduler hears of a detection so much later. */
        private static final long HEARD_MILLIS = 50;

        private final Map<String, LogRecord> open = new HashMap<>();
        private final List<PartitionOpened> emptiedMeanwhile = new ArrayList<>();
        private int emptied;

        void detected(LogRecord record, SpecificRecord event) {
            if (event instanceof DetectionBegan began && began.getKind() == DetectionKind.OVERLOAD) {
                open.put(began.getId(), record);
            } else if (event instanceof DetectionEnded ended) {
                open.remove(ended.getId());
            }
        }

        void decided(LogRecord record, SpecificRecord event) {
            if (event instanceof PartitionOpened opened && opened.getDetectionKind() == DetectionKind.UNDERLOAD) {
                emptied++;
                boolean known = open.values().stream()
                        .anyMatch(began -> began.segment() == record.segment()
                                && began.timestampMillis() + HEARD_MILLIS < record.timestampMillis());
                if (known) {
                    emptiedMeanwhile.add(opened);
                }
            }
        }
    }
}
