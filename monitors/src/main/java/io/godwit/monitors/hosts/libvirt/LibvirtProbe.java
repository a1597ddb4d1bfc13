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
import java.util.List;
import java.util.function.Consumer;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one host of libvirt. Samples are differences of two looks at libvirt's counters, so the first one after a connect
 * takes two looks, a fifth of a second apart. libvirt tells no host clock: the time of a reading is that of the machine
 * that reads.
 */
final class LibvirtProbe implements HostProbe {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtProbe.class);
    private static final Duration APART_LEAST = Duration.ofMillis(200);
    private static final int XML_INACTIVE = 2;
    private static final long KIB = 1024;

    /** A look that leaves too much in doubt is followed by later ones, at most so many. */
    private static final int LATER_LOOKS_MAX = 3;

    private final String hostId;
    private final LibvirtSettings settings;
    private final CapacityOverride capacity;
    private final Consumer<HostEvent> events;
    private final Lookout lookout;
    private final SlowFacts slow = new SlowFacts();
    private final GuestMeters meters;
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
        this.meters = new GuestMeters(settings);
        this.lookout = new Lookout(label, uri, settings, new HostLink.Watcher() {
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
        Look now = look(before == null || slow.due(before, System.nanoTime()));
        if (before != null && now.missedEventsSince(before)) {
            tellWhatWasMissed(before, now);
        }
        last = now; // so that it is not told again if what follows fails
        if (before == null || !now.isOfSeriesOf(before)) {
            waitSince(now);
            before = now;
            now = look(before.slowToo());
        }
        boolean slowToo = now.slowToo();
        for (int looks = 0; looks < LATER_LOOKS_MAX; looks++) {
            boolean newcomer = !slowToo && now.tellsSlow() && slow.hasNewcomer(now);
            if (!newcomer && !now.leavesInDoubt(before)) {
                break;
            }
            if (!newcomer) {
                waitSince(now);
            }
            Look later = look(newcomer);
            if (!later.follows(now)) {
                break; // the next read tells what changed
            }
            slowToo |= later.slowToo();
            now = later;
        }
        last = now;
        if (slowToo) {
            setMetersGoing(now);
        }
        return reading(before, now);
    }

    @Override
    public HostDescription describe() throws HostUnreachable {
        NodeInfo node = lookout.ask("describing the host", LibvirtConnection::nodeInfo);
        List<HostDescription.Vm> vms = lookout.ask("describing the VMs", LibvirtProbe::definedVms);
        return new HostDescription(cpuCapacity(node), memoryCapacity(node), node.model, migrationBandwidth(), vms);
    }

    @Override
    public void close() {
        lookout.close();
    }

    private Look look(boolean slowToo) throws HostUnreachable {
        Look look = lookout.look(
                !slowToo
                        ? DomainReader.Ask.CHEAP
                        : meters.measuresDirtyRates() ? DomainReader.Ask.ALL_AND_DIRTY_RATE : DomainReader.Ask.ALL);
        slow.take(look);
        return look;
    }

    /** What QEMU measures only when told to; a guest that does not take it is passed over. */
    private void setMetersGoing(Look look) {
        long now = System.nanoTime();
        int seconds = Math.toIntExact(settings.memoryStatsPeriod().toSeconds());
        order(
                "memory statistics",
                meters.memoryPeriodsDue(look, slow, now),
                (connection, vmId) -> connection.setMemoryStatsPeriod(vmId, seconds));
        order("dirty rate", meters.dirtyRatesDue(look, now), LibvirtConnection::measureDirtyRate);
    }

    private interface Order {
        void give(LibvirtConnection connection, String vmId) throws HypervisorError;
    }

    private void order(String what, List<String> vmIds, Order order) {
        if (vmIds.isEmpty() || lookout.guestHangs()) {
            return;
        }
        try {
            lookout.command(what, connection -> {
                for (String vmId : vmIds) {
                    try {
                        order.give(connection, vmId);
                    } catch (HypervisorError refused) {
                        LOG.atDebug()
                                .addKeyValue("host", hostId)
                                .addKeyValue("vm", vmId)
                                .addKeyValue("why", refused.getMessage())
                                .log("a guest's {} cannot be measured", what);
                    }
                }
                return null;
            });
        } catch (HostSilent | HypervisorError nextLookTells) {
            LOG.atDebug().setCause(nextLookTells).log("nothing could be measured");
        }
    }

    HostReading reading(Look before, Look now) {
        long elapsedNanos = Math.max(1, now.atNanos() - before.atNanos());
        List<VmSample> vms = new ArrayList<>(now.domains().size());
        long demand = 0;
        long used = 0;
        long memory = 0;
        for (DomainStats domain : now.domains().values()) {
            DomainStats was = before.domains().get(domain.vmId());
            VmState state = DomainStates.arriving(domain.state(), domain.reason(), was == null ? null : was.state());
            VmSample vm = UsageMeter.sample(was, domain, state, slow.of(domain.vmId(), now.atNanos()), elapsedNanos);
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
                now.node().model,
                migrationBandwidth(),
                vms);
    }

    private void tellWhatWasMissed(Look before, Look now) {
        for (MissedChanges.Change change : MissedChanges.between(before.domains(), now.domains())) {
            events.accept(new HostEvent.VmChangeSeen(
                    hostId, change.vmId(), change.change(), "found after the connection was lost", nowMicros()));
        }
    }

    private static List<HostDescription.Vm> definedVms(LibvirtConnection connection) throws LibvirtException {
        List<HostDescription.Vm> vms = new ArrayList<>();
        LibvirtException failure = null;
        for (Domain domain : connection.listAllDomains(0)) {
            try {
                if (failure == null) {
                    vms.add(defined(domain));
                }
            } catch (LibvirtException failed) {
                if (failed.getError().getCode()
                        != ErrorNumber.VIR_ERR_NO_DOMAIN) { // one that left meanwhile is no failure
                    failure = failed;
                }
            } finally {
                domain.free(); // each, or the connection could not be closed
            }
        }
        if (failure != null) {
            throw failure;
        }
        vms.sort(Comparator.comparing(HostDescription.Vm::vmId));
        return vms;
    }

    private static HostDescription.Vm defined(Domain domain) throws LibvirtException {
        var info = domain.getInfo();
        return new HostDescription.Vm(
                domain.getUUIDString(),
                domain.getName(),
                info.nrVirtCpu,
                info.maxMem * KIB,
                DomainStats.UNKNOWN,
                domain.getXMLDesc(XML_INACTIVE));
    }

    private long cpuCapacity(NodeInfo node) {
        return capacity.cpuMillicores() > 0 ? capacity.cpuMillicores() : node.cpus * 1000L;
    }

    private long memoryCapacity(NodeInfo node) {
        return capacity.memoryBytes() > 0 ? capacity.memoryBytes() : node.memory * KIB;
    }

    private long migrationBandwidth() {
        return capacity.migrationBytesPerSecond() > 0
                ? capacity.migrationBytesPerSecond()
                : settings.migrationBandwidth().bytesPerSecond();
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
