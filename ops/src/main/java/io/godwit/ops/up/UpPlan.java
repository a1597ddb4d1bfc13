package io.godwit.ops.up;

import io.godwit.monitors.hosts.simulated.DataCentres;
import io.godwit.ops.cli.RealHosts;
import io.godwit.ops.data.FleetPlan;
import io.godwit.ops.region.RegionConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What one "up" is to run.
 *
 * @param data folder of its data
 * @param fleet whose data they are
 * @param hosts hosts of each site
 * @param simulated simulated sites by name; empty where hosts are real
 * @param mode mode of sites that have none yet: simulated hosts act, real ones are advised about
 * @param stopAfter how long it runs once it is ready; empty: until it is stopped
 */
public record UpPlan(
        RegionConfig region,
        Path data,
        FleetPlan fleet,
        Map<String, RealHosts.Asked> hosts,
        Map<String, DataCentres> simulated,
        String mode,
        Optional<Duration> stopAfter) {}
