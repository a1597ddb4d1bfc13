package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;

/** Whether rules and schedulers have taken the first sample of each segment, by what they have committed. */
final class FirstSamples {
    private static final List<String> TAKERS = List.of("cep", "scheduler");
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(50).toNanos();

    private FirstSamples() {}

    /**
     * Returns when they have.
     *
     * @return whether that had to be waited for
     */
    static boolean awaitTaken(String site, String bootstrap, Duration longest) {
        SiteKafka kafka = new SiteKafka(KafkaSettings.of(site, bootstrap));
        Map<Integer, Long> first = new TreeMap<>();
        try (Log log = new KafkaLog(kafka, site)) {
            List<LogRange> all = IntStream.range(0, log.segments())
                    .mapToObj(segment -> LogRange.all(Topic.OBSERVATIONS, segment))
                    .toList();
            long sampled = EventCodec.fingerprint(HostSampled.class);
            log.scan(all, record -> {
                if (EventCodec.fingerprintOf(record.value()) == sampled) {
                    first.putIfAbsent(record.segment(), record.offset());
                }
                return true;
            });
        }
        if (first.isEmpty()) {
            throw new Failed("site " + site + " said to be ready, but no sample stands in its log");
        }
        long began = System.nanoTime();
        boolean waited = false;
        try (Admin admin = kafka.admin()) {
            while (!areTaken(admin, site, first)) {
                waited = true;
                if (System.nanoTime() - began > longest.toNanos()) {
                    throw new Failed("site " + site + " has not taken its first samples after " + longest.toSeconds()
                            + " s, though it said to be ready");
                }
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
        }
        return waited;
    }

    private static boolean areTaken(Admin admin, String site, Map<Integer, Long> first) {
        return TAKERS.stream().allMatch(service -> {
            Map<Integer, Long> committed = GroupLag.committed(admin, site, service, Topic.OBSERVATIONS);
            return first.entrySet().stream()
                    .allMatch(entry -> committed.getOrDefault(entry.getKey(), 0L) > entry.getValue());
        });
    }
}
