package io.godwit.executors.libvirt;

import io.godwit.executors.migration.Objection;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.libvirt.LibvirtException;
import org.w3c.dom.Element;

/**
 * Whether a target can take a guest, asked before a move begins: its CPU and machine type, its disks, its memory; and whether the
 * guest can leave its source. What a host cannot tell is no objection, as libvirt looks again when the move begins; a host that is
 * silent is the look's business.
 * Answers about CPUs are kept for as long as the connection to the target lasts, as they change with its libvirt and QEMU.
 */
final class Preflight {
    private static final int XML_MIGRATABLE = 8;
    private static final long MEBIBYTE = 1 << 20;

    private final boolean sharedStorage;
    private final ConcurrentMap<CpuQuestion, Optional<Objection>> cpus = new ConcurrentHashMap<>();

    private record CpuQuestion(String target, long connection, GuestNeeds cpuOf) {}

    /** @param sharedStorage whether the operator says that all hosts see the same disks */
    Preflight(boolean sharedStorage) {
        this.sharedStorage = sharedStorage;
    }

    /** @param targetLabel as it shall stand in messages */
    Optional<Objection> objection(String vmId, HostLink source, HostLink target, String targetLabel) {
        try {
            int snapshots = source.call(
                    "counting snapshots",
                    connection -> connection.domainLookupByUUIDString(vmId).snapshotNum());
            if (snapshots > 0) {
                return Optional.of(new Objection(
                        "has-snapshots",
                        "the VM has %d snapshots, and libvirt moves no VM that has any; delete them first, each with: virsh snapshot-delete %s NAME"
                                .formatted(snapshots, vmId)));
            }
            GuestNeeds needs = GuestNeeds.of(source.call(
                    "reading a domain",
                    connection -> connection.domainLookupByUUIDString(vmId).getXMLDesc(XML_MIGRATABLE)));
            Optional<Objection> memory = needs.hugePages() ? Optional.empty() : toMemory(needs, target, targetLabel);
            if (memory.isPresent()) {
                return memory;
            }
            Optional<Objection> storage = sharedStorage ? Optional.empty() : toStorage(needs, target, targetLabel);
            return storage.isPresent() ? storage : toCpu(needs, source, target, targetLabel);
        } catch (HostSilent | HypervisorError | IllegalArgumentException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<Objection> toMemory(GuestNeeds needs, HostLink target, String label)
            throws HostSilent, HypervisorError {
        long free = target.call("asking for free memory", LibvirtConnection::memoryAvailableBytes);
        return free < 0 || needs.memoryBytes() <= free
                ? Optional.empty()
                : Optional.of(new Objection(
                        "target-full",
                        "the VM may take %d MiB, %s has %d MiB available; move another VM away from it first, or take another target"
                                .formatted(needs.memoryBytes() / MEBIBYTE, label, free / MEBIBYTE)));
    }

    /** A path that lies in a storage pool of the target must be a volume there; of others libvirt knows nothing. */
    private static Optional<Objection> toStorage(GuestNeeds needs, HostLink target, String label)
            throws HostSilent, HypervisorError {
        for (String path : needs.paths()) {
            boolean missing = target.call("looking for a disk", connection -> missing(connection, path));
            if (missing) {
                return Optional.of(new Objection(
                        "storage-unreachable",
                        "%s does not see the VM's disk %s, though the folder is a storage pool there; mount the same storage, or refresh the pool with: virsh pool-refresh POOL"
                                .formatted(label, path)));
            }
        }
        return Optional.empty();
    }

    private static boolean missing(LibvirtConnection target, String path) throws LibvirtException {
        for (String pool : target.listStoragePools()) {
            var found = target.storagePoolLookupByName(pool);
            Element place = LibvirtXml.first(LibvirtXml.parse(found.getXMLDesc(0)), "target");
            if (place != null && path.startsWith(LibvirtXml.text(place, "path") + "/")) {
                try {
                    target.storageVolLookupByPath(path).free();
                    return false;
                } catch (LibvirtException none) {
                    return none.getError() != null
                            && HypervisorError.NO_STORAGE_VOL.equals(
                                    none.getError().getCode().name());
                }
            }
        }
        return false;
    }

    private Optional<Objection> toCpu(GuestNeeds needs, HostLink source, HostLink target, String label)
            throws HostSilent, HypervisorError {
        GuestNeeds asked = new GuestNeeds(
                needs.virtType(),
                needs.emulator(),
                needs.arch(),
                needs.machine(),
                needs.hostCpu() ? hostCpu(source) : needs.cpu(),
                needs.hostCpu(),
                0,
                false,
                List.of());
        if (asked.cpu().isEmpty()) {
            return Optional.empty();
        }
        CpuQuestion question = new CpuQuestion(label, target.connections(), asked);
        Optional<Objection> known = cpus.get(question);
        if (known == null) {
            known = ask(asked, target, label);
            cpus.keySet().removeIf(old -> old.target().equals(label) && old.connection() != question.connection());
            cpus.put(question, known);
        }
        return known;
    }

    private static Optional<Objection> ask(GuestNeeds guest, HostLink target, String label) throws HostSilent {
        try {
            return target.call("comparing CPUs", connection -> {
                connection.checkGuestCpu(
                        guest.emulator(), guest.arch(), guest.machine(), guest.virtType(), guest.cpu());
                return Optional.empty();
            });
        } catch (HypervisorError said) {
            return said.code().equals(HypervisorError.CPU_INCOMPATIBLE)
                    ? Optional.of(new Objection(
                            "cpu-incompatible",
                            "%s cannot run the VM's CPU: %s; give the VM a CPU model that all its hosts have (virsh hypervisor-cpu-baseline), or take another target"
                                    .formatted(label, said.getMessage())))
                    : Optional.empty();
        }
    }

    private static String hostCpu(HostLink source) throws HostSilent, HypervisorError {
        return LibvirtXml.hostCpu(source.call("reading capabilities", LibvirtConnection::getCapabilities));
    }
}
