package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Act;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.libvirt.Domain;
import org.libvirt.DomainSnapshot;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.w3c.dom.Element;

/** Snapshots that libvirt keeps within the disks of a VM, with its memory where it runs. */
final class Snapshots {
    private Snapshots() {}

    /** Its description names the command, so that one that was taken before a restart of ours is not taken twice. */
    static void take(Domain domain, Act act) throws LibvirtException {
        String description = "godwit " + act.commandId();
        Optional<DomainSnapshot> there = find(domain, act.snapshot());
        if (there.isPresent()) {
            if (!there.get().getXMLDesc().contains(description + "<")) {
                throw new IllegalStateException(
                        "the VM has a snapshot called " + act.snapshot() + "; give another name");
            }
            return;
        }
        Optional<String> objection = objection(domain.getXMLDesc(0));
        if (objection.isPresent()) {
            throw new IllegalStateException(objection.get());
        }
        domain.snapshotCreateXML("<domainsnapshot><name>%s</name><description>%s</description></domainsnapshot>"
                .formatted(escaped(act.snapshot()), description));
    }

    static void goBack(Domain domain, Act act) throws LibvirtException {
        Optional<DomainSnapshot> there = find(domain, act.snapshot());
        if (there.isEmpty()) {
            List<String> names = Stream.of(domain.snapshotListNames()).sorted().toList();
            throw new IllegalStateException("the VM has no snapshot called %s; it has %s"
                    .formatted(act.snapshot(), names.isEmpty() ? "none" : String.join(", ", names)));
        }
        domain.revertToSnapshot(there.get());
    }

    private static Optional<DomainSnapshot> find(Domain domain, String name) throws LibvirtException {
        try {
            return Optional.of(domain.snapshotLookupByName(name));
        } catch (LibvirtException none) {
            if (none.getError().getCode() != ErrorNumber.VIR_ERR_NO_DOMAIN_SNAPSHOT) {
                throw none;
            }
            return Optional.empty();
        }
    }

    /** Why no snapshot can be taken of a domain that is described so; empty: it can, as far as that is known. */
    static Optional<String> objection(String description) {
        List<String> others = new ArrayList<>();
        int disks = 0;
        for (Element disk : LibvirtXml.all(LibvirtXml.parse(description), "disk")) {
            String device = disk.getAttribute("device");
            boolean written = (device.isEmpty() || device.equals("disk") || device.equals("lun"))
                    && LibvirtXml.first(disk, "readonly") == null;
            if (!written) {
                continue;
            }
            disks++;
            String format = LibvirtXml.attribute(disk, "driver", "type");
            if (!format.equals("qcow2")) {
                others.add("%s (%s)"
                        .formatted(LibvirtXml.attribute(disk, "target", "dev"), format.isEmpty() ? "raw" : format));
            }
        }
        if (disks == 0) {
            return Optional.of(
                    "the VM has no disk, and a snapshot is kept within the disks of a VM: give it a qcow2 disk,"
                            + " or keep its memory with: godwit vm suspend --to-disk");
        }
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "a snapshot is kept within qcow2 disks, and these are none: %s; convert each while the VM is off: qemu-img convert -O qcow2 OLD NEW"
                                .formatted(String.join(", ", others)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
