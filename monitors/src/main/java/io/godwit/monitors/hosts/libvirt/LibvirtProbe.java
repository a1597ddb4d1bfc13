package io.godwit.monitors.hosts.libvirt;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;

/**
 * Watches one host of libvirt. Samples are differences of two looks at libvirt's counters, so the first one after a connect
 * takes two looks, a fifth of a second apart. libvirt tells no host clock: the time of a reading is that of the machine
 * that reads.
 */
final class LibvirtProbe implements HostProbe {
    private static final Duration APART_LEAST = Duration.ofMillis(200);
    private static final int XML_INACTIVE = 2;
    private static final long KIB = 1024;

    /** A look that leaves too much in doubt is followed by later ones, at most so many. */
    private static final int LATER_LOOKS_MAX = 3;

    /**
     * Counters of one moment.
     *
     * @param askedNanos before the call that read them
     * @param answeredNanos after it; they are of some moment between the two
     */
    private record Look(
            long connection,
            long askedNanos,
            long answeredNanos,
            NodeInfo node,
            long busyNanos,
            long memoryUsedBytes,
            Map<String, DomainStats> domains) {
        long atNanos() {
            return askedNanos + (answeredNanos - askedNanos) / 2;
        }

        /** Whether the time since an earlier look may be off by more than a fifth, as where this process did not get a core. */
        boolean leavesInDoubt(Look before) {
            long doubt = (answeredNanos - askedNanos + before.answeredNanos - before.askedNanos) / 2;
            return 5 * doubt > atNanos() - before.atNanos();
        }
    }

    private final String hostId;
    private final LibvirtSettings settings;
    private final CapacityOverride capacity;
    private final Consumer<HostEvent> events;
    private final HostLink link;
    private Look last;

    LibvirtProbe(
            String hostId,
            String label,
            String uri,
            LibvirtSettings settings,
            CapacityOverride capacity,
            Consumer<HostEvent> events) {
        this.hostId = hostId;
        this.settings = settings;
        this.capacity = capacity;
        this.events = events;
        this.link = new HostLink(label, uri, settings, new HostLink.Watcher() {
            @Override
            public void changed(String vmId, VmChange change, String detail) {
                events.accept(new HostEvent.VmChangeSeen(hostId, vmId, change, detail, nowMicros()));
            }

            @Override
            public void lost(String reason) {
                events.accept(new HostEvent.ConnectionLost(hostId, reason));
            }
        });
    }

    @Override
    public synchronized HostReading read() throws HostUnreachable {
        Look before = last;
        Look now = look();
        if (before == null || before.connection() != now.connection()) {
            if (before != null) {
                tellWhatWasMissed(before, now);
            }
            waitSince(now);
            before = now;
            now = look();
        }
        for (int looks = 0; looks < LATER_LOOKS_MAX && now.leavesInDoubt(before); looks++) {
            waitSince(now);
            Look later = look();
            if (later.connection() != now.connection()) {
                break; // the next read tells what was missed meanwhile
            }
            now = later;
        }
        last = now;
        return reading(before, now);
    }

    @Override
    public HostDescription describe() throws HostUnreachable {
        try {
            NodeInfo node = link.call("describing the host", LibvirtConnection::nodeInfo);
            List<HostDescription.Vm> vms = link.call("describing the VMs", LibvirtProbe::definedVms);
            return new HostDescription(
                    cpuCapacity(node),
                    memoryCapacity(node),
                    node.model,
                    capacity.migrationBytesPerSecond() > 0
                            ? capacity.migrationBytesPerSecond()
                            : settings.migrationBandwidth().bytesPerSecond(),
                    vms);
        } catch (HostSilent silent) {
            throw new HostUnreachable(silent.getMessage(), silent);
        } catch (HypervisorError refused) {
            throw new HostUnreachable(
                    "libvirt at " + hostId + " does not describe the host: " + refused.getMessage(), refused);
        }
    }

    @Override
    public void close() {
        link.close();
    }

