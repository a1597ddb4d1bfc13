package io.godwit.monitors.hosts.simulated.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The model beside QEMU's measured migrations of an 8 GiB guest with a database (folder live-migration of the test data).
 * What a run moved at least is the bytes of the same guest by stop-and-copy or immediate post-copy, pages of zeros left out;
 * its dirty rate is the largest that QEMU told. From these and the rates of the link the model says how long it takes.
 */
class MeasuredMigrationsTest {
    /** The model takes between 1/1.2 and 1.2 times the median of what was measured. */
    private static final double FACTOR = 1.2;

    private static final long PAGE_BYTES = 4096;
    private static final String BUSY = "Postcopy_16T";
    private static final String CALM = "Stop_Copy_4T";

    private final Map<String, List<String[]>> runs = new HashMap<>();
    private final Map<String, Integer> columns = new HashMap<>();

    @BeforeEach
    void readRuns() throws IOException {
        String data = System.getenv("GODWIT_DATA");
        Path file = Path.of(data == null ? "." : data, "live-migration", "qemu_runs_summary.csv");
        assumeTrue(Files.exists(file), "needs the measured migrations: set GODWIT_DATA to the folder of the test data");
        List<String> lines = Files.readAllLines(file);
        String[] names = lines.getFirst().split(",", -1);
        for (int i = 0; i < names.length; i++) {
            columns.put(names[i], i);
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] run = line.split(",", -1);
            runs.computeIfAbsent(run[0], _ -> new ArrayList<>()).add(run);
        }
    }

    @Test
    void a_pre_copy_that_converges_takes_as_long_as_measured() throws HostUnreachable {
        near("Precopy_Convergent", preCopy(CALM, "Precopy_Convergent", false));
    }

    @Test
    void a_stop_and_copy_takes_as_long_as_measured() throws HostUnreachable {
        near(CALM, took(guest(median(CALM, "transferred"), 0, link()), false, false, Long.MAX_VALUE));
    }

    @Test
    void a_guest_that_is_held_back_takes_as_long_as_measured() throws HostUnreachable {
        near("Autoconverge_16T", preCopy(BUSY, "Autoconverge_16T", true));
    }

    @Test
    void a_pre_copy_that_did_not_converge_does_not_end_in_the_model_either() throws HostUnreachable {
        for (String scenario : List.of("Precopy_Nonconvergent_16T", "Precopy_Nonconvergent_OnlyReads_16T")) {
            assertEquals(Long.MAX_VALUE, preCopy(BUSY, scenario, false), scenario);
        }
    }

    @Test
    void a_post_copy_from_the_start_or_later_takes_as_long_as_measured() throws HostUnreachable {
        near(BUSY, postCopy(BUSY, true, Long.MAX_VALUE));
        near("Postcopy_Late_16T_5s", postCopy("Postcopy_Late_16T_5s", false, 5));
        near("Postcopy_Late_16T_25s", postCopy("Postcopy_Late_16T_25s", false, 25));
        near("Postcopy_Late_16T_40s", postCopy("Postcopy_Late_16T_40s", false, 40));
    }

    private long preCopy(String moving, String scenario, boolean autoConverge) throws HostUnreachable {
        long dirty = median(scenario, "max_dirty_pages_rate") * PAGE_BYTES;
        return took(guest(median(moving, "transferred"), dirty, link()), false, autoConverge, Long.MAX_VALUE);
    }

    /** QEMU does not hold the second phase of post-copy to the limit of 1.08 Gbit/s: there the link itself counts. */
    private long postCopy(String scenario, boolean atOnce, long switchedAfterSeconds) throws HostUnreachable {
        long dirty = median(scenario, "max_dirty_pages_rate") * PAGE_BYTES;
        long full = median(BUSY, "mean_mbps") * 1_000_000 / 8;
        return took(guest(median(BUSY, "transferred"), dirty, full), atOnce, false, switchedAfterSeconds);
    }

    private long link() {
        return median(CALM, "mean_mbps") * 1_000_000 / 8;
    }

    private static SimulatedFleet guest(long memoryBytes, long dirtyBytesPerSecond, long bytesPerSecond) {
        return new SimulatedFleet(
                "a",
                List.of(host("h1", bytesPerSecond), host("h2", bytesPerSecond)),
                List.of(new SimulatedFleet.Vm("vm", "vm", 4, memoryBytes, dirtyBytesPerSecond, 0)));
    }

    private static SimulatedFleet.Host host(String name, long bytesPerSecond) {
        return new SimulatedFleet.Host(name, "r1", name, 8_000, 1L << 36, bytesPerSecond);
    }

    /** Milliseconds until the end; Long.MAX_VALUE: it does not end by itself. */
    private long took(SimulatedFleet fleet, boolean postCopy, boolean autoConverge, long switchedAfterSeconds)
            throws HostUnreachable {
        Load load = (_, _) -> Load.Step.ofCpu(1000, Long.MAX_VALUE);
        DataCentreModel model = new DataCentreModel(fleet, load, CrashPlan.NONE, 0, Restored.NOTHING, 0);
        model.migrate(new MigrationAsk("c", "vm", "h1", "h2", link(), postCopy, autoConverge, false));
        if (switchedAfterSeconds != Long.MAX_VALUE) {
            model.advance(switchedAfterSeconds * 1_000_000);
            model.startPostCopy("c");
        }
        while (model.nextMicros() != Long.MAX_VALUE) {
            model.advance(model.nextMicros());
        }
        return model.takeHappenings().stream()
                .filter(Happening.MigrationEnded.class::isInstance)
                .map(end -> ((Happening.MigrationEnded) end).result().durationMillis())
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private long median(String scenario, String column) {
        double[] values = runs.get(scenario).stream()
                .mapToDouble(run -> Double.parseDouble(run[columns.get(column)]))
                .sorted()
                .toArray();
        return Math.round(values[values.length / 2]);
    }

    private void near(String scenario, long modelMillis) {
        long measured = median(scenario, "total_ms");
        System.out.printf("%s: model %d ms, measured %d ms%n", scenario, modelMillis, measured);
        assertTrue(
                modelMillis <= measured * FACTOR && modelMillis >= measured / FACTOR,
                "%s: model %d ms, measured %d ms".formatted(scenario, modelMillis, measured));
    }
}
