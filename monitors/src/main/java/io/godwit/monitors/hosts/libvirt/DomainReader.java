package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.godwit.schemas.events.VmState;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads the counters of all domains of a connection: by one bulk call, or by short calls that no guest can hold up. */
final class DomainReader {
    private static final int CHEAP = Virt.STATS_STATE | Virt.STATS_CPU | Virt.STATS_VCPU;
    private static final int SLOW = Virt.STATS_BALLOON | Virt.STATS_INTERFACE | Virt.STATS_BLOCK;
    private static final int RECORD_BYTES = 24;
    private static final int RECORD_PARAMS = 8;
    private static final int RECORD_COUNT = 16;
    private static final int INFO_BYTES = 40;
    private static final int INFO_MEMORY = 16;
    private static final int INFO_VCPUS = 24;
    private static final int INFO_CPU_TIME = 32;
    private static final int CONTROL_INFO_BYTES = 16;
    private static final long KIB = 1024;
    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** What a bulk call is asked for. */
    enum Ask {
        /** State, CPU time, wait for a core. */
        CHEAP(DomainReader.CHEAP),
        /** Memory, disks, networks as well. */
        ALL(DomainReader.CHEAP | DomainReader.SLOW),
        /** And the dirty rates that were measured. */
        ALL_AND_DIRTY_RATE(DomainReader.CHEAP | DomainReader.SLOW | Virt.STATS_DIRTY_RATE);

        private final int groups;

        Ask(int groups) {
            this.groups = groups;
        }

        boolean slowToo() {
            return this != CHEAP;
        }
    }

    private DomainReader() {}

    /**
     * By one call. It blocks for as long as one guest's QEMU does not answer, though it is told not to wait; while a first
     * such call hangs, others pass over that guest.
     */
    static List<DomainStats> bulk(Pointer connection, Ask ask) throws HypervisorError {
        Virt virt = Virt.library();
        PointerByReference records = new PointerByReference();
        int count = virt.virConnectGetAllDomainStats(connection, ask.groups, records, Virt.STATS_NOWAIT);
        if (count < 0) {
            throw HypervisorError.last("virConnectGetAllDomainStats");
        }
        try {
            return read(records.getValue(), count, ask);
        } finally {
            virt.virDomainStatsRecordListFree(records.getValue());
        }
    }

    /** virDomainStatsRecordPtr[]. */
    static List<DomainStats> read(Pointer records, int count, Ask ask) throws HypervisorError {
        List<DomainStats> domains = new ArrayList<>(count);
        byte[] uuid = new byte[Virt.UUID_BYTES];
        for (int i = 0; i < count; i++) {
            Pointer at = records.getPointer((long) Native.POINTER_SIZE * i);
            var record = at.getByteBuffer(0, RECORD_BYTES).order(ByteOrder.nativeOrder());
            BulkRecord numbers = new BulkRecord();
            TypedParameters.numbers(new Pointer(record.getLong(RECORD_PARAMS)), record.getInt(RECORD_COUNT), numbers);
            domains.add(numbers.stats(uuidOf(new Pointer(record.getLong(0)), uuid), ask.slowToo()));
        }
        return domains;
    }

    /** By two calls for each domain, neither of which asks its QEMU. They tell no wait for a core, no disks, no networks. */
    static List<DomainStats> oneByOne(Pointer connection) throws HypervisorError {
        Virt virt = Virt.library();
        IntByReference state = new IntByReference();
        IntByReference reason = new IntByReference();
        byte[] uuid = new byte[Virt.UUID_BYTES];
        List<DomainStats> domains = new ArrayList<>();
        try (Memory info = new Memory(INFO_BYTES)) {
            each(connection, domain -> {
                // a domain that went away since the list was made is no error
                if (virt.virDomainGetState(domain, state, reason, 0) == 0 && virt.virDomainGetInfo(domain, info) == 0) {
                    VmState vmState = DomainStates.stateOf(state.getValue());
                    domains.add(new DomainStats(
                            uuidOf(domain, uuid),
                            vmState,
                            reason.getValue(),
                            Short.toUnsignedInt(info.getShort(INFO_VCPUS)),
                            info.getLong(INFO_CPU_TIME),
                            DomainStats.UNKNOWN,
                            DomainStates.active(vmState) ? info.getLong(INFO_MEMORY) * KIB : 0,
                            null));
                }
            });
        }
        return domains;
    }

    /** Names of the guests whose QEMU owes an answer just now; asks none of them. */
    static List<String> unanswering(Pointer connection) throws HypervisorError {
        Virt virt = Virt.library();
        List<String> names = new ArrayList<>();
        try (Memory info = new Memory(CONTROL_INFO_BYTES)) {
            each(connection, domain -> {
                if (virt.virDomainGetControlInfo(domain, info, 0) == 0 && info.getInt(0) == Virt.CONTROL_OCCUPIED) {
                    names.add(virt.virDomainGetName(domain));
                }
            });
        }
        return names;
    }

    static String uuidOf(Pointer domain) throws HypervisorError {
        return uuidOf(domain, new byte[Virt.UUID_BYTES]);
    }

    private static String uuidOf(Pointer domain, byte[] buffer) throws HypervisorError {
        if (Virt.library().virDomainGetUUID(domain, buffer) < 0) {
            throw HypervisorError.last("virDomainGetUUID");
        }
        return new UUID((long) BIG_ENDIAN.get(buffer, 0), (long) BIG_ENDIAN.get(buffer, Long.BYTES)).toString();
    }

    interface OnDomain {
        void take(Pointer domain) throws HypervisorError;
    }

    /** Calls with each domain that the connection knows, and frees it. */
    static void each(Pointer connection, OnDomain taker) throws HypervisorError {
        Virt virt = Virt.library();
        PointerByReference array = new PointerByReference();
        int count = virt.virConnectListAllDomains(connection, array, 0);
        if (count < 0) {
            throw HypervisorError.last("virConnectListAllDomains");
        }
        try {
            for (int i = 0; i < count; i++) {
                Pointer domain = array.getValue().getPointer((long) Native.POINTER_SIZE * i);
                try {
                    taker.take(domain);
                } finally {
                    virt.virDomainFree(domain);
                }
            }
        } finally {
            Native.free(Pointer.nativeValue(array.getValue()));
        }
    }
}
