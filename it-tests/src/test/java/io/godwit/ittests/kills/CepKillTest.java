package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The detections of a cep process that is killed again and again are those of one that never was. -Dgodwit.kills=N kills more
 * often, -Dgodwit.kills.seed=S draws other moments.
 */
class CepKillTest {
    private static final int KILLS = Integer.getInteger("godwit.kills", 5);
    private static final long SEED = Long.getLong("godwit.kills.seed", 20_261);
    private static final int SEGMENTS = 3;
    private static final Slot SLOT = new Slot("cep", "1");
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("127.0.0.1", 9);
    private static final int FIRST_TO_CRASH = 7;
    private static final int LAST_TO_CRASH = 14;

    @TempDir
    private Path folder;

    @Test
    void detections_over_kills_at_any_moment_are_byte_for_byte_those_of_one_engine_that_never_stopped()
            throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        try (TestSite site = TestSite.start(folder, getClass(), SEGMENTS);
                LogWatch log = new LogWatch(site, Topic.DETECTIONS, Topic.OBSERVATIONS)) {
            ServiceProcess cep = ServiceProcess.start(site, SLOT, NOWHERE);
            try (CepFeed feed = new CepFeed(site, SEED)) {
                awaitWatched(log);
                feed.crash(FIRST_TO_CRASH);
                awaitCrash(log, FIRST_TO_CRASH);
                for (int kill = 1; kill <= KILLS; kill++) {
                    if (kill % 2 == 1) {
                        awaitDetections(log, 1 + random.nextInt(6)); // while it works, often within a transaction
                    } else {
                        awaitSamples(log, random.nextInt(24 * CepFeed.HOSTS)); // within 6 s, most often while it starts
                    }
                    cep.kill();
                    cep = ServiceProcess.start(site, SLOT, NOWHERE);
                    if (kill == (KILLS + 1) / 2) {
                        feed.restore(FIRST_TO_CRASH);
                    }
                }
                feed.crash(LAST_TO_CRASH);
                awaitCrash(log, LAST_TO_CRASH);
                List<Long> last = new ArrayList<>();
                for (int segment : site.segments()) {
                    last.add(feed.last(segment));
                }
                for (int segment : site.segments()) {
                    log.await(
                            "the detection at the last observation of segment " + segment,
                            0,
                            seen -> seen.event() instanceof DetectionBegan began
                                    && seen.segment() == segment
                                    && evidence(began) == last.get(segment));
                }
                cep.kill();
                check(site, last);
            } finally {
                cep.close();
            }
        }
    }

    private static void awaitDetections(LogWatch log, int number) throws InterruptedException {
        int[] left = {number};
        log.await(number + " detections", log.mark(), seen -> seen.event() instanceof DetectionBegan && --left[0] == 0);
    }

    private static void awaitSamples(LogWatch log, int number) throws InterruptedException {
        int[] left = {number + 1};
        log.await(number + " samples", log.mark(), seen -> seen.event() instanceof HostSampled && --left[0] == 0);
    }

    /** A host that no sample made known, in a log that nobody ticks, is not soon called crashed. */
    private static void awaitWatched(LogWatch log) throws InterruptedException {
        log.await("a tick", 0, seen -> seen.event() instanceof Tick);
        log.await(
                "a sample of host " + FIRST_TO_CRASH,
                log.mark(),
                seen -> seen.event() instanceof HostSampled sample
                        && sample.getHostId().equals(CepFeed.id(FIRST_TO_CRASH)));
    }

    private static void awaitCrash(LogWatch log, int host) throws InterruptedException {
        log.await(
                "the crash of host " + host,
                0,
                seen -> seen.event() instanceof DetectionBegan began
                        && began.getKind() == DetectionKind.HOST_CRASH
                        && began.getHostId().equals(CepFeed.id(host)));
    }

    private static long evidence(DetectionBegan began) {
        return began.getEvidence().getLast().getPosition().getOffset();
    }

    private static void check(TestSite site, List<Long> last) {
        int detections = 0;
        int overloads = 0;
        Set<String> crashed = new HashSet<>();
        try (KafkaLog log = new KafkaLog(site.kafka(), TestSite.SITE)) {
            for (int segment : site.segments()) {
                long end = last.get(segment) + 1;
                DetectionReplay.Result replay = DetectionReplay.run(log, segment, 0, end);
                assertTrue(replay.lookBackWhole());
                replay.difference().ifPresent(first -> {
                    throw new AssertionError("seed " + SEED + ", segment " + segment + ": record " + first.index()
                            + " differs\n  in the log: " + first.recorded() + "\n  by one engine: " + first.replayed());
                });
                List<DetectionReplay.Said> recorded = DetectionReplay.recorded(log, segment, 0, end);
                List<String> expected = overloads(log, segment, end, crashes(recorded));
                assertEquals(expected, overloadsOf(recorded), "seed " + SEED + ", overloads of segment " + segment);
                detections += replay.detections();
                overloads += expected.size();
                recorded.forEach(said -> {
                    if (said.event() instanceof DetectionBegan began && began.getKind() == DetectionKind.HOST_CRASH) {
                        assertTrue(
                                crashed.add(began.getHostId()), () -> began.getHostId() + " crashed once, not twice");
                    }
                });
            }
        }
        assertEquals(
                Set.of(CepFeed.id(FIRST_TO_CRASH), CepFeed.id(LAST_TO_CRASH)),
                crashed,
                "a host is called crashed that was not, or the other way round");
        assertTrue(overloads > 20, "too few overloads to tell anything: " + overloads);
        System.err.printf("cep killed %d times (seed %d): %d detections identical%n", KILLS, SEED, detections);
    }

    /** Hosts by the observation that called them crashed. */
    private static Map<Long, String> crashes(List<DetectionReplay.Said> recorded) {
        Map<Long, String> crashes = new HashMap<>();
        recorded.forEach(said -> {
            if (said.event() instanceof DetectionBegan began && began.getKind() == DetectionKind.HOST_CRASH) {
                crashes.put(evidence(began), began.getHostId());
            }
        });
        return crashes;
    }

    /**
     * Begins and ends of overloads as the samples themselves tell, in the order of the samples; what crashes is overloaded no
     * longer.
     */
    private static List<String> overloads(KafkaLog log, int segment, long end, Map<Long, String> crashes) {
        List<String> expected = new ArrayList<>();
        Set<String> open = new HashSet<>();
        log.scan(List.of(new LogRange(Topic.OBSERVATIONS, segment, 0, end)), record -> {
            if (EventCodec.decode(record.value()) instanceof HostSampled sample) {
                boolean over = sample.getCpuDemandMillicores() > CepFeed.CAPACITY_MILLICORES;
                if (over && open.add(sample.getHostId())) {
                    expected.add("began " + sample.getHostId() + " at " + record.offset());
                } else if (!over && open.remove(sample.getHostId())) {
                    expected.add("ended " + sample.getHostId() + " at " + record.offset());
                }
            } else if (open.remove(crashes.get(record.offset()))) {
                expected.add("ended " + crashes.get(record.offset()) + " at " + record.offset());
            }
            return true;
        });
        return expected;
    }

    private static List<String> overloadsOf(List<DetectionReplay.Said> recorded) {
        List<String> told = new ArrayList<>();
        for (DetectionReplay.Said said : recorded) {
            switch (said.event()) {
                case DetectionBegan began
                when began.getKind() == DetectionKind.OVERLOAD ->
                    told.add("began " + began.getHostId() + " at " + evidence(began));
                case DetectionEnded ended
                when ended.getKind() == DetectionKind.OVERLOAD ->
                    told.add("ended " + ended.getHostId() + " at "
                            + ended.getEvidence().getLast().getPosition().getOffset());
                default -> {}
            }
        }
        return told;
    }
}
