package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.Load;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SitesTest {
    private static final String LOCAL = "{\"policy\":\"dvms-local\"}";
    private static final String RING = "{\"policy\":\"dvms\"}";
    private static final int MEAN = 76;

    private static SimulationPlan plan(String settings, long seed, Duration duration) {
        return Fleets.plan(
                Fleets.fourSites(6), Fleets.load(seed, MEAN), settings, duration, Faults.NONE, Optional.empty());
    }

    private static List<SpecificRecord> read(Log log, Topic topic) {
        List<SpecificRecord> events = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            log.scan(List.of(new LogRange(topic, segment, 0, Long.MAX_VALUE)), record -> {
                events.add(EventCodec.decode(record.value()));
                return true;
            });
        }
        return events;
    }

    /** Moves that the log tells between hosts which it says to be of two sites. */
    private static long between(Log log) {
        Map<String, String> sites = new HashMap<>();
        for (SpecificRecord event : read(log, Topic.INVENTORY)) {
            if (event instanceof HostJoined joined) {
                sites.put(joined.getHostId(), joined.getSite());
            }
        }
        return read(log, Topic.OUTCOMES).stream()
                .filter(CommandSucceeded.class::isInstance)
                .map(CommandSucceeded.class::cast)
                .filter(moved -> !sites.get(moved.getSourceHostId()).equals(sites.get(moved.getTargetHostId())))
                .count();
    }

    /** With some of these seeds, hosts that began on one spot were never told apart: they lay on one line for ever. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void coordinates_tell_the_sites_apart(long seed) {
        RegionOfSites region = Fleets.fourSites(16);
        List<HostJoined> hosts = SegmentsOfHosts.of(region.fleets(), 2).joined();
        List<CoordinateAnnounced> places = Placement.of(hosts, region.roundTrips(), seed);
        double inside = 0;
        double across = Double.MAX_VALUE;
        for (int one = 0; one < hosts.size(); one++) {
            for (int other = 0; other < one; other++) {
                double millis = millis(places.get(one), places.get(other));
                if (hosts.get(one).getSite().equals(hosts.get(other).getSite())) {
                    inside = Math.max(inside, millis);
                } else {
                    across = Math.min(across, millis);
                }
            }
        }
        assertEquals(64, places.size());
        assertTrue(inside < 30 && across > 60, inside + " ms within a site, " + across + " ms between sites");
    }

    private static double millis(CoordinateAnnounced one, CoordinateAnnounced other) {
        double x = (double) one.getXMicros() - (double) other.getXMicros();
        double y = (double) one.getYMicros() - (double) other.getYMicros();
        double heights = (double) (one.getHeightMicros() + other.getHeightMicros());
        return (Math.hypot(x, y) + heights) / 1000;
    }

    @Test
    void moves_seldom_leave_a_site_where_near_hosts_are_taken_first() {
        long local = 0;
        long ring = 0;
        for (long seed = 1; seed <= 3; seed++) {
            local += interSite(plan(LOCAL, seed, Duration.ofSeconds(200)));
            ring += interSite(plan(RING, seed, Duration.ofSeconds(200)));
        }
        assertTrue(ring >= 20 && local * 100 <= ring * 28, local + " between sites, " + ring + " along the ring");
    }

    private static long interSite(SimulationPlan plan) {
        try (Simulation simulation = new Simulation(plan)) {
            return simulation.run(_ -> {}).interSiteMigrations();
        }
    }

    @Test
    void the_result_counts_the_moves_between_sites_that_the_log_tells() {
        try (Simulation simulation = new Simulation(plan(RING, 1, Duration.ofSeconds(200)))) {
            SimulationResult result = simulation.run(_ -> {});

            assertTrue(result.interSiteMigrations() > 5, "found " + result.interSiteMigrations());
            assertEquals(between(simulation.kept().orElseThrow()), result.interSiteMigrations());
        }
    }

    @Test
    void the_log_of_several_sites_is_written_as_one_and_replays_the_same(@TempDir Path temp) {
        Path folder = temp.resolve("log");
        SimulationPlan plan = Fleets.plan(
                Fleets.fourSites(4),
                Fleets.load(1, MEAN),
                RING,
                Duration.ofMinutes(2),
                Faults.NONE,
                Optional.of(folder));
        long interSite = interSite(plan);

        Log log = new DirectoryLog(folder);
        assertEquals("region", log.site());
        assertEquals(8, log.segments());
        assertTrue(interSite > 0);
        assertEquals(interSite, between(log));
        for (int segment = 0; segment < log.segments(); segment++) {
            DecisionReplay.Result result = DecisionReplay.run(
                    log, segment, Simulation.ORIGIN, Simulation.ORIGIN.plus(plan.duration()), DecidingCode.digest());
            assertEquals(Optional.empty(), result.difference(), "segment " + segment);
            assertEquals(Optional.empty(), result.state(), "segment " + segment);
            assertTrue(result.decisions() > 0, "segment " + segment);
        }
    }

    @Test
    void all_settles_after_links_between_sites_were_cut_again_and_again() {
        for (String policy : List.of(LOCAL, RING)) {
            assertEquals(
                    List.of(),
                    Campaign.run(
                            new Scenario(cut(policy, Duration.ofSeconds(5)), List.of()),
                            Simulation.Parts.SOUND,
                            _ -> {}));
        }
    }

    @Test
    void a_site_relieves_itself_while_it_is_cut_off() {
        try (Simulation simulation = new Simulation(cut(LOCAL, Duration.ofMillis(50)))) {
            SimulationResult result = simulation.run(_ -> {});

            assertTrue(result.migrations().succeeded() >= 5, "moved " + result.migrations());
            assertEquals(0, result.migrations().open());
            assertEquals(0, result.interSiteMigrations(), "a link was there after all");
        }
    }

    /** Cuts of 20 s within the first 60 s; from then on the load stands still. */
    private static SimulationPlan cut(String settings, Duration mean) {
        Duration trouble = Duration.ofMinutes(1);
        Load changing = Fleets.load(1, MEAN);
        long last = Simulation.micros(trouble);
        Load load = (vm, micros) -> {
            Load.Step step = changing.at(vm, Math.min(micros, last));
            return step.untilMicros() <= last
                    ? step
                    : new Load.Step(
                            step.cpuPermille(), step.blockBytesPerSecond(), step.netBytesPerSecond(), Long.MAX_VALUE);
        };
        Faults.Cuts cuts = new Faults.Cuts(mean, Duration.ofSeconds(20));
        Faults faults =
                new Faults(2, Duration.ZERO, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, cuts, trouble);
        return Fleets.plan(Fleets.fourSites(4), load, settings, Duration.ofSeconds(210), faults, Optional.empty());
    }
}
