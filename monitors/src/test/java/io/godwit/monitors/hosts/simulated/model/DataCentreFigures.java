package io.godwit.monitors.hosts.simulated.model;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;

/**
 * Prints what the model costs at the size of a large site: CPU per sample, alone and with migrations and crashes beside it.
 * Arguments: hosts, VMs, simulated seconds; 10000 100000 120 unless given.
 */
final class DataCentreFigures {
    private static final long SECOND = 1_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private DataCentreFigures() {}

    public static void main(String[] args) throws HostUnreachable {
        int hosts = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int vms = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 120;
        SimulatedFleet fleet = SimulatedFleet.homogeneous("a", hosts, vms, 1, 23);
        Load load = new PoissonLoad(23, 70, 30, Duration.ofMinutes(5));
        CrashPlan crashes = CrashPlan.exponential(23, Duration.ofDays(30), Duration.ofMinutes(5));
        DataCentreModel model = new DataCentreModel(fleet, load, crashes, 0, Restored.NOTHING, 0);
        List<SimulatedFleet.Host> all = fleet.hosts();
        long demand = 0;
        for (int round = 0; round < 3; round++) {
            long begun = THREADS.getCurrentThreadCpuTime();
            long samples = 0;
            for (int second = 1; second <= seconds; second++) {
                model.advance((round * (long) seconds + second) * SECOND);
                for (SimulatedFleet.Host host : all) {
                    if (model.power(host.hostId()) == HostPower.ON) {
                        demand += model.read(host.hostId()).cpuDemandMillicores();
                        samples++;
                    }
                }
            }
            long nanos = THREADS.getCurrentThreadCpuTime() - begun;
            System.out.printf("round %d: %d samples, %.3f µs CPU each%n", round, samples, nanos / 1e3 / samples);
        }
        moves(model, fleet);
        System.out.printf("sum of demand, so that nothing is left out: %d%n", demand);
    }

    /** Every VM moves to the next host, all at once: each link carries twenty of them. */
    private static void moves(DataCentreModel model, SimulatedFleet fleet) throws HostUnreachable {
        long begun = THREADS.getCurrentThreadCpuTime();
        int hosts = fleet.hosts().size();
        int asked = 0;
        for (SimulatedFleet.Vm vm : fleet.vms()) {
            String source = fleet.hosts().get(vm.homeHost()).hostId();
            String target = fleet.hosts().get((vm.homeHost() + 1) % hosts).hostId();
            if (model.power(source) == HostPower.ON) {
                model.migrate(new MigrationAsk("c-" + asked++, vm.vmId(), source, target, 0, false, true, false));
            }
        }
        long before = model.nextMicros();
        model.advance(before + 600 * SECOND);
        long ended = model.takeHappenings().stream()
                .filter(Happening.MigrationEnded.class::isInstance)
                .count();
        long nanos = THREADS.getCurrentThreadCpuTime() - begun;
        System.out.printf("%d migrations asked for, %d ended: %.1f µs CPU each%n", asked, ended, nanos / 1e3 / asked);
    }
}
