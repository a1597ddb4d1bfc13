package io.godwit.monitors.hosts.libvirt;

import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** libvirt answered, and said no. The message is libvirt's own. */
public final class HypervisorError extends Exception {
    private static final long serialVersionUID = 1L;

    public static final String NO_DOMAIN = ErrorNumber.VIR_ERR_NO_DOMAIN.name();
    public static final String NO_SUPPORT = ErrorNumber.VIR_ERR_NO_SUPPORT.name();
    public static final String CPU_INCOMPATIBLE = ErrorNumber.VIR_ERR_CPU_INCOMPATIBLE.name();
    public static final String NO_STORAGE_VOL = ErrorNumber.VIR_ERR_NO_STORAGE_VOL.name();
    public static final String OPERATION_INVALID = ErrorNumber.VIR_ERR_OPERATION_INVALID.name();
    public static final String OPERATION_ABORTED = ErrorNumber.VIR_ERR_OPERATION_ABORTED.name();

    private final String code;

    HypervisorError(String code, String message) {
        super(message);
        this.code = code;
    }

    HypervisorError(LibvirtException cause) {
        super(cause.getMessage(), cause);
        this.code = cause.getError() == null ? "" : cause.getError().getCode().name();
    }

    /** Libvirt's name of the error, as in VIR_ERR_NO_DOMAIN. */
    public String code() {
        return code;
    }

    /** What the last native call of this thread said. */
    static HypervisorError last(String call) {
        int number = Virt.library().virGetLastErrorCode();
        ErrorNumber[] known = ErrorNumber.values();
        String code = number >= 0 && number < known.length ? known[number].name() : "VIR_ERR_" + number;
        return new HypervisorError(code, call + ": " + Virt.library().virGetLastErrorMessage());
    }
}
