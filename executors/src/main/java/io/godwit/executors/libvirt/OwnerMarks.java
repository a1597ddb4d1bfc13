package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.OwnerMark;
import org.libvirt.Domain;
import org.libvirt.Domain.MetadataType;
import org.libvirt.Domain.ModificationImpact;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** Reads and writes owner marks in domains. */
final class OwnerMarks {
    private OwnerMarks() {}

    /** The mark of a domain as it runs, or as it is defined where it is off. */
    static OwnerMark of(Domain domain) throws LibvirtException {
        try {
            return OwnerMark.ofElement(domain.getMetadata(MetadataType.ELEMENT, OwnerMark.NAMESPACE, 0));
        } catch (LibvirtException said) {
            if (said.getError() != null && said.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN_METADATA) {
                return OwnerMark.NONE;
            }
            throw said;
        }
    }

    /** Marks a domain as it runs and as it is defined, as far as it is either. */
    static void write(Domain domain, OwnerMark mark) throws LibvirtException {
        int live = domain.isActive() == 1 ? ModificationImpact.LIVE : 0;
        int config = domain.isPersistent() == 1 ? ModificationImpact.CONFIG : 0;
        domain.setMetadata(MetadataType.ELEMENT, mark.element(), OwnerMark.PREFIX, OwnerMark.NAMESPACE, live | config);
    }
}
