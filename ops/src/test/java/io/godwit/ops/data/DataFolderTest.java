package io.godwit.ops.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFolderTest {
    private static final FleetPlan FORTY = new FleetPlan(List.of("a"), "simulated", 40, 400, 4, 1, "", 12);

    @TempDir
    private Path folder;

    @Test
    void a_second_user_of_a_folder_is_refused_by_process_id_and_folder() throws Exception {
        try (DataFolder first = DataFolder.lock(folder)) {
            DataRefused refused = assertThrows(DataRefused.class, () -> DataFolder.lock(folder));
            assertEquals(
                    "data folder " + first.path().toAbsolutePath() + " is in use by process "
                            + ProcessHandle.current().pid() + "; stop that one, or name another folder with --data",
                    refused.getMessage());
        }
        DataFolder.lock(folder).close();
    }

    @Test
    void the_data_of_another_fleet_are_refused_with_both_values_and_the_remedy() throws Exception {
        try (DataFolder data = DataFolder.lock(folder)) {
            data.claim(FORTY);
            data.claim(FORTY);
            FleetPlan fifty = new FleetPlan(List.of("a"), "simulated", 50, 400, 4, 1, "", 12);
            DataRefused refused = assertThrows(DataRefused.class, () -> data.claim(fifty));
            assertTrue(
                    refused.getMessage().contains("--hosts: the data were begun with \"40\", now \"50\" is asked for"),
                    refused.getMessage());
            assertTrue(refused.getMessage().endsWith("name another folder with --data"), refused.getMessage());
        }
    }

    @Test
    void where_a_region_is_reachable_can_be_looked_up_while_it_runs() throws Exception {
        try (DataFolder data = DataFolder.lock(folder)) {
            Endpoints endpoints = new Endpoints(4711, Map.of("a", "127.0.0.1:19092"), "127.0.0.1:19100");
            data.announce(endpoints);
            assertEquals(endpoints, DataFolder.endpoints(folder).orElseThrow());
        }
    }

    @Test
    void a_disk_that_fills_up_is_told_before_the_broker_dies_of_it() {
        DiskWatch watch = DiskWatch.of(100L << 30);
        assertInstanceOf(DiskWatch.Verdict.Enough.class, watch.judge(folder, 6L << 30));
        assertInstanceOf(DiskWatch.Verdict.Low.class, watch.judge(folder, 4L << 30));
        assertInstanceOf(DiskWatch.Verdict.Full.class, watch.judge(folder, 255L << 20));
    }
}
