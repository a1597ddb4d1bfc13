package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Callback;
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
    int STATS_DIRTY_RATE = 1 << 9;

    /** A guest whose monitor is busy is reported with what is known of it, instead of being waited for. */
    int STATS_NOWAIT = 1 << 29;

    /** Of virNodeGetCPUStats: all CPUs in sum; of virNodeGetMemoryStats: all cells. */
    int ALL = -1;

    int UUID_BYTES = 16;

    int EVENT_LIFECYCLE = 0;
    int EVENT_JOB_COMPLETED = 21;

    /** Of virDomainGetControlInfo: a command to the guest's QEMU has not been answered yet. */
    int CONTROL_OCCUPIED = 2;

    /** Of virDomainSetMemoryStatsPeriod: until the guest ends. */
    int AFFECT_LIVE = 1;

    /** virConnectDomainEventCallback. */
    interface LifecycleCallback extends Callback {
        int called(Pointer connection, Pointer domain, int event, int detail, Pointer opaque);
    }

    /** virConnectDomainEventJobCompletedCallback. */
    interface JobCallback extends Callback {
        void called(Pointer connection, Pointer domain, Pointer params, int count, Pointer opaque);
    }

    /** virConnectCloseFunc. */
    interface CloseCallback extends Callback {
        void called(Pointer connection, int reason, Pointer opaque);
    }

    /** Of virConnectCompareHypervisorCPU: an incompatible CPU is an error, which names what the host lacks. */
    int COMPARE_CPU_FAIL_INCOMPATIBLE = 1;

    int virConnectGetAllDomainStats(Pointer connection, int stats, PointerByReference records, int flags);

    void virDomainStatsRecordListFree(Pointer records);

    int virConnectListAllDomains(Pointer connection, PointerByReference domains, int flags);

    int virDomainGetUUID(Pointer domain, byte[] uuid);

    String virDomainGetName(Pointer domain);

    int virDomainGetInfo(Pointer domain, Pointer info);

    int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

    int virDomainGetControlInfo(Pointer domain, Pointer info, int flags);

    int virDomainGetJobInfo(Pointer domain, Pointer info);

    int virDomainStartDirtyRateCalc(Pointer domain, int seconds, int flags);

    int virDomainSetMemoryStatsPeriod(Pointer domain, int seconds, int flags);

    int virConnectDomainEventRegisterAny(
            Pointer connection, Pointer domain, int event, Callback callback, Pointer opaque, Pointer free);

    int virConnectDomainEventDeregisterAny(Pointer connection, int callback);

    int virConnectRegisterCloseCallback(Pointer connection, CloseCallback callback, Pointer opaque, Pointer free);

    int virConnectUnregisterCloseCallback(Pointer connection, CloseCallback callback);

    int virDomainRef(Pointer domain);

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
