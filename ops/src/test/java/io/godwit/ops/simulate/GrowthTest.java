package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Host partitions take no more hosts than they must; the loads are those that made earlier versions of DVMS take too many. */
final class GrowthTest {
    @Test
    void at_a_load_of_92_percent_none_takes_more_than_16_hosts_that_would_do() {
        GrowthJudge judge = judged("--hosts", "64", "--mu", "78", "--duration", "600s");
        assertEquals(List.of(), judge.faults());
        assertTrue(judge.grants() > 50, "too little happened: " + judge.grants() + " grants");
    }

    @Test
    void none_grows_after_its_violation_has_gone() {
        GrowthJudge judge = judged("--mu", "60", "--sigma", "20", "--capacity", "700", "--duration", "1800s");
        assertEquals(List.of(), judge.faults());
        assertTrue(judge.grants() > 20, "too little happened: " + judge.grants() + " grants");
    }

    @Test
    void the_judge_tells_what_can_be_placed_from_what_cannot() {
        assertTrue(GrowthJudge.placeable(List.of(host(500, 400), host(300))));
        assertFalse(GrowthJudge.placeable(List.of(host(500, 400), host(500, 300))));
        assertFalse(GrowthJudge.placeable(List.of(host(600, 600), host(300))), "in sum it fits, but no VM can be cut");
    }

    private static GrowthJudge judged(String... options) {
        GrowthJudge judge = new GrowthJudge();
        try (Simulation simulation = new Simulation(
                SimulationOptions.parse(List.of(options)).plan(), Simulation.Parts.SOUND, Optional.of(_ -> judge))) {
            var _ = simulation.run(_ -> {});
        }
        System.out.printf(
                "%s: %d grants, %d hosts held at most, %d taken beyond 16%n",
                String.join(" ", options), judge.grants(), judge.largest(), judge.beyond());
        return judge;
    }

    private static HostSampled host(long... demands) {
        List<VmSample> vms = IntStream.range(0, demands.length)
                .mapToObj(index ->
                        new VmSample("vm-" + index, VmState.RUNNING, demands[index], demands[index], 1L, 0L, 0L, 0L))
                .toList();
        return new HostSampled("h", 0, 0L, 1000, "m", 800L, 0L, 0L, 1L, 0L, vms, "", 0L);
    }
}
