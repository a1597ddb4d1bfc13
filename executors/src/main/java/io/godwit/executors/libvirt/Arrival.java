package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import java.util.Optional;
import org.libvirt.Domain;
import org.libvirt.Domain.XMLFlags;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a VM is to arrive at a target: as it is on the source, but for the mark of its new owner. The mark travels with the move, so
 * that the target's copy has it from its first moment on, even where the executor dies on the way, and the source's never has.
 *
 * @param mark the target's
 * @param running description of the domain that arrives
 * @param defined description that stays on the target
 */
record Arrival(OwnerMark mark, String running, String defined) {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);

    /** Empty where the source does not let its descriptions be read whole: the mark is written after the move then. */
    static Optional<Arrival> prepare(Move move, HostLink source) {
        try {
            return Optional.of(source.call("reading a domain", connection -> {
                Domain domain = connection.domainLookupByUUIDString(move.vmId());
                String running = domain.getXMLDesc(XMLFlags.SECURE | XMLFlags.MIGRATABLE);
                String defined = domain.isPersistent() == 1
                        ? domain.getXMLDesc(XMLFlags.SECURE | XMLFlags.MIGRATABLE | XMLFlags.INACTIVE)
                        : running;
                OwnerMark mark = newer(OwnerMark.ofDescription(running), OwnerMark.ofDescription(defined))
                        .next(move.target().hostId(), move.commandId());
                return new Arrival(mark, mark.in(running), mark.in(defined));
            }));
        } catch (HostSilent | HypervisorError unread) {
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("source", move.source().label())
                    .addKeyValue("why", unread.getMessage())
                    .log("a VM is moved without its new owner mark, which is written afterwards");
            return Optional.empty();
        }
    }

    private static OwnerMark newer(OwnerMark one, OwnerMark other) {
        return other.newerThan(one) ? other : one;
    }

    /** After the move: it does not start with its host, and has its mark. What fails here is told and costs the move nothing. */
    static void settle(Move move, Optional<Arrival> arrival, HostLink target) {
        try {
            target.call("looking after a VM that arrived", connection -> {
                Domain domain = connection.domainLookupByUUIDString(move.vmId());
                OwnerMark there = OwnerMarks.of(domain);
                if (!there.commandId().equals(move.commandId())) {
                    OwnerMark next = there.next(move.target().hostId(), move.commandId());
                    OwnerMarks.write(domain, arrival.map(Arrival::mark).orElse(next));
                }
                if (domain.isPersistent() == 1 && domain.getAutostart()) {
                    domain.setAutostart(false);
                }
                return null;
            });
        } catch (HostSilent | HypervisorError failed) {
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("vm", move.vmId())
                    .addKeyValue("target", move.target().label())
                    .addKeyValue("why", failed.getMessage())
                    .log("a VM was moved, and its owner mark and autostart there could not be looked after");
        }
    }
}
