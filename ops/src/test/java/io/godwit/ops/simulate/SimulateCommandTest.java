package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.ops.cli.Failed;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schedulers.planner.PlacementProblem.PostCopy;
import io.godwit.schemas.log.DirectoryLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulateCommandTest {
    @TempDir
    private Path folder;

    @Test
    void without_options_it_is_vmplaces_region_for_half_an_hour() {
        SimulationPlan plan = plan();
        assertEquals(64, plan.region().all().hosts().size());
        assertEquals(640, plan.region().all().vms().size());
        assertEquals(8000, plan.region().all().hosts().getFirst().cpuCapacityMillicores());
        assertEquals(Duration.ofMinutes(30), plan.duration());
        assertEquals(Duration.ofSeconds(1), plan.samplePeriod());
        assertEquals(Duration.ofMillis(10), plan.logDelay());
        assertEquals(23, plan.seed());
        assertEquals(DecisionSettings.DEFAULTS, plan.decisions());
        assertEquals(Faults.NONE, plan.faults());
        assertEquals(Optional.empty(), plan.record());
    }

    @Test
    void options_win_over_the_settings_of_a_file() throws IOException {
        Path file = Files.writeString(
                folder.resolve("region.yaml"),
                "segments: 3\nscheduler: {decisions: {policy: static, headroom-permille: 20}}\n");
        SimulationPlan plan = plan("--config", file.toString(), "--policy", "centralized", "--post-copy", "urgent");
        assertEquals(3, plan.segments());
        assertEquals(Policy.CENTRALIZED, plan.decisions().policy());
        assertEquals(20, plan.decisions().headroomPermille());
        assertEquals(PostCopy.URGENT, plan.decisions().postCopy());
        assertEquals(
                50,
                plan("--config", file.toString(), "--headroom", "5").decisions().headroomPermille());
    }

    @Test
    void constraints_hold_from_the_start() throws IOException {
        Path script = Files.writeString(folder.resolve("stay.constraints"), "root($ALL_VMS);");
        List<String> crowded = List.of("--hosts", "6", "--vms", "60", "--mu", "78", "--duration", "120s");
        SimulationResult free = SimulateCommand.result(crowded);
        List<String> rooted = new ArrayList<>(crowded);
        rooted.addAll(List.of("--constraints", script.toString()));
        SimulationResult held = SimulateCommand.result(rooted);
        assertTrue(free.migrations().commanded() > 0, free::toString);
        assertTrue(held.detections().overload() > 0, held::toString);
        assertEquals(0, held.migrations().commanded());
    }

    @Test
    void a_script_of_constraints_has_its_faults_told_by_line_and_column() throws IOException {
        Path script = Files.writeString(folder.resolve("wrong.constraints"), "ban(vm-000, nowhere);\nspred(vm-000);");
        IllegalArgumentException told =
                assertThrows(IllegalArgumentException.class, () -> plan("--constraints", script.toString()));
        assertTrue(told.getMessage().contains(script + ":1:13: "), told.getMessage());
        assertTrue(told.getMessage().contains(script + ":2:1: "), told.getMessage());
        Failed missing = assertThrows(Failed.class, () -> plan("--constraints", folder.resolve("none") + ""));
        assertTrue(missing.getMessage().contains("none is not there; give a file"), missing.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1800s", "30m", "1800", "PT30M"})
    void a_duration_is_written_in_several_ways(String text) {
        assertEquals(Duration.ofMinutes(30), plan("--duration", text).duration());
    }

    @Test
    void faults_last_to_the_end_and_are_drawn_from_the_seed() {
        Faults faults = plan("--loss", "5", "--kill-schedulers", "2m", "--seed", "7", "--duration", "20m")
                .faults();
        assertEquals(50, faults.samplesLostPermille());
        assertEquals(Duration.ofMinutes(2), faults.schedulerKills());
        assertEquals(Duration.ofMinutes(20), faults.until());
        assertEquals(7, faults.seed());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --policy foo              | --policy is "foo"; give one of static, centralized, hierarchical, dvms, dvms-local
        --duration 10x            | --duration: "10x" is no duration
        --duration 0s             | --duration is 0s; give 1s to 366d
        --hosts 0                 | --hosts is 0; give 1 to 100000
        --vms 2000000000          | --vms is 2000000000; give 0 to 1000000
        --racks 65                | --racks is 65; give 1 to 64
        --capacity 10             | --capacity is 10; give 100 to 100000
        --mu 101                  | --mu is 101; give 0 to 100
        --sigma -1                | --sigma is -1; give 0 to 100
        --period 0s               | --period is 0s; give 1s to 24h
        --sample-period 0         | --sample-period is 0; give 100ms to 5m
        --headroom 200            | --headroom is 200; give 0 to 90
        --post-copy soon          | --post-copy is "soon"; give one of never, urgent
        --loss 101                | --loss is 101; give 0 to 100
        --doubling -1             | --doubling is -1; give 0 to 100
        --delay 2h                | --delay is 2h; give 0s to 1h
        --trace foo:x             | --trace: "foo:x" is no trace; write FORMAT:PATH
        --load-events none        | --load-events: none/fleet.csv: is not there
        --power linear:a          | --power: "linear:a" is no power curve
        --crashes often           | --crashes: "often" is no plan of crashes
        --sites 2                 | --sites 2 needs to know how far they are from each other; give --latency
        --sites 65                | --sites is 65; give 1 to 64
        --latency x.csv           | --latency tells how far sites are from each other, and there is one
        --sites 2 --latency none  | --latency: none: is not there
        --cut-links 5s,1s         | --cut-links cuts links between sites, and there is one site
        """)
    void a_wrong_value_is_told_with_the_option_the_bound_and_the_remedy(String options, String message) {
        IllegalArgumentException told = assertThrows(IllegalArgumentException.class, () -> plan(options.split(" ")));
        assertTrue(told.getMessage().contains(message), told.getMessage());
    }

    @Test
    void what_was_written_of_a_run_that_ended_early_is_no_log() {
        Path record = folder.resolve("run");
        SimulationPlan plan = plan("--hosts", "2", "--duration", "5s", "--record", record.toString());
        assertThrows(Interrupted.class, () -> {
            try (Simulation simulation = new Simulation(plan)) {
                simulation.run(part -> {
                    throw new Interrupted();
                });
            }
        });
        assertTrue(Files.exists(record));
        IllegalArgumentException none =
                assertThrows(IllegalArgumentException.class, () -> new DirectoryLog(record).close());
        assertTrue(none.getMessage().contains("holds no log"), none.getMessage());
    }

    @Test
    void a_folder_that_cannot_be_written_is_told_before_the_run() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Failed failed = assertThrows(Failed.class, () -> OptionValues.writable("--report", file.resolve("report")));
        assertTrue(failed.getMessage().startsWith("--report " + file), failed.getMessage());
    }

    @Test
    void the_same_options_give_the_same_result_but_for_what_was_measured() {
        ObjectNode first = result("--hosts", "16", "--mu", "78", "--duration", "60s");
        assertEquals(first, result("--hosts", "16", "--mu", "78", "--duration", "60s"));
        ObjectNode other = result("--hosts", "16", "--mu", "78", "--duration", "60s", "--seed", "24");
        assertFalse(first.equals(other), "another seed gives another run");
        assertTrue(first.get("violations").get("count").asInt() > 0, "there is something to compare");
    }

    @Test
    void a_page_shows_files_without_their_folders() {
        assertEquals("events:vmplaces-64", SimulateCommand.withoutFolders("events:/home/me/data/vmplaces-64"));
        assertEquals("g5k:site6.csv.gz,from=90d", SimulateCommand.withoutFolders("g5k:data/site6.csv.gz,from=90d"));
        assertEquals("aws.csv#Ireland,Ohio", SimulateCommand.withoutFolders("/data/aws.csv#Ireland,Ohio"));
        assertEquals("1800s", SimulateCommand.withoutFolders("1800s"));
    }

    private static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static SimulationPlan plan(String... options) {
        return SimulationOptions.parse(List.of(options)).plan();
    }

    private static ObjectNode result(String... options) {
        try (Simulation simulation = new Simulation(plan(options))) {
            ObjectNode result = new ObjectMapper().valueToTree(simulation.run(_ -> {}));
            result.remove("measured");
            return result;
        }
    }
}
