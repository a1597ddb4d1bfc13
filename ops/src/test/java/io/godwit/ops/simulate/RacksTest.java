package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** An operator's rule over a rack in a simulated region. */
final class RacksTest {
    private static final RuleDeployed RACKED = new RuleDeployed(
            "racked", 1, "// name: racked\nselect hostId from HostSample(rack = 'r1')", "me", "test", false, 1);

    @Test
    void a_rule_knows_the_racks_of_simulated_hosts_also_after_cep_was_killed_and_a_replay_draws_the_same() {
        Faults kills = new Faults(
                7,
                Duration.ZERO,
                0,
                0,
                0,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ofSeconds(10),
                Faults.Cuts.NONE,
                Duration.ofSeconds(60));
        SimulationPlan plan = Fleets.plan(
                RegionOfSites.of(Fleets.fleet("local", 12)),
                Fleets.load(3, 60),
                "{}",
                Duration.ofSeconds(60),
                kills,
                Optional.empty());
        try (Simulation simulation = new Simulation(Fleets.withRule(plan, RACKED))) {
            simulation.run(_ -> {});
            Log log = simulation.kept().orElseThrow();
            TreeSet<String> inRack = new TreeSet<>();
            TreeSet<String> detected = new TreeSet<>();
            each(log, Topic.INVENTORY, event -> {
                if (event instanceof HostJoined joined && joined.getRack().equals("r1")) {
                    inRack.add(joined.getHostId());
                }
            });
            each(log, Topic.DETECTIONS, event -> {
                if (event instanceof DetectionBegan began && began.getRule().equals("racked")) {
                    detected.add(began.getHostId());
                }
            });
            assertTrue(!inRack.isEmpty() && inRack.size() < 12, inRack.toString());
            assertEquals(inRack, detected);
            for (int segment = 0; segment < log.segments(); segment++) {
                assertEquals(
                        Optional.empty(),
                        DetectionReplay.run(log, segment, 0, DetectionReplay.saidUpTo(log, segment))
                                .difference());
            }
        }
    }

    private static void each(Log log, Topic topic, Consumer<SpecificRecord> into) {
        for (int segment = 0; segment < log.segments(); segment++) {
            log.scan(List.of(LogRange.all(topic, segment)), record -> {
                into.accept(EventCodec.decode(record.value()));
                return true;
            });
        }
    }
}
