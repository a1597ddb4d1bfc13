package io.godwit.ops.region;

import io.godwit.monitors.hosts.libvirt.CapacityOverride;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an operator says of real hosts that libvirt cannot tell. Keys as in region.yaml, below "real-hosts".
 *
 * @param sharedStorage whether every host sees the disks of all VMs under the same paths, where libvirt itself doubts that, as
 *     with a folder that is mounted everywhere; wrongly said, a move loses data
 * @param peerUri how hosts reach each other's libvirt, with {host} for the host of the URI by which Godwit reaches it, as in
 *     qemu+tls://{host}/system; empty: by that URI itself
 * @param each hosts that differ, by name, rack/name or site/rack/name
 */
public record RealHostsConfig(boolean sharedStorage, String peerUri, Map<String, RealHostConfig> each) {
    public static final RealHostsConfig DEFAULTS = new RealHostsConfig(false, "", Map.of());

    public RealHostsConfig {
        each = new LinkedHashMap<>(each);
        if (!peerUri.isEmpty() && !peerUri.contains("{host}")) {
            throw new IllegalArgumentException("real-hosts.peer-uri is \"" + peerUri
                    + "\"; write {host} where the host's address belongs, as in qemu+tls://{host}/system, or"
                    + " drop the key");
        }
    }

    /** What is said of a host; its defaults where nothing is. */
    private RealHostConfig of(String site, String rack, String name) {
        RealHostConfig byName = each.getOrDefault(name, RealHostConfig.DEFAULTS);
        RealHostConfig inRack = each.getOrDefault(rack + "/" + name, byName);
        return each.getOrDefault(site + "/" + rack + "/" + name, inRack);
    }

    public CapacityOverride capacity(String site, String rack, String name) {
        return of(site, rack, name).capacity();
    }

    /** How other hosts reach a host's libvirt, where that differs from how we do. */
    public String migrationUri(String label, String uri) {
        String[] parts = label.split("/", 3);
        String said = parts.length < 3 ? "" : of(parts[0], parts[1], parts[2]).migrationUri();
        return said.isEmpty() ? peerUriOf(uri) : said;
    }

    /** How a source host reaches the libvirt of a target that Godwit reaches by this URI. */
    public String peerUriOf(String uri) {
        String host = URI.create(uri.replace(' ', '+')).getHost();
        return peerUri.isEmpty() || host == null ? uri : peerUri.replace("{host}", host);
    }
}
