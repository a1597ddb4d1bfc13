package io.godwit.monitors.hosts.simulated.model;

import io.godwit.schemas.events.HostJoined;
import java.util.ArrayList;
import java.util.List;

/**
 * The hosts and VMs of one simulated site as they are before anything happens.
 *
 * @param hosts in the order of their names
 * @param vms in the order that load is dealt out
 */
public record SimulatedFleet(String site, List<Host> hosts, List<Vm> vms) {
    /** Link of a migration in VMPlaceS: 125 MiB/s. */
    public static final long MIGRATION_BYTES_PER_SECOND = 125L << 20;

    /** Capacity of VMPlaceS's hosts, of which 100 are one core. */
    public static final int CAPACITY_PERCENT = 800;

    private static final long MILLICORES_PER_PERCENT = 10;
    private static final long MEMORY_BYTES = 32L << 30;
    private static final long VM_MEMORY_BYTES = 1L << 30;
    private static final long DIRTY_STREAM = 2;

    public SimulatedFleet {
        hosts = List.copyOf(hosts);
        vms = List.copyOf(vms);
    }

    /** @param migrationBytesPerSecond bandwidth of the link that its migrations share, in and out; above 0 */
    public record Host(
            String hostId,
            String rack,
            String name,
            long cpuCapacityMillicores,
            long memoryCapacityBytes,
            long migrationBytesPerSecond) {
        /** Of VMPlaceS's one kind: 8 cores, 32 GiB. */
        public static Host of(String site, String rack, String name) {
            return of(site, rack, name, CAPACITY_PERCENT);
        }

        /** Of VMPlaceS's one kind, apart from its CPU capacity in percent of a core. */
        static Host of(String site, String rack, String name, int capacityPercent) {
            return new Host(
                    "sim-" + site + "-" + name,
                    rack,
                    name,
                    capacityPercent * MILLICORES_PER_PERCENT,
                    MEMORY_BYTES,
                    MIGRATION_BYTES_PER_SECOND);
        }
    }

    /** @param homeHost index of the host on which it starts */
    public record Vm(String vmId, String name, int vcpus, long memoryBytes, long dirtyBytesPerSecond, int homeHost) {
        /** @param number names it: "vm-NUMBER" */
        public static Vm of(String site, String number, int vcpus, long memoryBytes, int dirtyPercent, int homeHost) {
            return new Vm(
                    "vm-" + site + "-" + number,
                    "vm-" + number,
                    vcpus,
                    memoryBytes,
                    MIGRATION_BYTES_PER_SECOND * dirtyPercent / 100,
                    homeHost);
        }
    }

    /**
     * The fleet of VMPlaceS: hosts of one kind in racks of equal size, VMs of 1 vCPU and 1 GiB spread evenly in order, each
     * dirtying its memory at 10, 20, 30, 40 or 50 % of the migration bandwidth.
     *
     * @throws IllegalArgumentException where a number is out of its bounds
     */
    public static SimulatedFleet homogeneous(String site, int hosts, int vms, int racks, long seed) {
        return homogeneous(site, hosts, vms, racks, CAPACITY_PERCENT, seed);
    }

    /**
     * The same with another capacity.
     *
     * @param capacityPercent CPU of each host in percent of a core; above 0
     * @throws IllegalArgumentException where a number is out of its bounds
     */
    public static SimulatedFleet homogeneous(
            String site, int hosts, int vms, int racks, int capacityPercent, long seed) {
        if (hosts < 1 || racks < 1 || racks > hosts || vms < 0) {
            throw new IllegalArgumentException(
                    "a fleet of %d hosts in %d racks with %d VMs cannot be; give at least 1 host, 1 to as many racks as hosts, 0 or more VMs"
                            .formatted(hosts, racks, vms));
        }
        if (capacityPercent < 1) {
            throw new IllegalArgumentException("hosts with a capacity of " + capacityPercent
                    + " cannot be; give percent of a core, as " + CAPACITY_PERCENT + " for 8 cores");
        }
        int width = Math.max(2, Integer.toString(hosts).length());
        List<Host> hostList = new ArrayList<>(hosts);
        for (int i = 0; i < hosts; i++) {
            hostList.add(Host.of(site, rack(i, hosts, racks), padded(i + 1, width), capacityPercent));
        }
        List<Vm> vmList = new ArrayList<>(vms);
        for (int i = 0; i < vms; i++) {
            int dirtyPercent = 10 + 10 * SeededStream.of(seed, DIRTY_STREAM, i).nextInt(5);
            int home = (int) ((long) i * hosts / vms);
            vmList.add(Vm.of(site, Integer.toString(i + 1), 1, VM_MEMORY_BYTES, dirtyPercent, home));
        }
        return new SimulatedFleet(site, hostList, vmList);
    }

    private static String padded(int number, int width) {
        String digits = Integer.toString(number);
        return "h" + "0".repeat(width - digits.length()) + digits;
    }

    /** Rack of a host where hosts are dealt to racks in order and evenly: "r1", "r2", … */
    public static String rack(int host, int hosts, int racks) {
        return "r" + (1 + (int) ((long) host * racks / hosts));
    }

    /** How an operator adds one of the hosts. */
    public HostJoined joined(int host, int segment, String by, String reason) {
        Host joining = hosts.get(host);
        return new HostJoined(
                joining.hostId(),
                site,
                joining.rack(),
                joining.name(),
                segment,
                "simulated:" + joining.name(),
                "",
                by,
                reason);
    }
}
