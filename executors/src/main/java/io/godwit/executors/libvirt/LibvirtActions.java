package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Act;
import io.godwit.monitors.hosts.libvirt.DomainStates;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import io.godwit.schemas.events.VmState;
import java.util.function.BooleanSupplier;
import org.libvirt.Domain;
import org.libvirt.DomainSnapshot;
import org.libvirt.Error;
import org.libvirt.LibvirtException;

/** What is done to a VM where it is, in libvirt's calls. Each does nothing where the VM is so already. */
final class LibvirtActions {
    /** Of virDomainUndefineFlags: its saved memory and what libvirt knows of its snapshots go too. */
    private static final int WITH_SAVED_MEMORY = 1;

    private static final int WITH_SNAPSHOTS = 2;

    private LibvirtActions() {}

    /**
     * Carries an action out; may last, as saved memory is written to a disk.
     *
     * @return whether it was permitted
     * @throws IllegalStateException where libvirt does not mind and we do
     */
    static boolean carryOut(LibvirtConnection connection, Act act, BooleanSupplier permitted) throws LibvirtException {
        Domain domain = domainOf(connection, act, permitted);
        if (domain == null || !permitted.getAsBoolean()) {
            return false;
        }
        VmState state = DomainStates.stateOf(domain.getInfo().state);
        boolean runs = state == VmState.RUNNING || state == VmState.BLOCKED;
        boolean paused = state == VmState.PAUSED || state == VmState.SUSPENDED;
        switch (act.action()) {
            case START -> {
                if (!runs && !paused) {
                    domain.create();
                }
            }
            case STOP -> {
                if (act.force() && (runs || paused)) {
                    domain.destroy();
                } else if (runs) {
                    domain.shutdown();
                }
            }
            case SUSPEND -> {
                if (runs) {
                    domain.suspend();
                }
            }
            case RESUME -> {
                if (paused) {
                    domain.resume();
                }
            }
            case SAVE -> {
                if (runs || paused) {
                    domain.managedSave();
                }
            }
            case SNAPSHOT -> takeSnapshot(domain, act);
            case RESTORE -> domain.revertToSnapshot(domain.snapshotLookupByName(act.snapshot()));
            case REMOVE -> {
                if (runs || paused) {
                    domain.destroy();
                }
                domain.undefine(WITH_SAVED_MEMORY | WITH_SNAPSHOTS);
            }
            case MIGRATE, FENCE, UNKNOWN -> throw new IllegalStateException(act.action() + " is no action in place");
        }
        return true;
    }

    /** Defines it where it is to be; a domain never starts with its host, or two copies could run. Null: not permitted. */
    private static Domain domainOf(LibvirtConnection connection, Act act, BooleanSupplier permitted)
            throws LibvirtException {
        try {
            return connection.domainLookupByUUIDString(act.vmId());
        } catch (LibvirtException missing) {
            if (missing.getError().getCode() != Error.ErrorNumber.VIR_ERR_NO_DOMAIN
                    || act.definition().isEmpty()) {
                throw missing;
            }
        }
        if (!permitted.getAsBoolean()) {
            return null;
        }
        Domain defined = connection.domainDefineXML(act.definition());
        defined.setAutostart(false);
        return defined;
    }

    /** Its description names the command, so that one that was taken before a restart of ours is not taken twice. */
    private static void takeSnapshot(Domain domain, Act act) throws LibvirtException {
        String description = "godwit " + act.commandId();
        try {
            DomainSnapshot there = domain.snapshotLookupByName(act.snapshot());
            if (!there.getXMLDesc().contains(description)) {
                throw new IllegalStateException(
                        "the VM has a snapshot called " + act.snapshot() + "; give another name");
            }
        } catch (LibvirtException none) {
            domain.snapshotCreateXML("<domainsnapshot><name>%s</name><description>%s</description></domainsnapshot>"
                    .formatted(escaped(act.snapshot()), description));
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
