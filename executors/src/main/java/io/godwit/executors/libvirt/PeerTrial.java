package io.godwit.executors.libvirt;

import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import org.libvirt.Domain;
import org.libvirt.Domain.DomainMigrateParameters;
import org.libvirt.Domain.MigrateFlags;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;

/**
 * A move that cannot begin: its description of the guest at the target is another guest's. The source's libvirt connects to the
 * target's first and compares then, so its refusal tells whether it got there.
 */
final class PeerTrial {
    private static final String NO_GUEST =
            "<domain type='qemu'><name>godwit-check</name><memory>1024</memory>" + "<os><type>hvm</type></os></domain>";

    private PeerTrial() {}

    /** @param says libvirt's words */
    record Answer(boolean reached, String says) {}

    static Answer of(LibvirtConnection source, String vmId, String uri) throws LibvirtException {
        Domain domain = source.domainLookupByUUIDString(vmId);
        try {
            boolean active = domain.isActive() == 1;
            int flags = MigrateFlags.PEER2PEER
                    | (active
                            ? MigrateFlags.LIVE | MigrateFlags.UNSAFE
                            : MigrateFlags.OFFLINE | MigrateFlags.PERSIST_DEST);
            domain.migrateToURI(
                    uri,
                    new TypedParameter[] {
                        new TypedStringParameter(DomainMigrateParameters.VIR_MIGRATE_PARAM_DEST_XML, NO_GUEST)
                    },
                    flags);
            return new Answer(true, "");
        } catch (LibvirtException said) {
            boolean compared =
                    said.getError() != null && said.getError().getCode() == ErrorNumber.VIR_ERR_CONFIG_UNSUPPORTED;
            return new Answer(compared, said.getMessage());
        } finally {
            domain.free();
        }
    }
}
