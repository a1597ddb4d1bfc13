package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * The calls of libvirt that its Java binding lacks, on the same library and the same pointers. Names and arguments as in
 * libvirt's own reference. Loaded by the first call, never before {@link LibvirtRuntime#start}.
 */
interface Virt extends Library {
    int STATS_STATE = 1;
    int STATS_CPU = 1 << 1;
    int STATS_BALLOON = 1 << 2;
    int STATS_VCPU = 1 << 3;
    int STATS_INTERFACE = 1 << 4;
    int STATS_BLOCK = 1 << 5;

    /** A guest whose monitor is busy is reported with what is known of it, instead of being waited for. */
    int STATS_NOWAIT = 1 << 29;

    /** Of virNodeGetCPUStats: all CPUs in sum; of virNodeGetMemoryStats: all cells. */
    int ALL = -1;

    int UUID_STRING_BYTES = 37;

    /** Of virConnectCompareHypervisorCPU: an incompatible CPU is an error, which names what the host lacks. */
    int COMPARE_CPU_FAIL_INCOMPATIBLE = 1;

    int virConnectGetAllDomainStats(Pointer connection, int stats, PointerByReference records, int flags);

    void virDomainStatsRecordListFree(Pointer records);

    int virConnectListAllDomains(Pointer connection, PointerByReference domains, int flags);

    int virDomainGetUUIDString(Pointer domain, byte[] uuid);

    int virDomainGetInfo(Pointer domain, Pointer info);

    int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

    int virDomainFree(Pointer domain);

    Pointer virDomainLookupByUUIDString(Pointer connection, String uuid);

    int virConnectCompareHypervisorCPU(
            Pointer connection, String emulator, String arch, String machine, String virtType, String cpu, int flags);

    int virDomainMigrateStartPostCopy(Pointer domain, int flags);

    int virNodeGetCPUStats(Pointer connection, int cpu, Pointer params, IntByReference count, int flags);

    int virNodeGetMemoryStats(Pointer connection, int cell, Pointer params, IntByReference count, int flags);

    int virGetLastErrorCode();

    String virGetLastErrorMessage();

    /** Holds the library, so that it is loaded when it is first needed and not when this interface is. */
    final class Loaded {
        static final Virt LIBRARY = Native.load("virt", Virt.class);

        private Loaded() {}
    }

    static Virt library() {
        return Loaded.LIBRARY;
    }
}
