package io.godwit.ceprules.observations;

/**
 * Who a host is, as its first HostJoined says.
 *
 * @param site empty where the host is in no inventory, as are the rack and the name then
 */
public record HostLabel(String hostId, String site, String rack, String name) {
    public static final HostLabel UNKNOWN = new HostLabel("", "", "", "");
}
