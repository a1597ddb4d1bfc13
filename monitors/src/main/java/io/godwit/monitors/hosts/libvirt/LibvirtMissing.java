package io.godwit.monitors.hosts.libvirt;

/** libvirt's client library cannot be loaded on this machine; the message says what to install. */
public final class LibvirtMissing extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    LibvirtMissing(Throwable cause) {
        super(
                "libvirt.so.0 cannot be loaded (" + firstLine(cause)
                        + "); hosts with libvirt URIs need it: install it, on Debian and Ubuntu with: apt-get install"
                        + " libvirt0",
                cause);
    }

    private static String firstLine(Throwable cause) {
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
