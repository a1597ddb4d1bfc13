package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.NodeInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection with the calls that the binding lacks. Every call blocks, perhaps for ever: make it through HostLink. */
public final class LibvirtConnection extends Connect {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);
    private static final int JOB_INFO_BYTES = 128;
    private static final int JOB_NONE = 0;
    private static final long KIB = 1024;

    /** Connections of this process that libvirt holds open. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private ConnectionEvents events;
    private NodeInfo node;
    private int cpuStats;
    private int memoryStats;
    private boolean countsInBulk = true;
    private int callsRunning;
    private boolean ended;

    LibvirtConnection(String uri) throws LibvirtException {
        super(uri);
        OPEN.incrementAndGet();
    }

    /** How many connections of this process are open, in use or not. */
    static int open() {
        return OPEN.get();
    }

    void listen(ConnectionEvents.Listener listener) throws HypervisorError {
        events = ConnectionEvents.listen(pointer(), listener);
    }

    /**
     * Makes a call on this connection, which is not closed before the call is back: libvirt would crash.
     *
     * @throws HostSilent if the connection was ended before
     */
    <T> T use(HostLink.Call<T> call) throws LibvirtException, HypervisorError, HostSilent {
        synchronized (this) {
            if (ended) {
                throw new HostSilent("the connection was closed before the call");
            }
            callsRunning++;
        }
        try {
            return call.on(this);
        } finally {
            boolean last;
            synchronized (this) {
                callsRunning--;
                last = ended && callsRunning == 0;
            }
            if (last) {
                closeQuietly();
            }
        }
    }

    /** Closes the connection, once its last call is back; does not wait for that, but may block where the host is frozen. */
    void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            if (callsRunning > 0) {
                return; // the last one closes it
            }
        }
        closeQuietly();
    }

    private void closeQuietly() {
        try {
            close();
        } catch (LibvirtException alreadyGone) {
            LOG.atDebug().setCause(alreadyGone).log("a lost connection could not be closed");
        }
    }

    @Override
    public int close() throws LibvirtException {
        if (vcp == null) {
            return 0;
        }
        if (events != null) {
            events.end(); // libvirt keeps a connection open that somebody listens to
        }
        int users = super.close();
        if (users == 0) {
            OPEN.decrementAndGet();
        }
        return users;
    }

    /**
     * Counters of all domains, by one bulk call where the driver counts in it, else by two short calls for each: the test
     * driver's bulk call knows states only, others have none.
     */
    List<DomainStats> domains(DomainReader.Ask ask) throws HypervisorError {
        if (countsInBulk || ask.slowToo()) { // now and then again: perhaps the only guest was just being started
            try {
                List<DomainStats> bulk = DomainReader.bulk(pointer(), ask);
                countsInBulk = bulk.stream().noneMatch(DomainStats::active)
                        || bulk.stream().anyMatch(domain -> domain.active() && domain.cpuNanos() >= 0);
                if (countsInBulk) {
                    return bulk;
                }
            } catch (HypervisorError error) {
                if (!error.code().equals(HypervisorError.NO_SUPPORT)) {
                    throw error;
                }
                countsInBulk = false;
            }
        }
        return domainsOneByOne();
    }

    /** Counters of all domains without asking their QEMUs, so that none of them can hold it up. */
    List<DomainStats> domainsOneByOne() throws HypervisorError {
        return DomainReader.oneByOne(pointer());
    }

    /** Names of the guests whose QEMU owes an answer just now. */
    List<String> unanswering() throws HypervisorError {
        return DomainReader.unanswering(pointer());
    }

    /** Whether bulk calls tell more than states here. */
    boolean countsInBulk() {
        return countsInBulk;
    }

    /** @param anew whether to ask, or to take what was answered before */
    NodeInfo node(boolean anew) throws LibvirtException {
        if (anew || node == null) {
            node = nodeInfo();
        }
        return node;
    }

    /**
     * Lets the outgoing migration of a domain go on by post-copy, if it was begun as one that may.
     *
     * @throws HypervisorError also where no migration runs yet, or none any more
     */
    public void startPostCopy(String vmId) throws HypervisorError {
        onDomain(vmId, domain -> {
            if (Virt.library().virDomainMigrateStartPostCopy(domain, 0) < 0) {
                throw HypervisorError.last("virDomainMigrateStartPostCopy");
            }
        });
    }

    /**
     * Lets QEMU measure for a second how fast a guest dirties its memory; a later look finds the result. A guest that has a
     * job, such as a migration, is passed over: libvirt would make the call wait for the job's end.
     */
    void measureDirtyRate(String vmId) throws HypervisorError {
        onDomain(vmId, domain -> {
            try (Memory job = new Memory(JOB_INFO_BYTES)) {
                if (Virt.library().virDomainGetJobInfo(domain, job) == 0
                        && job.getInt(0) == JOB_NONE
                        && Virt.library().virDomainStartDirtyRateCalc(domain, 1, 0) < 0) {
                    throw HypervisorError.last("virDomainStartDirtyRateCalc");
                }
            }
        });
    }

    /** Has a guest's balloon driver tell its use of memory so often, until the guest ends. */
    void setMemoryStatsPeriod(String vmId, int seconds) throws HypervisorError {
        onDomain(vmId, domain -> {
            if (Virt.library().virDomainSetMemoryStatsPeriod(domain, seconds, Virt.AFFECT_LIVE) < 0) {
                throw HypervisorError.last("virDomainSetMemoryStatsPeriod");
            }
        });
    }

    /** Time that the host's CPUs were busy, summed, in nanoseconds; -1 where the driver does not tell. */
    long busyNanos() {
        Virt virt = Virt.library();
        if (cpuStats == 0) {
            cpuStats = entries(count -> virt.virNodeGetCPUStats(pointer(), Virt.ALL, null, count, 0));
        }
        Map<String, Long> stats =
                nodeStats(cpuStats, (params, count) -> virt.virNodeGetCPUStats(pointer(), Virt.ALL, params, count, 0));
        return stats.isEmpty()
                ? DomainStats.UNKNOWN
                : stats.getOrDefault("user", 0L) + stats.getOrDefault("kernel", 0L);
    }

    /** Memory of the host in use, caches apart, in bytes; -1 where the driver does not tell. */
    long memoryUsedBytes() {
        Map<String, Long> kib = nodeMemoryKib();
        return kib.isEmpty()
                ? DomainStats.UNKNOWN
                : Math.max(0, kib.getOrDefault("total", 0L) - availableKib(kib)) * KIB;
    }

    /** Memory that new guests could take, caches counted as free, in bytes; -1 where the driver does not tell. */
    public long memoryAvailableBytes() {
        Map<String, Long> kib = nodeMemoryKib();
        return kib.isEmpty() ? DomainStats.UNKNOWN : availableKib(kib) * KIB;
    }

    private static long availableKib(Map<String, Long> kib) {
        return kib.getOrDefault("free", 0L) + kib.getOrDefault("buffers", 0L) + kib.getOrDefault("cached", 0L);
    }

    /** Empty where the driver does not tell. */
    private Map<String, Long> nodeMemoryKib() {
        Virt virt = Virt.library();
        if (memoryStats == 0) {
            memoryStats = entries(count -> virt.virNodeGetMemoryStats(pointer(), Virt.ALL, null, count, 0));
        }
        return nodeStats(
                memoryStats, (params, count) -> virt.virNodeGetMemoryStats(pointer(), Virt.ALL, params, count, 0));
    }

    private interface HowMany {
        int ask(IntByReference count);
    }

    private interface NodeStats {
        int read(Memory params, IntByReference count);
    }

    /** How many entries there are; -1 for a driver that has none, so that it is asked once only. */
    private static int entries(HowMany call) {
        IntByReference count = new IntByReference();
        return call.ask(count) < 0 || count.getValue() < 1 ? -1 : count.getValue();
    }

    private static Map<String, Long> nodeStats(int entries, NodeStats call) {
        if (entries < 1) {
            return Map.of();
        }
        IntByReference count = new IntByReference(entries);
        try (Memory params = new Memory(TypedParameters.nodeStatsBytes(entries))) {
            return call.read(params, count) < 0 ? Map.of() : TypedParameters.nodeStats(params, count.getValue());
        }
    }

    private interface OnDomain {
        void take(Pointer domain) throws HypervisorError;
    }

    private void onDomain(String vmId, OnDomain call) throws HypervisorError {
        Pointer domain = Virt.library().virDomainLookupByUUIDString(pointer(), vmId);
        if (domain == null) {
            throw HypervisorError.last("virDomainLookupByUUIDString");
        }
        try {
            call.take(domain);
        } finally {
            Virt.library().virDomainFree(domain);
        }
    }

    /** How a host holds a domain, with libvirt's numbers: virDomainState, and the reason that belongs to it. */
    public record Condition(int state, int reason) {}

    /** @throws HypervisorError also where the host has no such domain */
    public Condition condition(String vmId) throws HypervisorError {
        Pointer domain = Virt.library().virDomainLookupByUUIDString(pointer(), vmId);
        if (domain == null) {
            throw HypervisorError.last("virDomainLookupByUUIDString");
        }
        try {
            IntByReference state = new IntByReference();
            IntByReference reason = new IntByReference();
            if (Virt.library().virDomainGetState(domain, state, reason, 0) < 0) {
                throw HypervisorError.last("virDomainGetState");
            }
            return new Condition(state.getValue(), reason.getValue());
        } finally {
            Virt.library().virDomainFree(domain);
        }
    }

    /**
     * Asks whether the host can run a guest with this CPU.
     *
     * @param machine machine type, as in "pc-i440fx-7.2"
     * @param virtType "kvm" or "qemu"
     * @param cpu the cpu element of a domain that runs
     * @throws HypervisorError where it cannot, with what it lacks; also where it has no such emulator or machine
     */
    public void checkGuestCpu(String emulator, String arch, String machine, String virtType, String cpu)
            throws HypervisorError {
        if (Virt.library()
                        .virConnectCompareHypervisorCPU(
                                pointer(), emulator, arch, machine, virtType, cpu, Virt.COMPARE_CPU_FAIL_INCOMPATIBLE)
                < 0) {
            throw HypervisorError.last("virConnectCompareHypervisorCPU");
        }
    }

    Pointer pointer() {
        return vcp.getPointer();
    }
}
