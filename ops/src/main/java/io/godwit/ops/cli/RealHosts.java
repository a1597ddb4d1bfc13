package io.godwit.ops.cli;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.libvirt.LibvirtHosts;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hosts as people name them on the command line: "[RACK/NAME=]URI". */
public final class RealHosts {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)/([A-Za-z0-9._-]+)=(.+)");
    private static final String RACK = "default";

    private RealHosts() {}

    /** @param name empty: as the host calls itself */
    record Written(String rack, Optional<String> name, String uri) {}

    static Written parse(String text) {
        Matcher named = NAMED.matcher(text);
        if (named.matches()) {
            return new Written(named.group(1), Optional.of(named.group(2)), named.group(3));
        }
        if (!text.contains(":/")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no host; write [RACK/NAME=]URI, as in r2/h14=qemu+tls://h14/system or test:///default");
        }
        return new Written(RACK, Optional.empty(), text);
    }

    /** Asks the host for its id; ends within libvirt's time-outs. */
    static HostJoins.Wanted identify(Written written, LibvirtSettings settings) {
        try {
            LibvirtHosts.Identity identity = LibvirtHosts.identify(written.uri(), settings);
            return new HostJoins.Wanted(
                    identity.hostId(), written.rack(), written.name().orElse(identity.hostName()), written.uri());
        } catch (HostUnreachable unreachable) {
            throw new Failed(unreachable.getMessage(), unreachable);
        }
    }

    /** All hosts of a command line; one that is named twice is refused, and all that do not answer are told at once. */
    public static List<HostJoins.Wanted> identifyAll(List<String> texts, LibvirtSettings settings) {
        List<HostJoins.Wanted> hosts = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        Map<String, String> uriById = new HashMap<>();
        Map<String, String> uriByLabel = new HashMap<>();
        for (Written written : texts.stream().map(RealHosts::parse).toList()) {
            try {
                HostJoins.Wanted host = identify(written, settings);
                String label = host.rack() + "/" + host.name();
                refuseSecond(uriById.put(host.id(), host.uri()), "host " + host.id(), host.uri(), "name it once");
                refuseSecond(
                        uriByLabel.put(label, host.uri()),
                        label,
                        host.uri(),
                        "give each a name of its own with RACK/NAME=URI");
                hosts.add(host);
            } catch (Failed unreachable) {
                silent.add(unreachable.getMessage());
            }
        }
        if (!silent.isEmpty()) {
            throw new Failed(String.join("\n", silent)
                    + "\nTo start without: leave it out of --libvirt. One that was added before stays in the inventory"
                    + " and is watched; another is added when it answers, with: godwit host add");
        }
        return hosts;
    }

    private static void refuseSecond(String before, String what, String uri, String remedy) {
        if (before != null) {
            throw new Refused(what + " is named twice, by " + before + " and by " + uri + "; " + remedy);
        }
    }
}
