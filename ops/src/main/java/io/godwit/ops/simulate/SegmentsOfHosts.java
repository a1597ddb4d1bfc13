package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.state.SegmentPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which segment each host of a simulated region is. Each site has as many segments; those of the second site follow those of
 * the first.
 *
 * @param joined how the hosts were added, in the order of the fleets
 * @param byHost segment by host id, in the same order
 * @param count all segments
 */
record SegmentsOfHosts(List<HostJoined> joined, Map<String, Integer> byHost, int count) {
    static SegmentsOfHosts of(List<SimulatedFleet> fleets, int segmentsPerSite) {
        List<HostJoined> joined = new ArrayList<>();
        Map<String, Integer> byHost = new LinkedHashMap<>();
        for (int site = 0; site < fleets.size(); site++) {
            SimulatedFleet fleet = fleets.get(site);
            SegmentPlan plan = new SegmentPlan(segmentsPerSite, List.of());
            for (int host = 0; host < fleet.hosts().size(); host++) {
                int segment = site * segmentsPerSite
                        + plan.segmentFor(fleet.site(), fleet.hosts().get(host).rack());
                HostJoined join = fleet.joined(host, segment, "simulate", "simulated");
                joined.add(join);
                byHost.put(join.getHostId(), segment);
            }
        }
        return new SegmentsOfHosts(List.copyOf(joined), byHost, segmentsPerSite * fleets.size());
    }
}
