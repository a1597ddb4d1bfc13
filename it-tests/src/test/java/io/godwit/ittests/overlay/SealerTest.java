package io.godwit.ittests.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ittests.kills.LogWatch;
import io.godwit.ittests.kills.TestSite;
import io.godwit.overlaysync.SealService;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.seal.SealCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealers on a real broker: each record is sealed once, whoever comes and goes. */
final class SealerTest {
    private static final int SEGMENTS = 3;
    private static final Duration PERIOD = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @Test
    void every_committed_record_is_sealed_once_though_sealers_come_and_go() throws Exception {
        try (TestSite site = TestSite.start(folder, SealerTest.class, SEGMENTS);
                LogWatch seals = new LogWatch(site, Topic.SEALS)) {
            int written = 0;
            for (int round = 0; round < 3; round++) {
                try (SealService one = start(site, "1");
                        SealService other = start(site, "2")) {
                    for (int part = 0; part < 2; part++) {
                        site.mode(round % 2 == 0 ? "auto" : "advise"); // in transactions, whose ends take offsets too
                        for (int number = 0; number < 300; number++) {
                            site.put(
                                    Topic.OBSERVATIONS,
                                    number % SEGMENTS,
                                    "",
                                    new MonitorAlive("m" + written++, number % SEGMENTS, 1, ""));
                        }
                        site.flush();
                        awaitSealed(site, seals);
                    }
                    assertTrue(one.health().toString().contains("seals")
                            || other.health().toString().contains("seals"));
                }
            }
            try (Log log = new KafkaLog(site.kafka(), TestSite.SITE)) {
                List<SealCheck.Checked> checked = SealCheck.of(log, log);
                assertEquals(
                        List.of(),
                        checked.stream()
                                .filter(one -> one.broken().isPresent() || one.unsealed() > 0)
                                .toList());
                assertEquals(
                        written + 6L * SEGMENTS,
                        checked.stream().mapToLong(SealCheck.Checked::sealed).sum());
                assertTrue(checked.stream().anyMatch(one -> one.seals() >= 3), "sealed again and again");
            }
        }
    }

    private static SealService start(TestSite site, String name) {
        return SealService.start(site.kafka().settings(), new Slot("sealer", name), PERIOD);
    }

    /** Until the newest seals reach as far as the log did when this was called. */
    private static void awaitSealed(TestSite site, LogWatch seals) throws InterruptedException {
        List<SealCheck.Checked> open;
        try (Log log = new KafkaLog(site.kafka(), TestSite.SITE)) {
            open = SealCheck.of(log, log).stream()
                    .filter(one -> one.unsealed() > 0)
                    .toList();
        }
        for (SealCheck.Checked one : open) {
            String what = one.topic().stage() + " " + one.segment();
            seals.await(what + " sealed", 0, _ -> sealed(seals, one) >= one.sealed() + one.unsealed());
        }
    }

    private static long sealed(LogWatch seals, SealCheck.Checked what) {
        return seals.all(LogSealed.class)
                .filter(seal -> seal.getTopic().equals(what.topic().stage()) && seal.getSegment() == what.segment())
                .mapToLong(LogSealed::getRecords)
                .sum();
    }
}
