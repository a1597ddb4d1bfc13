package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.RecordedCrashes;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.ops.whatif.Change;
import io.godwit.ops.whatif.WhatIf;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A what-if over a recording in which hosts and VMs crash and are started again, a host is drained, and settings and modes
 * change: with nothing changed it is to tell what the record tells.
 */
final class PastAgainTest {
    private static final String SETTINGS = "{\"restarting\":{\"after\":\"hosts\"}}";
    private static final Duration LASTS = Duration.ofMinutes(5);
    private static final Instant END = Simulation.ORIGIN.plus(LASTS);
    private static final int HOSTS = 12;
    private static final int VMS_PER_HOST = 10;

    @TempDir
    private static Path folder;

    private static MemoryLog log;
    private static List<String> vmsOfHost3;
    private static List<String> halfOfTheHosts;

    @BeforeAll
    static void record() {
        SimulationPlan plan = Fleets.crashing(
                Fleets.plan(
                        RegionOfSites.of(Fleets.fleet("rennes", HOSTS)),
                        Fleets.load(5, 66),
                        SETTINGS,
                        LASTS,
                        Faults.NONE,
                        Optional.empty()),
                new RecordedCrashes(IntStream.range(0, HOSTS)
                        .mapToObj(host -> switch (host) {
                            case 3 -> List.of(outage(60, 150));
                            case 7 -> List.of(outage(180, 240));
                            default -> List.<CrashPlan.Outage>of();
                        })
                        .toList()));
        try (Simulation simulation = new Simulation(plan)) {
            define(simulation);
            at(simulation, 100, () -> drain(simulation, 1));
            at(simulation, 120, () -> simulation.dataCentre().change(model -> model.killVm(vm(simulation, 105))));
            at(
                    simulation,
                    140,
                    () -> settings(simulation, "{\"restarting\":{\"after\":\"hosts\"},\"vmHoldMillis\":0}"));
            new Act.SetMode(Duration.ofSeconds(250), "off").plan(simulation);
            new Act.SetMode(Duration.ofSeconds(270), "auto").plan(simulation);
            simulation.run(_ -> {});
            log = simulation.kept().orElseThrow();
            vmsOfHost3 = simulation.fleet().vms().stream()
                    .filter(vm -> vm.homeHost() == 3)
                    .map(SimulatedFleet.Vm::vmId)
                    .toList();
            halfOfTheHosts = IntStream.range(0, HOSTS)
                    .filter(host -> host % 2 == 0)
                    .mapToObj(host -> host(simulation, host))
                    .toList();
        }
    }

    private static CrashPlan.Outage outage(int fromSeconds, int toSeconds) {
        return new CrashPlan.Outage(fromSeconds * 1_000_000L, toSeconds * 1_000_000L);
    }

    private static void at(Simulation simulation, int seconds, Runnable what) {
        simulation.agenda().in(seconds * 1_000_000L, what);
    }

    /** Only what is defined can be started elsewhere. */
    private static void define(Simulation simulation) {
        for (SimulatedFleet.Vm vm : simulation.fleet().vms()) {
            String host = host(simulation, vm.homeHost());
            int segment = simulation.segments().byHost().get(host);
            simulation
                    .log()
                    .append(
                            Topic.INVENTORY,
                            segment,
                            host,
                            new VmDefined(host, vm.vmId(), vm.name(), vm.vcpus(), 1L << 30, -1L, "", "monitor-1"));
        }
    }

    private static String host(Simulation simulation, int index) {
        return simulation.fleet().hosts().get(index).hostId();
    }

    private static String vm(Simulation simulation, int index) {
        return simulation.fleet().vms().get(index).vmId();
    }

    private static void drain(Simulation simulation, int index) {
        String host = host(simulation, index);
        simulation
                .log()
                .append(
                        Topic.REQUESTS,
                        simulation.segments().byHost().get(host),
                        host,
                        new DrainAsked("r-1", host, "ann", "test"));
    }

    private static void settings(Simulation simulation, String settings) {
        simulation
                .log()
                .appendEverywhere(
                        Topic.CONTROLS,
                        "schedulers",
                        new SettingsAnnounced(
                                simulation.site(),
                                "schedulers",
                                DecisionSettings.parse(settings).toJson(),
                                "test"));
    }

    private static WhatIf.Result whatIf(int fromSeconds, Change... changes) {
        Instant from = Simulation.ORIGIN.plusSeconds(fromSeconds);
        return WhatIf.of(log, from, END, OperatorsConfig.DEFAULTS, Arrays.asList(changes));
    }

    @Test
    void with_nothing_changed_it_tells_what_the_record_tells_wherever_it_begins() {
        int restarts = 0;
        for (int from : new int[] {-1, 75, 185, 255}) { // 75: host 3 is down; 185: host 7
            WhatIf.Result result = whatIf(from);
            WhatIf.Timeline recorded = result.recorded();
            assertTrue(recorded.detections() > 0 && recorded.migrations() > 0, result::toString);
            assertEquals(recorded, result.baseline(), () -> "from " + from);
            assertEquals(result.baseline(), result.alternative(), "no change, no difference");
            restarts = Math.max(restarts, (int) recorded.restarts());
        }
        assertEquals(19, restarts, "the VMs of two hosts, and one that crashed by itself, but for one that was moved");
    }

    @Test
    void vms_of_a_crashed_host_are_started_where_the_constraints_of_the_alternative_let_them() throws IOException {
        Path apart = Files.writeString(folder.resolve("apart.txt"), """
            ban({%s}, {%s});
            """.formatted(
                        String.join(", ", vmsOfHost3), String.join(", ", halfOfTheHosts)));
        WhatIf.Result result = whatIf(30, new Change.Constraints("apart", apart));
        assertEquals(result.recorded(), result.baseline());
        assertTrue(result.alternative().restarts() >= VMS_PER_HOST, result::toString);
        assertTrue(result.alternative().modelledOutcomes() > 0, result::toString);
        assertTrue(result.alternative().modelledPercent() > 1, result::toString);
    }

    @Test
    void what_is_changed_stays_changed_where_the_record_announces_settings_again() {
        WhatIf.Result result = whatIf(30, new Change.Budget("site", 1), new Change.ByPolicy("static"));
        assertTrue(result.alternative().migrations() < result.baseline().migrations() / 2, result::toString);
        assertTrue(result.alternative().restarts() >= VMS_PER_HOST, "crashes are answered all the same: " + result);
    }
}
