package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.simulate.SimulateCommand;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An explanation is the same, whether all of the log was folded or what names the thing alone. */
class SoughtTest {
    @TempDir
    private static Path folder;

    private static Log log;
    private static Instant end;
    private static RegionState whole;

    @BeforeAll
    static void record() {
        Path run = folder.resolve("run");
        int exit = new CommandLine(new SimulateCommand())
                .execute(
                        "--hosts",
                        "12",
                        "--mu",
                        "78",
                        "--duration",
                        "900s",
                        "--crashes",
                        "exponential:40m,2m",
                        "--record",
                        run.toString());
        assertEquals(0, exit);
        log = new DirectoryLog(run);
        end = Instant.parse("2026-01-01T00:15:00Z");
        whole = StateRebuild.whole(log, Optional.of(end), end);
    }

    @AfterAll
    static void close() {
        log.close();
    }

    @Test
    void every_command_and_every_vm() {
        List<String> ids = new ArrayList<>();
        whole.migrations().all().forEach(migration -> ids.add(migration.id()));
        assertTrue(ids.size() > 20, "migrations " + ids.size());
        ids.forEach(id -> same(Optional.of(Why.Kind.MIGRATION), id));
        Stream<String> moved = whole.migrations().all().stream()
                .map(migration -> migration.command().orElseThrow().getVmId())
                .distinct();
        moved.forEach(vm -> same(Optional.empty(), vm));
        Stream<String> stayed = whole.partitions().all().stream()
                .flatMap(partition -> partition.plans().stream())
                .flatMap(decided -> decided.plan().getRejected().stream())
                .map(rejected -> rejected.getVmId())
                .distinct();
        stayed.forEach(vm -> same(Optional.empty(), vm));
    }

    @Test
    void every_detection_and_every_host_partition() {
        assertTrue(whole.detections().all().size() > 20);
        whole.detections().all().forEach(detection -> {
            same(Optional.of(Why.Kind.DETECTION), detection.id());
            same(Optional.of(Why.Kind.DETECTION), detection.began().getHostId());
        });
        whole.partitions().all().stream().map(HostPartitions.Partition::id).forEach(id -> same(Optional.empty(), id));
    }

    private static void same(Optional<Why.Kind> kind, String id) {
        RegionState sought = StateRebuild.named(log, Optional.of(end));
        Why.seek(log, Optional.of(end), sought, kind, id);
        assertEquals(
                ChainText.lines(Why.chain(log, Optional.of(end), whole, kind, id)),
                ChainText.lines(Why.chain(log, Optional.of(end), sought, kind, id)),
                () -> "why " + kind + " " + id);
    }
}
