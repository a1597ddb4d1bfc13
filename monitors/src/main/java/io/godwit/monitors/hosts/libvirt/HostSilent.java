package io.godwit.monitors.hosts.libvirt;

/** A host of libvirt cannot be connected to or does not answer in time; the message names the host and what was seen. */
public final class HostSilent extends Exception {
    private static final long serialVersionUID = 1L;

    HostSilent(String message) {
        super(message);
    }

    HostSilent(String message, Throwable cause) {
        super(message, cause);
    }
}
