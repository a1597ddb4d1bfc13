package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.monitors.hosts.libvirt.DomainStates;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import io.godwit.schemas.events.VmState;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to a VM where it is, in libvirt's calls. Each does nothing where the VM is so already. */
final class LibvirtActions {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtActions.class);

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
                    start(domain, act);
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
            case SNAPSHOT -> Snapshots.take(domain, act);
            case RESTORE -> {
                OwnerMark owner = OwnerMarks.of(domain);
                Snapshots.goBack(domain, act);
                if (owner.newerThan(OwnerMarks.of(domain))) { // the snapshot knows the owner of its time
                    OwnerMarks.write(domain, owner);
                }
            }
            case REMOVE -> {
                OwnerMark here = OwnerMarks.of(domain);
                if (here.newerThan(act.elsewhere())) {
                    throw new IllegalStateException(
                            "the copy here has %s, the newest elsewhere that the log shows has %s: the newer one is not removed; if the VM is not this one, remove it on %s with: virsh undefine --managed-save --snapshots-metadata %s"
                                    .formatted(
                                            here.words(),
                                            act.elsewhere().words(),
                                            act.host().label(),
                                            act.vmId()));
                }
                if (runs || paused) {
                    domain.destroy();
                }
                if (domain.isPersistent() == 1) {
                    Copies.undefine(domain);
                }
            }
            case MIGRATE, FENCE, UNKNOWN -> throw new IllegalStateException(act.action() + " is no action in place");
        }
        return true;
    }

    /** It never starts with its host, or two copies could run. One whose memory was saved while it was paused goes on too. */
    private static void start(Domain domain, Act act) throws LibvirtException {
        try {
            if (domain.getAutostart()) {
                domain.setAutostart(false);
            }
        } catch (LibvirtException refused) {
            LOG.atWarn()
                    .addKeyValue("vm", act.vmId())
                    .addKeyValue("host", act.host().label())
                    .addKeyValue("why", refused.getMessage())
                    .log("autostart of a VM could not be switched off; do so with virsh autostart --disable");
        }
        domain.create();
        if (DomainStates.stateOf(domain.getInfo().state) == VmState.PAUSED) {
            domain.resume();
        }
    }

    /** Defines it where it is to be, under the next epoch. Null: not permitted. */
    private static Domain domainOf(LibvirtConnection connection, Act act, BooleanSupplier permitted)
            throws LibvirtException {
        Optional<Domain> there = find(connection, act);
        if (act.definition().isEmpty()) {
            return there.orElseThrow();
        }
        OwnerMark kept = OwnerMark.ofDescription(act.definition());
        if (act.elsewhere().newerThan(kept) && !act.elsewhere().hostId().equals(act.fromHostId())) {
            throw new IllegalStateException(
                    "%s owns the VM by %s, and the definition it is to be started by here has %s: it may run there, so it is not started; if it is gone there for good, define and start it by hand (docs/hosts.md, Owner epochs)"
                            .formatted(act.elsewhere().hostId(), act.elsewhere().words(), kept.words()));
        }
        OwnerMark next = (act.elsewhere().newerThan(kept) ? act.elsewhere() : kept)
                .next(act.host().hostId(), act.commandId());
        if (there.isPresent()) {
            OwnerMark here = OwnerMarks.of(there.get());
            if (here.commandId().equals(act.commandId()) || there.get().isActive() == 1) {
                return there.get(); // an earlier process of ours came as far
            }
            if (!next.newerThan(here)) {
                throw new IllegalStateException(
                        "a copy of the VM with %s is off here, newer than the definition it is to be started by (%s): it is not overwritten; start that copy with: godwit vm start, or remove it on %s with: virsh undefine --managed-save --snapshots-metadata %s"
                                .formatted(
                                        here.words(), kept.words(), act.host().label(), act.vmId()));
            }
        }
        if (!permitted.getAsBoolean()) {
            return null;
        }
        if (there.isPresent() && there.get().hasManagedSaveImage() == 1) {
            there.get().managedSaveRemove(); // the VM ran elsewhere since, and wrote to its disks
        }
        return connection.domainDefineXML(next.in(act.definition()));
    }

    /** Empty where the host does not know it and need not. */
    private static Optional<Domain> find(LibvirtConnection connection, Act act) throws LibvirtException {
        try {
            return Optional.of(connection.domainLookupByUUIDString(act.vmId()));
        } catch (LibvirtException missing) {
            if (missing.getError().getCode() != ErrorNumber.VIR_ERR_NO_DOMAIN
                    || act.definition().isEmpty()) {
                throw missing;
            }
            return Optional.empty();
        }
    }
}
