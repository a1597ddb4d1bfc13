package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.executors.migration.Mended;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection.Condition;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the remedy for what a broken move left on its hosts, if both answer. */
final class Aftermath {
    private static final Logger LOG = LoggerFactory.getLogger(Aftermath.class);

    private Aftermath() {}

    /** @param recover asks libvirt to go on with a post-copy that broke; may last */
    static Mended mend(Move move, HostLink source, HostLink target, BooleanSupplier permitted, Recovery recover) {
        try {
            Optional<Condition> from = condition(source, move.vmId());
            Optional<Condition> to = condition(target, move.vmId());
            Remedy remedy = Remedy.of(from, to, move.staysPaused());
            if (remedy == Remedy.NONE) {
                return Mended.CLEAN;
            }
            if (moves(source, move.vmId(), from) || moves(target, move.vmId(), to) || !permitted.getAsBoolean()) {
                return Mended.NOT_YET;
            }
            OwnerMark atSource = mark(source, move.vmId(), from);
            OwnerMark atTarget = mark(target, move.vmId(), to);
            if (remedy.takesNewer(atSource, atTarget, move.commandId())) {
                LOG.atError()
                        .addKeyValue("command", move.commandId())
                        .addKeyValue("vm", move.vmId())
                        .addKeyValue("source", move.source().label() + ": " + atSource.words())
                        .addKeyValue("target", move.target().label() + ": " + atTarget.words())
                        .addKeyValue("remedy", remedy)
                        .log("two hosts hold a VM, and the copy that would be removed is the newer one: nothing is"
                                + " removed; look which of them is the VM, and remove the other with virsh"
                                + " undefine");
                return Mended.NOT_YET;
            }
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("vm", move.vmId())
                    .addKeyValue("source", move.source().label())
                    .addKeyValue("target", move.target().label())
                    .addKeyValue("remedy", remedy)
                    .log("a broken move is put right");
            switch (remedy) {
                case RESUME_SOURCE ->
                    source.call("resuming a VM", connection -> {
                        connection.domainLookupByUUIDString(move.vmId()).resume();
                        return null;
                    });
                case DROP_SOURCE -> drop(source, move.vmId(), true);
                case DROP_TARGET -> drop(target, move.vmId(), true);
                case STOP_SOURCE -> drop(source, move.vmId(), false);
                case STOP_TARGET -> drop(target, move.vmId(), false);
                case RECOVER -> recover.goOn();
                case NONE -> {}
            }
            return Mended.DONE;
        } catch (HostSilent | HypervisorError | LibvirtException failed) {
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("why", failed.getMessage())
                    .log("a broken move could not be put right yet");
            return Mended.NOT_YET;
        }
    }

    /** A native call that may last. */
    interface Recovery {
        void goOn() throws LibvirtException, HostSilent, HypervisorError;
    }

    private static Optional<Condition> condition(HostLink host, String vmId) throws HostSilent, HypervisorError {
        try {
            return Optional.of(host.call("looking for a VM", connection -> connection.condition(vmId)));
        } catch (HypervisorError said) {
            if (said.code().equals(HypervisorError.NO_DOMAIN)) {
                return Optional.empty();
            }
            throw said;
        }
    }

    private static OwnerMark mark(HostLink host, String vmId, Optional<Condition> condition)
            throws HostSilent, HypervisorError {
        return condition.isEmpty()
                ? OwnerMark.NONE
                : host.call(
                        "reading a VM's owner", connection -> OwnerMarks.of(connection.domainLookupByUUIDString(vmId)));
    }

    /** Whether a migration of the VM leaves or reaches the host; libvirt tells of an arriving one by refusing to. */
    private static boolean moves(HostLink host, String vmId, Optional<Condition> condition) throws HostSilent {
        if (condition.map(Remedy::brokeOff).orElse(true)) {
            return false;
        }
        try {
            return host.call(
                    "looking for a migration",
                    connection -> connection.domainLookupByUUIDString(vmId).getJobStats(0).type != 0);
        } catch (HypervisorError said) {
            return !said.code().equals(HypervisorError.NO_DOMAIN)
                    && !said.code().equals(HypervisorError.OPERATION_INVALID);
        }
    }

    private static void drop(HostLink host, String vmId, boolean undefined) throws HostSilent, HypervisorError {
        host.call("removing a copy of a VM", connection -> {
            Domain domain = connection.domainLookupByUUIDString(vmId);
            if (domain.isActive() == 1) {
                domain.destroy();
            }
            if (undefined && domain.isPersistent() == 1) {
                Copies.undefine(domain);
            }
            return null;
        });
    }
}
