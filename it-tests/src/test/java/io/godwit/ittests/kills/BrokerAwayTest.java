package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker that is killed and comes back on its data: the services of a region go on by themselves. -Dgodwit.kills.away=60
 * keeps it away for a minute.
 */
class BrokerAwayTest {
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("godwit.kills.away", 15));

    /** Longer than any host may be silent before it could be called crashed. */
    private static final int WATCHED_SECONDS = 20;

    @TempDir
    private Path folder;

    @Test
    void services_go_on_by_themselves_nothing_acknowledged_is_lost_and_no_host_is_called_crashed() throws Exception {
        try (LiveRegion region = LiveRegion.start(folder, getClass());
                LogWatch log = new LogWatch(
                        region.site(), Topic.OBSERVATIONS, Topic.DETECTIONS, Topic.JOURNAL, Topic.OUTCOMES)) {
            log.await("a move", 0, seen -> seen.event() instanceof CommandSucceeded);
            region.site().killBroker();
            List<LogWatch.Seen> before = log.all().toList();
            CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(AWAY.toMillis(), TimeUnit.MILLISECONDS))
                    .get();
            int mark = log.mark();
            region.site().restartBroker();
            long back = System.currentTimeMillis();
            TreeSet<String> missing = new TreeSet<>();
            for (int segment : region.site().segments()) {
                for (Class<?> kind : List.of(MonitorAlive.class, HostSampled.class, Tick.class, InputsTaken.class)) {
                    missing.add(kind.getSimpleName() + " in " + segment);
                }
            }
            long working = log.await(
                            "services to work again: " + missing,
                            mark,
                            seen -> seen.event() != null
                                    && missing.remove(seen.event().getClass().getSimpleName() + " in " + seen.segment())
                                    && missing.isEmpty())
                    .atMillis();
            Map<Integer, Integer> ticks = new HashMap<>();
            log.await(
                    WATCHED_SECONDS + " s of ticks",
                    mark,
                    seen -> seen.event() instanceof Tick
                            && ticks.merge(seen.segment(), 1, Integer::sum) >= WATCHED_SECONDS
                            && ticks.size() == LiveRegion.SEGMENTS
                            && ticks.values().stream().allMatch(count -> count >= WATCHED_SECONDS));
            log.await("a move after the return", mark, seen -> seen.event() instanceof CommandSucceeded);
            assertEquals(List.of(), region.unwell());
            assertEquals(
                    List.of(),
                    log.all(DetectionBegan.class)
                            .filter(began -> began.getKind() == DetectionKind.HOST_CRASH)
                            .toList(),
                    "all hosts live");
            checkKept(region, before);
            System.err.printf(
                    "broker away for %d s: all services worked again %d ms after its return%n",
                    AWAY.toSeconds(), working - back);
        }
    }

    /** What readers had seen before the kill was acknowledged, and stands there still. */
    private static void checkKept(LiveRegion region, List<LogWatch.Seen> before) {
        Map<String, byte[]> kept = new HashMap<>();
        try (KafkaLog log = new KafkaLog(region.site().kafka(), TestSite.SITE)) {
            List<LogRange> ranges = new ArrayList<>();
            for (int segment : region.site().segments()) {
                for (Topic topic : List.of(Topic.OBSERVATIONS, Topic.DETECTIONS, Topic.JOURNAL, Topic.OUTCOMES)) {
                    ranges.add(LogRange.all(topic, segment));
                }
            }
            log.scan(ranges, record -> {
                kept.put(place(record), record.value());
                return true;
            });
        }
        for (LogWatch.Seen seen : before) {
            byte[] value = kept.get(place(seen.record()));
            assertEquals(0, Arrays.compare(seen.record().value(), value), () -> "lost: " + seen);
        }
    }

    private static String place(LogRecord record) {
        return record.topic() + " " + record.segment() + " " + record.offset();
    }
}
