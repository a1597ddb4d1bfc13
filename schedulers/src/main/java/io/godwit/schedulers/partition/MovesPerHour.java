package io.godwit.schedulers.partition;

/**
 * How many moves an hour may see; 0: as many as it takes. Read before a plan is asked for, so the last plan may go beyond.
 *
 * @param vm moves of one VM, as its segment saw it arrive; 0 to 3600
 * @param host moves from or to one host; 0 to 100000
 * @param rack moves from hosts of one rack, as far as one segment holds them; 0 to 1000000
 * @param site moves from hosts of the site, each segment its share, rounded up; 0 to 1000000
 * @param headroom moves from hosts of the site that were not overloaded yet, each segment its share; 0 to 1000000
 */
public record MovesPerHour(int vm, int host, int rack, int site, int headroom) {
    public static final MovesPerHour DEFAULTS = new MovesPerHour(0, 0, 0, 0, 0);

    public MovesPerHour {
        DecisionSettings.check("moves-per-hour.vm", vm, 0, 3_600);
        DecisionSettings.check("moves-per-hour.host", host, 0, 100_000);
        DecisionSettings.check("moves-per-hour.rack", rack, 0, 1_000_000);
        DecisionSettings.check("moves-per-hour.site", site, 0, 1_000_000);
        DecisionSettings.check("moves-per-hour.headroom", headroom, 0, 1_000_000);
    }
}
