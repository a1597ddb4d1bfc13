package io.godwit.executors.libvirt;

import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** Copies of a VM that are to go. */
final class Copies {
    /** Of virDomainUndefineFlags. */
    private static final int SAVED_MEMORY = 1;

    private static final int SNAPSHOTS = 2;
    private static final int KEEP_NVRAM = 8;
    private static final int CHECKPOINTS = 16;

    private Copies() {}

    /** Saved memory and what libvirt knows of snapshots and checkpoints go with a definition; an NVRAM file may be shared. */
    static void undefine(Domain domain) throws LibvirtException {
        try {
            domain.undefine(SAVED_MEMORY | SNAPSHOTS | CHECKPOINTS | KEEP_NVRAM);
        } catch (LibvirtException said) {
            if (said.getError().getCode() != ErrorNumber.VIR_ERR_INVALID_ARG) {
                throw said;
            }
            domain.undefine(SAVED_MEMORY | SNAPSHOTS); // a driver without checkpoints and NVRAM knows no flags for them
        }
    }
}
