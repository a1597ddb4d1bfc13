package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.godwit.schemas.events.VmState;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;

/** A connection with the calls that the binding lacks. Every call blocks, perhaps for ever: make it through HostLink. */
public final class LibvirtConnection extends Connect {
    private static final int GROUPS = Virt.STATS_STATE
            | Virt.STATS_CPU
            | Virt.STATS_BALLOON
            | Virt.STATS_VCPU
            | Virt.STATS_INTERFACE
            | Virt.STATS_BLOCK;
    private static final int RECORD_PARAMS = 8;
    private static final int RECORD_COUNT = 16;
    private static final int INFO_BYTES = 40;
    private static final int INFO_MEMORY = 16;
    private static final int INFO_VCPUS = 24;
    private static final int INFO_CPU_TIME = 32;
    private static final long KIB = 1024;

    /**
     * The newest that were closed: libvirt may still call back into one for as long as a domain of it is not finalized, and a
     * callback whose connection was collected takes the process down (seen: SIGSEGV in libvirt's event loop).
     */
    private static final Deque<LibvirtConnection> CLOSED = new ConcurrentLinkedDeque<>();

    private static final int CLOSED_KEPT = 10_000;

    private int calls;
    private boolean closing;
    private boolean closed;

    LibvirtConnection(String uri) throws LibvirtException {
        super(uri);
    }

    /**
     * Keeps the connection from being freed while a call is made on it: libvirt's memory of a closed connection is gone, and a
     * call that hangs there would take the whole process down when it comes back.
     *
     * @return whether it may be used; then release follows
     */
    synchronized boolean hold() {
        if (!closing) {
            calls++;
        }
        return !closing;
    }

    /** The call is over; the last one of a connection that was to be closed closes it. */
    void release() throws LibvirtException {
        boolean last;
        synchronized (this) {
            calls--;
            last = closing && calls == 0;
        }
        if (last) {
            reallyClose();
        }
    }

    /** Closes it, as soon as no call is under way on it: libvirt's keepalive ends those that hang. */
    @Override
    public int close() throws LibvirtException {
        boolean idle;
        synchronized (this) {
            closing = true;
            idle = calls == 0;
        }
        return idle ? reallyClose() : 1;
    }

    private int reallyClose() throws LibvirtException {
        synchronized (this) {
            if (closed) {
                return 0;
            }
            closed = true;
        }
        CLOSED.addLast(this);
        if (CLOSED.size() > CLOSED_KEPT) {
            CLOSED.pollFirst();
        }
        return super.close();
    }

    /**
     * Counters of all domains, by one bulk call where the driver has it (qemu: 0.4 ms for 100 domains, but 2 to 4 ms of
     * monitor work for each real guest), else by two short calls for each. The test driver's bulk call knows states only.
     */
    List<DomainStats> domains() throws HypervisorError {
        List<DomainStats> bulk = bulkStats();
        boolean counted = bulk != null && bulk.stream().allMatch(domain -> !domain.active() || domain.cpuNanos() >= 0);
        if (counted) {
            return bulk;
        }
        List<DomainStats> listed = listedStats();
        if (bulk == null || bulk.stream().allMatch(domain -> domain.cpuNanos() < 0)) {
            return listed;
        }
        // one guest hangs: the bulk call told only its state, the short calls need no monitor and know its CPU time
        Map<String, DomainStats> known = new HashMap<>();
        bulk.stream().filter(domain -> domain.cpuNanos() >= 0).forEach(domain -> known.put(domain.vmId(), domain));
        return listed.stream()
                .map(domain -> known.getOrDefault(domain.vmId(), domain))
                .toList();
    }

