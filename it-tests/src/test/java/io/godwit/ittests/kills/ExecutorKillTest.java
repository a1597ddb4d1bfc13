package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor killed in the middle of migrations tells the end of each of them once, and it is the end that they had. */
class ExecutorKillTest {
    private static final long SEED = Long.getLong("godwit.kills.seed", 20_261);
    private static final Slot SLOT = new Slot("executor", "1");
    private static final int SEGMENTS = 2;
    private static final int HOSTS = 6;
    private static final int VMS = 24;
    private static final int COMMANDS = 12;
    private static final int KILLS = 4;

    @TempDir
    private Path folder;

    @Test
    void every_command_has_one_final_outcome_and_every_vm_one_host_after_kills_in_the_middle_of_migrations()
            throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (TestSite site = TestSite.start(folder, getClass(), SEGMENTS);
                SimulatedHosts hosts = SimulatedHosts.start(site, HOSTS, VMS, SEGMENTS, 50, Duration.ofMinutes(5));
                LogWatch log = new LogWatch(site, Topic.OUTCOMES)) {
            ServiceProcess executor = ServiceProcess.start(site, SLOT, hosts.address());
            try {
                Map<String, String> before = hosts.placement();
                Map<String, String> targets = new TreeMap<>(before);
                for (int command = 0; command < COMMANDS; command++) {
                    give(site, hosts, command, targets);
                }
                for (int kill = 0; kill < KILLS; kill++) {
                    awaitOutcomes(log, 1 + random.nextInt(COMMANDS / 2));
                    executor.kill();
                    executor = ServiceProcess.start(site, SLOT, hosts.address());
                }
                Map<String, String> ends = new HashMap<>();
                log.await("the end of every command", 0, seen -> {
                    Outcomes.end(seen.event()).ifPresent(end -> ends.put(end.commandId(), end.says()));
                    return ends.size() == COMMANDS;
                });
                executor.close(); // says all that it still had to say
                check(site, hosts, before, targets);
            } finally {
                executor.close();
            }
        }
    }

    /** Moves the VM with the number of the command, of each host some, to the next host. */
    private static void give(TestSite site, SimulatedHosts hosts, int command, Map<String, String> targets) {
        SimulatedFleet fleet = hosts.fleet();
        SimulatedFleet.Vm vm = fleet.vms().get(command * VMS / COMMANDS);
        String source = fleet.hosts().get(vm.homeHost()).hostId();
        String target = fleet.hosts().get((vm.homeHost() + 1) % HOSTS).hostId();
        targets.put(vm.vmId(), target);
        Commands.migrate(site, hosts, "c-" + command, vm.vmId(), source, target);
    }

    private static void awaitOutcomes(LogWatch log, int number) throws InterruptedException {
        int[] left = {number};
        log.await(number + " outcomes", log.mark(), _ -> --left[0] == 0);
    }

    private static void check(
            TestSite site, SimulatedHosts hosts, Map<String, String> before, Map<String, String> targets)
            throws Exception {
        Map<String, String> expected = new TreeMap<>(before);
        Map<String, Integer> accepted = new TreeMap<>();
        Map<String, List<String>> finals = new TreeMap<>();
        Map<String, String> vmOf = new HashMap<>();
        for (int command = 0; command < COMMANDS; command++) {
            vmOf.put(
                    "c-" + command,
                    hosts.fleet().vms().get(command * VMS / COMMANDS).vmId());
        }
        try (LogWatch whole = new LogWatch(site, Topic.OUTCOMES)) {
            whole.caughtUp();
            whole.all(CommandAccepted.class).forEach(one -> accepted.merge(one.getCommandId(), 1, Integer::sum));
            whole.all()
                    .map(LogWatch.Seen::event)
                    .flatMap(event -> Outcomes.end(event).stream())
                    .forEach(end -> {
                        finals.merge(
                                end.commandId(),
                                List.of(end.says()),
                                (some, more) -> Stream.concat(some.stream(), more.stream())
                                        .toList());
                        if (end.succeeded()) {
                            String vm = vmOf.get(end.commandId());
                            expected.put(vm, targets.get(vm));
                        }
                    });
        }
        assertEquals(COMMANDS, finals.size());
        finals.forEach((id, ends) -> assertEquals(1, ends.size(), () -> id + " has several ends: " + ends));
        accepted.forEach((id, times) -> assertEquals(1, times, () -> id + " was accepted several times"));
        assertEquals(expected, hosts.placement(), "a VM is not where the outcomes say");
        long succeeded = finals.values().stream()
                .filter(List.of(Outcomes.SUCCEEDED)::equals)
                .count();
        assertTrue(succeeded >= COMMANDS / 2, () -> "kills must not be the end of migrations: " + finals);
        System.err.printf(
                "executor killed %d times (seed %d): %d commands, %d succeeded%n", KILLS, SEED, COMMANDS, succeeded);
    }
}