    private Look look() throws HostUnreachable {
        try {
            return link.call("sampling", connection -> {
                long asked = System.nanoTime();
                List<DomainStats> found = connection.domains();
                long answered = System.nanoTime();
                Map<String, DomainStats> domains = new HashMap<>();
                for (DomainStats domain : found) {
                    domains.put(domain.vmId(), domain);
                }
                return new Look(
                        link.connections(),
                        asked,
                        answered,
                        connection.nodeInfo(),
                        connection.busyNanos(),
                        connection.memoryUsedBytes(),
                        domains);
            });
        } catch (HostSilent silent) {
            throw new HostUnreachable(silent.getMessage(), silent);
        } catch (HypervisorError refused) {
            throw new HostUnreachable("libvirt at " + hostId + " gives no sample: " + refused.getMessage(), refused);
        }
    }

    private HostReading reading(Look before, Look now) {
        long elapsedNanos = Math.max(1, now.atNanos() - before.atNanos());
        List<VmSample> vms = new ArrayList<>(now.domains().size());
        long demand = 0;
        long used = 0;
        long memory = 0;
        for (DomainStats domain : now.domains().values()) {
            DomainStats was = before.domains().get(domain.vmId());
            VmState state = DomainStates.arriving(domain.state(), domain.reason(), was == null ? null : was.state());
            VmSample vm = UsageMeter.sample(was, domain, state, elapsedNanos);
            vms.add(vm);
            demand += vm.getCpuDemandMillicores();
            used += vm.getCpuUsedMillicores();
            memory += vm.getMemoryBytes();
        }
        vms.sort(Comparator.comparing(VmSample::getVmId));
        long busy = UsageMeter.millicores(UsageMeter.grown(before.busyNanos(), now.busyNanos()), elapsedNanos);
        return new HostReading(
                nowMicros(),
                cpuCapacity(now.node()),
                demand,
                Math.max(busy, used), // the test driver's host statistics stand still while its VMs run
                memoryCapacity(now.node()),
                now.memoryUsedBytes() >= 0 ? now.memoryUsedBytes() : memory,
                vms);
    }

    /** Events of the time without a connection are lost; what they would have said is told from the difference. */
    private void tellWhatWasMissed(Look before, Look now) {
        for (DomainStats was : before.domains().values()) {
            DomainStats is = now.domains().get(was.vmId());
            if (was.active() && (is == null || !is.active())) {
                VmChange change = is == null ? VmChange.STOPPED : DomainStates.endOf(is.reason());
                events.accept(new HostEvent.VmChangeSeen(
                        hostId, was.vmId(), change, "found after the connection was lost", nowMicros()));
            }
        }
        for (DomainStats is : now.domains().values()) {
            DomainStats was = before.domains().get(is.vmId());
            if (is.active() && (was == null || !was.active())) {
                events.accept(new HostEvent.VmChangeSeen(
                        hostId, is.vmId(), VmChange.STARTED, "found after the connection was lost", nowMicros()));
            }
        }
    }

    private static List<HostDescription.Vm> definedVms(LibvirtConnection connection) throws LibvirtException {
        List<HostDescription.Vm> vms = new ArrayList<>();
        for (Domain domain : connection.listAllDomains(0)) {
            var info = domain.getInfo();
            vms.add(new HostDescription.Vm(
                    domain.getUUIDString(),
                    domain.getName(),
                    info.nrVirtCpu,
                    info.maxMem * KIB,
                    DomainStats.UNKNOWN,
                    domain.getXMLDesc(XML_INACTIVE)));
            domain.free();
        }
        vms.sort(Comparator.comparing(HostDescription.Vm::vmId));
        return vms;
    }

    private long cpuCapacity(NodeInfo node) {
        return capacity.cpuMillicores() > 0 ? capacity.cpuMillicores() : node.cpus * 1000L;
    }

    private long memoryCapacity(NodeInfo node) {
        return capacity.memoryBytes() > 0 ? capacity.memoryBytes() : node.memory * KIB;
    }

    private static void waitSince(Look look) throws HostUnreachable {
        long left = APART_LEAST.toNanos() - (System.nanoTime() - look.atNanos());
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, left)));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HostUnreachable("interrupted between two looks", interrupted);
        }
    }

    private static long nowMicros() {
        return System.currentTimeMillis() * 1000;
    }
}
