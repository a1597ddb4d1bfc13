package io.godwit.monitors.hosts.libvirt;

import io.godwit.monitors.hosts.HostUnreachable;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds out which host a libvirt URI leads to. */
public final class LibvirtHosts {
    private static final Pattern HOST_UUID =
            Pattern.compile("<host>\\s*<uuid>\\s*([0-9a-fA-F-]{36})\\s*</uuid>", Pattern.DOTALL);

    private LibvirtHosts() {}

    /**
     * A host as its libvirt names it.
     *
     * @param hostId UUID of the host; the test driver has none, there it is made from the URI
     */
    public record Identity(String hostId, String hostName) {}

    /** Whether a URI is one of libvirt: every one that is not a simulated host's. */
    public static boolean isLibvirt(String uri) {
        return !uri.startsWith("simulated:");
    }

    /**
     * Connects once and asks. Ends within the connect and call time-outs, even where libvirt blocks for ever.
     *
     * @throws HostUnreachable with the URI and what to look at
     * @throws LibvirtMissing where libvirt is not installed
     */
    public static Identity identify(String uri, LibvirtSettings settings) throws HostUnreachable {
        try (HostLink link = new HostLink(uri, uri, settings, HostLink.Watcher.NOBODY)) {
            return link.call("identifying the host", connection -> {
                Matcher uuid = HOST_UUID.matcher(connection.getCapabilities());
                String hostId = uuid.find()
                        ? uuid.group(1)
                        : UUID.nameUUIDFromBytes(("libvirt " + uri).getBytes(StandardCharsets.UTF_8))
                                .toString();
                return new Identity(hostId, connection.getHostName());
            });
        } catch (HostSilent | HypervisorError failed) {
            throw new HostUnreachable(
                    "the libvirt host at " + uri + " cannot be used: " + why(failed)
                            + "; check the URI with: virsh -c '" + uri + "' hostname, and that libvirtd runs there",
                    failed);
        }
    }

    /** What stands behind a failed connect; the link itself speaks of tries that nobody makes here. */
    private static String why(Exception failed) {
        return (failed.getCause() == null ? failed : failed.getCause()).getMessage();
    }
}
