package io.godwit.ops.cli;

import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.libvirt.LibvirtHosts;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hosts as people name them on the command line: "[RACK/NAME=]URI[,probe=ADDRESS:PORT]". */
public final class RealHosts {
    private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9._-]+)/([A-Za-z0-9._-]+)=(.+)");
    private static final Pattern PROBED = Pattern.compile("(.+),probe=(.*)");
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):[0-9]{1,5}");
    private static final String RACK = "default";

    private RealHosts() {}

    /**
     * What was written of one host.
     *
     * @param name empty: as the host calls itself
     * @param probeAddress where others try to reach the host, besides libvirt; empty: derived from the URI
     */
    record Written(String rack, Optional<String> name, String uri, String probeAddress) {}

    static Written parse(String text) {
        Matcher probed = PROBED.matcher(text);
        if (!probed.matches()) {
            return parse(text, "");
        }
        String address = probed.group(2);
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException("probe=" + address + " of \"" + probed.group(1)
                    + "\" is no address; write ADDRESS:PORT, as in probe=10.0.0.14:22");
        }
        return parse(probed.group(1), address);
    }

    private static Written parse(String text, String probeAddress) {
        Matcher named = NAMED.matcher(text);
        if (named.matches()) {
            return new Written(named.group(1), Optional.of(named.group(2)), named.group(3), probeAddress);
        }
        if (!text.contains(":/")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is no host; write [RACK/NAME=]URI, as in r2/h14=qemu+tls://h14/system or test:///default");
        }
        return new Written(RACK, Optional.empty(), text, probeAddress);
    }

    /** Asks the host for its id; ends within libvirt's time-outs. */
    static HostJoins.Wanted identify(Written written, LibvirtSettings settings) {
        try {
            LibvirtHosts.Identity identity = LibvirtHosts.identify(written.uri(), settings);
            return new HostJoins.Wanted(
                    identity.hostId(),
                    written.rack(),
                    written.name().orElse(identity.hostName()),
                    written.uri(),
                    written.probeAddress());
        } catch (HostUnreachable unreachable) {
            throw new Failed(unreachable.getMessage(), unreachable);
        }
    }

    /**
     * What came of asking hosts for their ids.
     *
     * @param silent what to say of each that did not answer, by URI
     */
    public record Asked(List<HostJoins.Wanted> hosts, Map<String, String> silent) {
        /** Nobody was asked. */
        public static Asked of(List<HostJoins.Wanted> hosts) {
            return new Asked(hosts, Map.of());
        }

        /**
         * What to say of silent hosts that the inventory has under their URIs: they are watched all the same.
         *
         * @throws Failed where it does not have one: its id is not known, all such are told at once
         */
        public List<String> silentYetKnown(Set<String> urisInInventory) {
            List<String> unknown = silent.entrySet().stream()
                    .filter(host -> !urisInInventory.contains(host.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            if (!unknown.isEmpty()) {
                throw new Failed(String.join("\n", unknown)
                        + "\nTo start without: leave it out of --libvirt, and add it when it answers, with: godwit host"
                        + " add");
            }
            return silent.values().stream()
                    .map(says -> says + "; it is in the inventory and is watched")
                    .toList();
        }
    }

    /** All hosts of a command line; one that is named twice is refused. */
    public static Asked identifyAll(List<String> texts, LibvirtSettings settings) {
        List<HostJoins.Wanted> hosts = new ArrayList<>();
        Map<String, String> silent = new LinkedHashMap<>();
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
                silent.put(written.uri(), unreachable.getMessage());
            }
        }
        return new Asked(hosts, silent);
    }

    private static void refuseSecond(String before, String what, String uri, String remedy) {
        if (before != null) {
            throw new Refused(what + " is named twice, by " + before + " and by " + uri + "; " + remedy);
        }
    }
}
