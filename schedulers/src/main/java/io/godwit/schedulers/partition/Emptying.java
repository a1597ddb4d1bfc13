package io.godwit.schedulers.partition;

/**
 * When an underloaded host may be emptied, so that it can be powered off.
 *
 * @param reservePermille CPU of the segment's other hosts that must stay free afterwards, as a share of their capacity; 0 to
 *     1000
 * @param hostsKept hosts of the site that keep VMs, each segment its share, rounded up; 0 to 100000
 * @param holdMillis how long a host is left alone after VMs were moved from or to it; 0 to 86400000
 * @param membersMax hosts that a host partition may hold for it; 2 to 64
 */
public record Emptying(int reservePermille, int hostsKept, long holdMillis, int membersMax) {
    public static final Emptying DEFAULTS = new Emptying(200, 1, 300_000, 5);

    public Emptying {
        DecisionSettings.check("emptying.reserve-permille", reservePermille, 0, 1000);
        DecisionSettings.check("emptying.hosts-kept", hostsKept, 0, 100_000);
        DecisionSettings.check("emptying.hold-millis", holdMillis, 0, 86_400_000);
        DecisionSettings.check("emptying.members-max", membersMax, 2, 64);
    }
}
