package io.godwit.monitors.hosts.simulated.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationResult;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataCentreModelTest {
    private static final long SECOND = 1_000_000;
    private static final long START = 1_000 * SECOND;
    private static final String H1 = "sim-a-h1";
    private static final String H2 = "sim-a-h2";
    private static final String H3 = "sim-a-h3";

    private static SimulatedFleet fleet(int vms, int dirtyPercent) {
        List<SimulatedFleet.Host> hosts = List.of(host("h1"), host("h2"), host("h3"));
        return new SimulatedFleet(
                "a",
                hosts,
                java.util.stream.IntStream.range(0, vms)
                        .mapToObj(i -> SimulatedFleet.Vm.of("a", "" + i, 1, 1L << 30, dirtyPercent, 0))
                        .toList());
    }

    private static SimulatedFleet.Host host(String name) {
        return SimulatedFleet.Host.of("a", "r1", name);
    }

    private static DataCentreModel model(SimulatedFleet fleet, int permille) {
        return model(fleet, permille, Restored.NOTHING, START);
    }

    private static DataCentreModel model(SimulatedFleet fleet, int permille, Restored restored, long now) {
        Load load = (vm, micros) -> Load.Step.ofCpu(permille, Long.MAX_VALUE);
        return new DataCentreModel(fleet, load, CrashPlan.NONE, START, restored, now);
    }

    private static List<String> ids(HostReading reading) {
        return reading.vms().stream().map(VmSample::getVmId).toList();
    }

    @Test
    void a_host_above_its_capacity_gives_each_vm_the_same_share_of_what_it_asks_for() throws HostUnreachable {
        HostReading reading = model(fleet(10, 10), 1000).read(H1);
        assertEquals(10_000, reading.cpuDemandMillicores());
        assertEquals(8_000, reading.cpuUsedMillicores());
        reading.vms().forEach(vm -> assertEquals(800, vm.getCpuUsedMillicores()));
    }

    @Test
    void below_its_capacity_every_vm_gets_what_it_asks_for() throws HostUnreachable {
        HostReading reading = model(fleet(10, 10), 700).read(H1);
        assertEquals(7_000, reading.cpuDemandMillicores());
        assertEquals(7_000, reading.cpuUsedMillicores());
        assertEquals(10L << 30, reading.memoryUsedBytes());
    }

    @Test
    void a_migration_takes_memory_over_bandwidth_without_the_dirty_share() throws HostUnreachable {
        for (int[] case_ : new int[][] {{10, 9_102}, {50, 16_384}}) {
            DataCentreModel model = model(fleet(1, case_[0]), 700);
            model.migrate("c-1", "vm-a-0", H1, H2, 0);
            model.advance(START + 100 * SECOND);
            MigrationResult result = ended(model);
            assertEquals(case_[1], result.durationMillis());
            long bytes = (1L << 30) * 100 / (100 - case_[0]);
            assertEquals(
                    (double) bytes,
                    (double) result.transferredBytes(),
                    SimulatedFleet.MIGRATION_BYTES_PER_SECOND / 1e6 + 1);
        }
    }

    @Test
    void the_vm_runs_on_the_source_until_the_end_and_then_on_the_target() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        model.advance(START + 9 * SECOND);
        assertEquals(Map.of(H1, VmState.RUNNING, H2, VmState.MIGRATING_IN), model.where("vm-a-0"));
        assertEquals(700, model.read(H1).cpuDemandMillicores());
        assertEquals(0, model.read(H2).cpuDemandMillicores());
        assertEquals(1L << 30, model.read(H2).memoryUsedBytes());
        assertEquals(98, model.progress("c-1").orElseThrow().percent());
        model.advance(START + 10 * SECOND);
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"));
        assertEquals(List.of(), ids(model.read(H1)));
        assertTrue(model.progress("c-1").orElseThrow().ended());
    }

    @Test
    void migrations_share_a_link_and_speed_up_when_one_ends() throws HostUnreachable {
        DataCentreModel model = model(fleet(2, 25), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        long half = 5_461_334; // microseconds for half of the memory: 3/4 of the bandwidth gains on the guest
        model.advance(START + half);
        model.migrate("c-2", "vm-a-1", H1, H3, 0);
        model.advance(START + half + 3 * half); // the other half with half of the link: 1/4 gains
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"));
        assertEquals(50, model.progress("c-2").orElseThrow().percent());
        model.advance(START + half + 3 * half + half);
        assertEquals(Map.of(H3, VmState.RUNNING), model.where("vm-a-1"));
    }

    @Test
    void a_guest_that_dirties_as_fast_as_its_share_of_the_link_never_ends_until_it_has_more() throws HostUnreachable {
        DataCentreModel model = model(fleet(2, 50), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        model.migrate("c-2", "vm-a-1", H1, H3, 0);
        assertEquals(Long.MAX_VALUE, model.nextMicros());
        model.advance(START + 600 * SECOND);
        assertEquals(0, model.progress("c-1").orElseThrow().percent());
        model.cancel("c-2");
        assertEquals(Map.of(H1, VmState.RUNNING), model.where("vm-a-1"));
        assertEquals(START + 600 * SECOND + 16_384_000, model.nextMicros(), "the first has the link for itself");
    }

    @Test
    void auto_converge_holds_a_guest_back_until_it_dirties_half_of_the_bandwidth() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 200), 700);
        model.migrate(new MigrationAsk("c-1", "vm-a-0", H1, H2, 0, false, true, false));
        assertEquals(750, model.progress("c-1").orElseThrow().throttledPermille());
        assertEquals(700, model.read(H1).cpuDemandMillicores());
        assertEquals(175, model.read(H1).cpuUsedMillicores());
        assertEquals(START + 16_384_000, model.nextMicros());
        model.advance(START + 16_384_000);
        assertEquals(700, model.read(H2).cpuUsedMillicores(), "is free again");
    }

    @Test
    void post_copy_runs_on_the_target_after_a_short_phase_and_holds_the_memory_of_both_until_its_end()
            throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 50), 700);
        model.migrate(new MigrationAsk("c-1", "vm-a-0", H1, H2, 1 << 20, true, false, false));
        assertEquals(700, model.read(H1).cpuDemandMillicores());
        model.advance(START + 300_000);
        assertEquals(Map.of(H1, VmState.PAUSED, H2, VmState.RUNNING), model.where("vm-a-0"));
        assertEquals(0, model.read(H1).cpuDemandMillicores());
        assertEquals(700, model.read(H2).cpuDemandMillicores());
        assertEquals(1L << 30, model.read(H1).memoryUsedBytes());
        assertEquals(1L << 30, model.read(H2).memoryUsedBytes());
        assertTrue(model.takeHappenings().getFirst() instanceof Happening.Told(HostEvent.VmChangeSeen seen)
                && seen.hostId().equals(H2)
                && seen.change() == VmChange.MIGRATED_IN);
        model.cancel("c-1");
        model.startPostCopy("c-1");
        model.advance(START + 10 * SECOND);
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"));
        assertEquals(0, model.read(H1).memoryUsedBytes());
        MigrationResult result = ended(model);
        assertEquals(300, result.switchedAfterMillis());
        assertEquals(8_492, result.durationMillis(), "the limit is one for pre-copy");
    }

    @Test
    void a_pre_copy_that_does_not_converge_ends_by_a_switch_to_post_copy() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 100), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        model.advance(START + 60 * SECOND);
        model.startPostCopy("c-1");
        model.advance(START + 60 * SECOND + 8_192_000);
        assertEquals(60_000, ended(model).switchedAfterMillis());
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"));
    }

    @Test
    void either_end_that_crashes_during_post_copy_takes_the_vm_with_it() throws HostUnreachable {
        DataCentreModel model = model(fleet(2, 10), 700);
        model.migrate(new MigrationAsk("c-1", "vm-a-0", H1, H2, 0, true, false, false));
        model.migrate(new MigrationAsk("c-2", "vm-a-1", H1, H3, 0, true, false, false));
        model.advance(START + SECOND);
        model.crash(H3, 60 * SECOND);
        assertEquals(Map.of(), model.where("vm-a-1"), "gone from its source too");
        assertEquals(
                0,
                model.read(H1).vms().stream()
                        .filter(vm -> vm.getVmId().equals("vm-a-1"))
                        .count());
        assertTrue(ended(model).detail().contains("the VM with it"));
        model.crash(H1, 60 * SECOND);
        assertEquals(Map.of(H2, VmState.CRASHED), model.where("vm-a-0"));
        assertEquals(1L << 30, model.read(H2).memoryUsedBytes());
        assertTrue(model.takeHappenings().stream()
                .anyMatch(new Happening.SourceLost("c-1", "source sim-a-h1 crashed")::equals));
        model.startVm("vm-a-0");
        assertEquals(700, model.read(H2).cpuDemandMillicores());
    }

    @Test
    void a_vm_that_stays_paused_asks_for_no_cpu_on_the_target_until_it_is_resumed() throws HostUnreachable {
        DataCentreModel model = model(fleet(2, 10), 700, Restored.NOTHING, START);
        long before = model.read(H2).cpuDemandMillicores();
        model.migrate(new MigrationAsk("c-1", "vm-a-0", H1, H2, 0, false, false, true));
        assertTrue(vm(model, H1, "vm-a-0").getCpuDemandMillicores() > 0);
        model.advance(START + 60 * SECOND);
        assertEquals(Map.of(H2, VmState.PAUSED), model.where("vm-a-0"));
        assertEquals(before, model.read(H2).cpuDemandMillicores());
        assertEquals(VmState.PAUSED, vm(model, H2, "vm-a-0").getState());
        model.act(ActionKind.RESUME, "vm-a-0", H1); // not there
        assertEquals(Map.of(H2, VmState.PAUSED), model.where("vm-a-0"));
        model.act(ActionKind.RESUME, "vm-a-0", H2);
        model.act(ActionKind.RESUME, "vm-a-0", H2);
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"));
        assertTrue(model.read(H2).cpuDemandMillicores() > before);
    }

    private static VmSample vm(DataCentreModel model, String hostId, String vmId) throws HostUnreachable {
        return model.read(hostId).vms().stream()
                .filter(vm -> vm.getVmId().equals(vmId))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_post_copy_that_had_switched_over_goes_on_after_a_restart() throws HostUnreachable {
        Restored restored = new Restored(
                Map.of("vm-a-0", new Restored.Place(H2, VmState.RUNNING)),
                List.of(new Restored.OpenMigration("c-1", "vm-a-0", H1, H2, 0, true, false, START)));
        DataCentreModel model = model(fleet(1, 10), 700, restored, START + SECOND);
        assertEquals(Map.of(H1, VmState.PAUSED, H2, VmState.RUNNING), model.where("vm-a-0"));
        assertTrue(model.progress("c-1").orElseThrow().switched());
    }

    @Test
    void an_empty_host_is_switched_off_and_answers_again_after_its_boot() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        assertTrue(model.powerOff(H1).orElseThrow().contains("holds 1 VMs"));
        assertEquals(HostPower.ON, model.power(H1));
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        assertTrue(model.powerOff(H2).orElseThrow().contains("1 on their way"));
        assertEquals(Optional.empty(), model.powerOff(H3));
        assertEquals(HostPower.OFF, model.power(H3));
        assertThrows(HostUnreachable.class, () -> model.read(H3));
        model.crash(H3, SECOND);
        assertEquals(HostPower.OFF, model.power(H3));
        model.powerOn(H3, 30 * SECOND);
        assertEquals(HostPower.BOOTING, model.power(H3));
        assertThrows(HostUnreachable.class, () -> model.read(H3));
        model.advance(START + 30 * SECOND);
        assertEquals(0, model.read(H3).cpuDemandMillicores());
        model.migrate("c-2", "vm-a-0", H2, H3, 0);
        model.advance(START + 60 * SECOND);
        assertEquals(Map.of(H3, VmState.RUNNING), model.where("vm-a-0"));
    }

    @Test
    void a_sample_follows_load_and_state_though_it_is_kept_while_nothing_changes() throws HostUnreachable {
        Load load = (vm, micros) -> Load.Step.ofCpu((int) (micros / SECOND) * 100, (micros / SECOND + 1) * SECOND);
        DataCentreModel model = new DataCentreModel(fleet(2, 10), load, CrashPlan.NONE, START, Restored.NOTHING, START);
        for (int second = 0; second < 10; second++) {
            model.advance(START + second * SECOND + 999_999);
            assertEquals(200L * second, model.read(H1).cpuDemandMillicores());
        }
        model.killVm("vm-a-0");
        assertEquals(900, model.read(H1).cpuDemandMillicores());
        model.migrate("c-1", "vm-a-1", H1, H2, 0);
        assertEquals(List.of("vm-a-1"), ids(model.read(H2)));
        model.cancel("c-1");
        assertEquals(List.of(), ids(model.read(H2)));
    }

    /** The first end of a migration among what has happened. */
    private static MigrationResult ended(DataCentreModel model) {
        return model.takeHappenings().stream()
                .filter(Happening.MigrationEnded.class::isInstance)
                .map(happening -> ((Happening.MigrationEnded) happening).result())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_command_that_comes_again_finds_its_migration() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        assertTrue(model.migrate("c-1", "vm-a-0", H1, H2, 0).isEmpty());
        assertTrue(model.migrate("c-1", "vm-a-0", H1, H2, 0).isEmpty());
        model.advance(START + 20 * SECOND);
        Happening end = model.migrate("c-1", "vm-a-0", H1, H2, 0).orElseThrow();
        assertTrue(((Happening.MigrationEnded) end).result().moved());
    }

    @Test
    void what_cannot_move_is_refused_with_the_reason() throws HostUnreachable {
        DataCentreModel model = model(fleet(32, 10), 700);
        model.crash(H3, Long.MAX_VALUE);
        assertTrue(refusal(model, "c-1", "vm-a-99", H1, H2).contains("no domain vm-a-99"));
        assertTrue(refusal(model, "c-2", "vm-a-1", H1, H1).contains("runs on sim-a-h1 already"));
        assertTrue(refusal(model, "c-3", "vm-a-1", H1, H3).contains("no connection to sim-a-h3"));
        model.migrate("c-4", "vm-a-1", H1, H2, 0);
        assertTrue(refusal(model, "c-5", "vm-a-1", H1, H2).contains("migrating already, by c-4"));
        assertThrows(HostUnreachable.class, () -> model.migrate("c-6", "vm-a-1", H3, H2, 0));
    }

    @Test
    void a_target_without_memory_is_refused_those_on_their_way_included() throws HostUnreachable {
        SimulatedFleet fleet = fleet(33, 10);
        DataCentreModel model = model(fleet, 100);
        for (int i = 0; i < 32; i++) {
            assertTrue(model.migrate("c-" + i, "vm-a-" + i, H1, H2, 0).isEmpty());
        }
        assertTrue(refusal(model, "c-32", "vm-a-32", H1, H2).contains("cannot allocate memory"));
    }

    private static String refusal(DataCentreModel model, String command, String vm, String source, String target)
            throws HostUnreachable {
        Happening end = model.migrate(command, vm, source, target, 0).orElseThrow();
        return ((Happening.MigrationEnded) end).result().detail();
    }

    @Test
    void a_target_that_crashes_leaves_the_vm_on_its_source() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        model.advance(START + SECOND);
        model.crash(H2, 60 * SECOND);
        assertEquals(Map.of(H1, VmState.RUNNING), model.where("vm-a-0"));
        List<Happening> happenings = model.takeHappenings();
        assertTrue(happenings.getFirst() instanceof Happening.MigrationEnded ended
                && !ended.result().moved()
                && ended.result().detail().equals("target sim-a-h2 crashed"));
        assertTrue(happenings.getLast() instanceof Happening.Told(HostEvent.ConnectionLost lost)
                && lost.hostId().equals(H2));
    }

    @Test
    void a_source_that_crashes_takes_vm_and_migration_with_it_and_starts_the_vm_when_it_is_back()
            throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        model.migrate("c-1", "vm-a-0", H1, H2, 0);
        model.crash(H1, 60 * SECOND);
        assertEquals(Map.of(), model.where("vm-a-0"));
        assertThrows(HostUnreachable.class, () -> model.read(H1));
        assertEquals(
                new Happening.SourceLost("c-1", "source sim-a-h1 crashed"),
                model.takeHappenings().getFirst());
        model.advance(START + 60 * SECOND);
        assertEquals(Map.of(H1, VmState.RUNNING), model.where("vm-a-0"));
        assertTrue(model.takeHappenings().getFirst() instanceof Happening.Told(HostEvent.VmChangeSeen seen)
                && seen.change() == VmChange.STARTED);
    }

    @Test
    void a_killed_vm_asks_for_nothing_until_it_is_started() throws HostUnreachable {
        DataCentreModel model = model(fleet(1, 10), 700);
        model.killVm("vm-a-0");
        assertEquals(0, model.read(H1).cpuDemandMillicores());
        assertEquals(VmState.CRASHED, model.read(H1).vms().getFirst().getState());
        model.startVm("vm-a-0");
        assertEquals(700, model.read(H1).cpuDemandMillicores());
    }

    @Test
    void an_open_migration_goes_on_from_its_beginning_after_a_restart() {
        Restored restored = new Restored(
                Map.of("vm-a-0", new Restored.Place(H3, VmState.RUNNING)),
                List.of(
                        new Restored.OpenMigration("c-1", "vm-a-0", H3, H2, 0, false, false, START),
                        new Restored.OpenMigration("c-2", "vm-a-1", H1, H2, 0, false, false, START + 30 * SECOND)));
        DataCentreModel model = model(fleet(2, 10), 700, restored, START + 31 * SECOND);
        assertEquals(Map.of(H2, VmState.RUNNING), model.where("vm-a-0"), "had ended while nobody looked");
        assertEquals(10, model.progress("c-2").orElseThrow().percent());
    }

    @Test
    void seeded_crashes_come_back_the_same_and_end() throws HostUnreachable {
        CrashPlan plan = CrashPlan.exponential(5, Duration.ofHours(1), Duration.ofMinutes(5));
        CrashPlan.Outage first = plan.next(0, 0);
        assertEquals(first, plan.next(0, first.toMicros() - 1));
        assertTrue(plan.next(0, first.toMicros()).fromMicros() >= first.toMicros());
        Load load = (vm, micros) -> Load.Step.ofCpu(700, Long.MAX_VALUE);
        DataCentreModel model = new DataCentreModel(fleet(1, 10), load, plan, START, Restored.NOTHING, START);
        model.advance(START + first.fromMicros());
        assertThrows(HostUnreachable.class, () -> model.read(H1));
        model.advance(START + first.toMicros());
        assertEquals(700, model.read(H1).cpuDemandMillicores());
    }

    @Test
    void round_trips_inside_a_rack_are_shorter_and_the_same_in_both_directions() {
        SimulatedFleet fleet = SimulatedFleet.homogeneous("a", 4, 4, 2, 1);
        RoundTrips trips = RoundTrips.byRack(fleet);
        assertTrue(trips.micros("sim-a-h01", "sim-a-h02") < trips.micros("sim-a-h01", "sim-a-h03"));
        assertEquals(trips.micros("sim-a-h01", "sim-a-h03"), trips.micros("sim-a-h03", "sim-a-h01"));
        RoundTrips matrix = RoundTrips.byMatrix(fleet, List.of(new long[] {0, 9000}, new long[] {8000, 0}));
        assertEquals(9000, matrix.micros("sim-a-h01", "sim-a-h02"));
    }
}
