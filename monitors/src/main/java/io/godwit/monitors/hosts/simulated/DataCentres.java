package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.monitors.hosts.simulated.model.PoissonLoad;
import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.monitors.hosts.simulated.traces.LatencyMatrix;
import io.godwit.monitors.hosts.simulated.traces.Trace;
import io.godwit.schemas.log.Log;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Builds the simulated data centre of a site from its settings and its log. Reading the settings' files comes first and
 * apart, so that a fault in them is told before anything starts.
 *
 * @param says what load it has, in a few words
 */
public record DataCentres(SimulatedFleet fleet, Load load, CrashPlan crashes, RoundTrips roundTrips, String says) {
    /**
     * Fleet, load and round trips of a site.
     *
     * @throws IllegalArgumentException where a trace or matrix is missing or broken, with file, line and remedy
     */
    public static DataCentres of(HostsConfig config, String site) {
        Load load = new PoissonLoad(
                config.seed(), config.loadMeanPercent(), config.loadDeviationPercent(), config.loadChangePeriod());
        String says = "generated, %d %% ± %d, a change per VM every %d s"
                .formatted(
                        config.loadMeanPercent(),
                        config.loadDeviationPercent(),
                        config.loadChangePeriod().toSeconds());
        SimulatedFleet fleet = null;
        if (!config.trace().isEmpty()) {
            Trace trace = Trace.read(Trace.Option.parse(config.trace()), site, config.racks());
            load = trace.load();
            says = trace.says();
            fleet = trace.fleet().orElse(null);
        }
        if (fleet == null) {
            fleet = SimulatedFleet.homogeneous(
                    site, config.hosts(), config.vms(), config.racks(), config.capacityPercent(), config.seed());
        }
        RoundTrips roundTrips = config.latencyMatrix().isEmpty()
                ? RoundTrips.byRack(fleet)
                : RoundTrips.byMatrix(fleet, LatencyMatrix.readComplete(Path.of(config.latencyMatrix())));
        CrashPlan crashes = CrashPlan.exponential(config.seed(), config.crashEvery(), config.crashDuration());
        return new DataCentres(fleet, load, crashes, roundTrips, says);
    }

    /**
     * Starts the data centre where the log left it; its load goes on at the log's time. A log without hosts begins now.
     *
     * @param clock the broker's, so that samples and log can be compared; on one machine the system's
     */
    public InProcessDataCentre start(Log log, InstantSource clock) {
        Instant origin = DataCentreRestart.origin(log).orElseGet(clock::instant);
        var restored = DataCentreRestart.restored(log, fleet);
        DataCentreModel model =
                new DataCentreModel(fleet, load, crashes, micros(origin), restored, micros(clock.instant()));
        return new InProcessDataCentre(model, roundTrips, clock);
    }

    static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
    }
}
