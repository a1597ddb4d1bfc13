package io.godwit.schemas.state;

import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A host as the log tells it.
 *
 * @param id stable id
 * @param segment segment that carries its records
 * @param uri how monitors and executors reach it
 * @param probeAddress address:port for reachability probes; empty: derived from the URI
 * @param joined log time of its HostJoined
 * @param cpuCapacityMillicores newest of sample and description; 0 while neither is known
 * @param memoryCapacityBytes likewise
 * @param migrationBytesPerSecond bandwidth of its migration link; 0 while unknown
 * @param cpuModel empty while unknown
 * @param sample newest sample; empty where none was seen
 * @param lost since when its monitor has not reached it, and what it saw; empty while connected or never seen
 * @param crash detection that says it crashed; empty where none is open
 * @param heldBy id of the host partition that holds it; empty where none does
 * @param coordinate newest network coordinate
 * @param vms ids of the VMs that live here, sorted
 */
public record Host(
        String id,
        String site,
        String rack,
        String name,
        int segment,
        String uri,
        String probeAddress,
        Instant joined,
        long cpuCapacityMillicores,
        long memoryCapacityBytes,
        long migrationBytesPerSecond,
        String cpuModel,
        Optional<Sample> sample,
        Optional<Lost> lost,
        Optional<String> crash,
        Optional<String> heldBy,
        Optional<CoordinateAnnounced> coordinate,
        List<String> vms) {

    /** site/rack/name, unique in a region. */
    public String label() {
        return site + "/" + rack + "/" + name;
    }

    /**
     * What the newest sample says of the host itself.
     *
     * @param position where it stands
     * @param at its log time
     */
    public record Sample(
            Position position,
            Instant at,
            Duration period,
            long cpuDemandMillicores,
            long cpuUsedMillicores,
            long memoryUsedBytes) {}

    /** A monitor's loss of the host that no later sample has ended. */
    public record Lost(Instant since, String reason) {}
}