    /** Null where the driver has no bulk call. */
    private List<DomainStats> bulkStats() throws HypervisorError {
        Virt virt = Virt.library();
        PointerByReference records = new PointerByReference();
        int count = virt.virConnectGetAllDomainStats(pointer(), GROUPS, records, Virt.STATS_NOWAIT);
        if (count < 0) {
            HypervisorError error = HypervisorError.last("virConnectGetAllDomainStats");
            if (error.code().equals(HypervisorError.NO_SUPPORT)) {
                return null;
            }
            throw error;
        }
        try {
            List<DomainStats> domains = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                Pointer record = records.getValue().getPointer((long) Native.POINTER_SIZE * i);
                String vmId = uuidOf(record.getPointer(0));
                Map<String, Long> numbers =
                        TypedParameters.numbers(record.getPointer(RECORD_PARAMS), record.getInt(RECORD_COUNT));
                domains.add(BulkRecord.toStats(vmId, numbers));
            }
            return domains;
        } finally {
            virt.virDomainStatsRecordListFree(records.getValue());
        }
    }

    private List<DomainStats> listedStats() throws HypervisorError {
        Virt virt = Virt.library();
        PointerByReference array = new PointerByReference();
        int count = virt.virConnectListAllDomains(pointer(), array, 0);
        if (count < 0) {
            throw HypervisorError.last("virConnectListAllDomains");
        }
        List<DomainStats> domains = new ArrayList<>(count);
        try (Memory info = new Memory(INFO_BYTES)) {
            for (int i = 0; i < count; i++) {
                Pointer domain = array.getValue().getPointer((long) Native.POINTER_SIZE * i);
                IntByReference state = new IntByReference();
                IntByReference reason = new IntByReference();
                // a domain that went away since the list was made is no error
                if (virt.virDomainGetState(domain, state, reason, 0) == 0 && virt.virDomainGetInfo(domain, info) == 0) {
                    VmState vmState = DomainStates.stateOf(state.getValue());
                    domains.add(new DomainStats(
                            uuidOf(domain),
                            vmState,
                            reason.getValue(),
                            Short.toUnsignedInt(info.getShort(INFO_VCPUS)),
                            info.getLong(INFO_CPU_TIME),
                            DomainStats.UNKNOWN,
                            DomainStates.active(vmState) ? info.getLong(INFO_MEMORY) * KIB : 0,
                            DomainStats.UNKNOWN,
                            DomainStats.UNKNOWN));
                }
                virt.virDomainFree(domain);
            }
        } finally {
            Native.free(Pointer.nativeValue(array.getValue()));
        }
        return domains;
    }

    /**
     * Lets the outgoing migration of a domain go on by post-copy, if it was begun as one that may.
     *
     * @throws HypervisorError also where no migration runs yet, or none any more
     */
    public void startPostCopy(String vmId) throws HypervisorError {
        Pointer domain = Virt.library().virDomainLookupByUUIDString(pointer(), vmId);
        if (domain == null) {
            throw HypervisorError.last("virDomainLookupByUUIDString");
        }
        try {
            if (Virt.library().virDomainMigrateStartPostCopy(domain, 0) < 0) {
                throw HypervisorError.last("virDomainMigrateStartPostCopy");
            }
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

    /** Memory that new guests could take, caches counted as free, in bytes; -1 where the driver does not tell. */
    public long memoryAvailableBytes() {
        Map<String, Long> kib = nodeMemoryKib();
        return kib.isEmpty()
                ? DomainStats.UNKNOWN
                : (kib.getOrDefault("free", 0L) + kib.getOrDefault("buffers", 0L) + kib.getOrDefault("cached", 0L))
                        * KIB;
    }

    /** Time that the host's CPUs were busy, summed, in nanoseconds; -1 where the driver does not tell. */
    long busyNanos() {
        IntByReference count = new IntByReference();
        if (Virt.library().virNodeGetCPUStats(pointer(), Virt.ALL, null, count, 0) < 0 || count.getValue() < 1) {
            return DomainStats.UNKNOWN;
        }
        try (Memory params = new Memory(TypedParameters.nodeStatsBytes(count.getValue()))) {
            if (Virt.library().virNodeGetCPUStats(pointer(), Virt.ALL, params, count, 0) < 0) {
                return DomainStats.UNKNOWN;
            }
            Map<String, Long> stats = TypedParameters.nodeStats(params, count.getValue());
            return stats.getOrDefault("user", 0L) + stats.getOrDefault("kernel", 0L);
        }
    }

    /** Memory of the host in use, caches apart, in bytes; -1 where the driver does not tell. */
    long memoryUsedBytes() {
        Map<String, Long> kib = nodeMemoryKib();
        if (kib.isEmpty()) {
            return DomainStats.UNKNOWN;
        }
        long used = kib.getOrDefault("total", 0L)
                - kib.getOrDefault("free", 0L)
                - kib.getOrDefault("buffers", 0L)
                - kib.getOrDefault("cached", 0L);
        return Math.max(0, used) * KIB;
    }

    /** Empty where the driver does not tell. */
    private Map<String, Long> nodeMemoryKib() {
        IntByReference count = new IntByReference();
        if (Virt.library().virNodeGetMemoryStats(pointer(), Virt.ALL, null, count, 0) < 0 || count.getValue() < 1) {
            return Map.of();
        }
        try (Memory params = new Memory(TypedParameters.nodeStatsBytes(count.getValue()))) {
            return Virt.library().virNodeGetMemoryStats(pointer(), Virt.ALL, params, count, 0) < 0
                    ? Map.of()
                    : TypedParameters.nodeStats(params, count.getValue());
        }
    }

    private Pointer pointer() {
        return vcp.getPointer();
    }

    private static String uuidOf(Pointer domain) throws HypervisorError {
        byte[] uuid = new byte[Virt.UUID_STRING_BYTES];
        if (Virt.library().virDomainGetUUIDString(domain, uuid) < 0) {
            throw HypervisorError.last("virDomainGetUUIDString");
        }
        return Native.toString(uuid);
    }
}
