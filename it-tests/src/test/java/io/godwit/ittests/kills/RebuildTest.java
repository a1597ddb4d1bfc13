package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.CepService;
import io.godwit.ceprules.DetectionReplay;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.state.Vm;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of a region that has lived is what the region is, and both detection and scheduling run again from it. */
class RebuildTest {
    private static final int MOVES = 3;

    @TempDir
    private Path folder;

    @Test
    void state_from_the_log_is_the_live_one_and_detections_and_decisions_replay_byte_for_byte() throws Exception {
        try (LiveRegion region = LiveRegion.start(folder, getClass());
                LogWatch log = new LogWatch(region.site(), Topic.OBSERVATIONS, Topic.COMMANDS, Topic.OUTCOMES)) {
            int[] left = {MOVES};
            log.await(MOVES + " moves", 0, seen -> seen.event() instanceof CommandSucceeded && --left[0] == 0);
            region.site().mode("off");
            awaitQuiet(region, log);
            Map<String, String> live = region.hosts().placement();
            try (KafkaLog kafka = new KafkaLog(region.site().kafka(), TestSite.SITE)) {
                RegionState state = StateRebuild.of(kafka, Optional.empty(), Instant.now());
                assertEquals(live, placement(state), "the log says otherwise where VMs are");
                assertTrue(state.faults().isEmpty(), () -> String.join("\n", state.faults()));
                region.stopServices();
                checkReplays(region, kafka);
            }
        }
    }

    /** No command may come any more, all that came have ended, and each host was sampled since. */
    private static void awaitQuiet(LiveRegion region, LogWatch log) throws InterruptedException {
        Set<Integer> ticked = new HashSet<>();
        Map<Integer, Integer> ticks = new TreeMap<>();
        log.await(
                "two ticks of each segment in mode off",
                log.mark(),
                seen -> seen.event() instanceof Tick
                        && ticks.merge(seen.segment(), 1, Integer::sum) >= 2
                        && ticked.add(seen.segment())
                        && ticked.size() == LiveRegion.SEGMENTS);
        do {
            awaitEnds(log);
            Set<String> sampled = new HashSet<>();
            log.await(
                    "a sample of each host",
                    log.mark(),
                    seen -> seen.event() instanceof HostSampled sample
                            && sampled.add(sample.getHostId())
                            && sampled.size() == region.hosts().fleet().hosts().size());
        } while (!open(log).isEmpty());
    }

    private static void awaitEnds(LogWatch log) throws InterruptedException {
        Set<String> open = open(log);
        if (!open.isEmpty()) {
            log.await("the end of all moves", 0, seen -> {
                Outcomes.end(seen.event()).ifPresent(end -> open.remove(end.commandId()));
                return open.isEmpty();
            });
        }
    }

    private static Set<String> open(LogWatch log) {
        Set<String> open = new HashSet<>();
        log.all(MigrateVm.class).forEach(command -> open.add(command.getCommandId()));
        log.all().flatMap(seen -> Outcomes.end(seen.event()).stream()).forEach(end -> open.remove(end.commandId()));
        return open;
    }

    private static Map<String, String> placement(RegionState state) {
        Map<String, String> placement = new TreeMap<>();
        for (Vm vm : state.vms()) {
            placement.put(vm.id(), vm.hostId());
        }
        return placement;
    }

    private static void checkReplays(LiveRegion region, KafkaLog kafka) {
        long detections = 0;
        long decisions = 0;
        Map<Integer, Long> taken = CepService.committed(region.site().kafka());
        for (int segment : region.site().segments()) {
            DetectionReplay.Result detected = DetectionReplay.run(kafka, segment, 0, taken.getOrDefault(segment, 0L));
            assertTrue(detected.lookBackWhole());
            assertEquals(Optional.empty(), detected.difference());
            DecisionReplay.Result decided =
                    DecisionReplay.run(kafka, segment, Instant.EPOCH, Instant.MAX, DecidingCode.digest());
            assertTrue(decided.identical(), "segment " + segment + ": " + decided);
            detections += detected.detections();
            decisions += decided.decisions();
        }
        assertTrue(detections > 0 && decisions > 0, "nothing was replayed");
        System.err.printf("replayed: %d detections, %d decisions, identical%n", detections, decisions);
    }
}
