package io.godwit.monitors.hosts.simulated;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.Restored;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class DataCentreRestartTest {
    private static final String H1 = "sim-a-h01";
    private static final String H2 = "sim-a-h02";
    private final MemoryLog log = new MemoryLog("a", 2);
    private final SimulatedFleet fleet = SimulatedFleet.homogeneous("a", 2, 2, 2, 1);

    private LogRecord append(Topic topic, int segment, long millis, SpecificRecord event) {
        return log.append(topic, segment, Instant.ofEpochMilli(millis), "k", EventCodec.encode(event));
    }

    private void join() {
        append(Topic.INVENTORY, 0, 1_000, fleet.joined(0, 0, "test", ""));
        append(Topic.INVENTORY, 1, 900, fleet.joined(1, 1, "test", ""));
    }

    private void sample(String host, long micros, String... vms) {
        List<VmSample> samples = Stream.of(vms)
                .map(vm -> new VmSample(vm, VmState.RUNNING, 700L, 700L, 1L, 1L, -1L, -1L))
                .toList();
        append(
                Topic.OBSERVATIONS,
                host.equals(H1) ? 0 : 1,
                micros / 1000 + 5,
                new HostSampled(host, 0, micros, 1000, "m", 8000L, 700L, 700L, 1L, 1L, samples, "", 0L));
    }

    private void accept(String command, String vm, String source, String target, long millis, long limit) {
        LogRecord asked = append(
                Topic.COMMANDS,
                0,
                millis - 1,
                new MigrateVm(
                        new Decision(0, 1L),
                        command,
                        "p",
                        new Decision(0, 1L),
                        "d",
                        new Position(Topic.DETECTIONS.stage(), 0, 0L, "", ""),
                        vm,
                        source,
                        target,
                        1,
                        1L,
                        1L,
                        MigrationMode.PRE_COPY,
                        limit,
                        Instant.EPOCH,
                        1L,
                        "",
                        false,
                        false,
                        false));
        append(Topic.OUTCOMES, 0, millis, new CommandAccepted(command, asked.position(), "e", vm, source, target));
    }

    private void succeed(String command, String vm, String source, String target, long millis) {
        append(
                Topic.OUTCOMES,
                0,
                millis,
                new CommandSucceeded(
                        command,
                        new Position("", 0, 0L, "", ""),
                        "e",
                        vm,
                        source,
                        target,
                        1L,
                        1L,
                        1L,
                        MigrationMode.PRE_COPY,
                        -1L,
                        1L));
    }

    @Test
    void load_began_when_the_first_host_joined() {
        assertTrue(DataCentreRestart.origin(log).isEmpty());
        join();
        assertEquals(Instant.ofEpochMilli(900), DataCentreRestart.origin(log).orElseThrow());
    }

    @Test
    void a_vm_stands_where_the_newest_sample_saw_it_in_whatever_segment() {
        join();
        sample(H2, 10_000_000, "vm-a-1", "vm-a-2");
        sample(H1, 20_000_000, "vm-a-1");
        Restored restored = DataCentreRestart.restored(log, fleet);
        assertEquals(new Restored.Place(H1, VmState.RUNNING), restored.places().get("vm-a-1"));
        assertEquals(new Restored.Place(H2, VmState.RUNNING), restored.places().get("vm-a-2"));
    }

    @Test
    void a_sample_from_before_the_end_of_a_migration_does_not_undo_it_although_it_was_written_after() {
        join();
        accept("c-0-1", "vm-a-1", H1, H2, 10_000, 0);
        succeed("c-0-1", "vm-a-1", H1, H2, 20_000);
        sample(H1, 19_999_000, "vm-a-1"); // written at 20 004
        Restored restored = DataCentreRestart.restored(log, fleet);
        assertEquals(H2, restored.places().get("vm-a-1").hostId());
        assertEquals(List.of(), restored.open());
    }

    @Test
    void a_command_that_was_accepted_and_has_no_final_outcome_is_open_with_its_limit() {
        join();
        sample(H1, 9_000_000, "vm-a-1", "vm-a-2");
        accept("c-0-1", "vm-a-1", H1, H2, 10_000, 777);
        accept("c-0-2", "vm-a-2", H1, H2, 10_001, 0);
        append(
                Topic.OUTCOMES,
                0,
                10_500,
                new CommandFailed("c-0-2", new Position("", 0, 0L, "", ""), "e", "vm-a-2", H1, H2, "time-out", "", H1));
        assertEquals(
                List.of(new Restored.OpenMigration("c-0-1", "vm-a-1", H1, H2, 777, false, false, 10_000_000)),
                DataCentreRestart.restored(log, fleet).open());
    }

    @Test
    void a_record_that_cannot_be_read_stops_nothing() {
        join();
        sample(H1, 10_000_000, "vm-a-1");
        log.append(Topic.OBSERVATIONS, 0, Instant.ofEpochMilli(11_000), "k", new byte[] {1, 2, 3});
        assertEquals(1, DataCentreRestart.restored(log, fleet).places().size());
    }
}
