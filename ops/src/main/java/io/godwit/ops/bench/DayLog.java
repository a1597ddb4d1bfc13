package io.godwit.ops.bench;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;

/**
 * A log of a quiet time in a folder, as monitors write it: ten VMs to a host, a sample of each host every 10 s, spread over
 * them, a tick and a heartbeat per segment and second. A host's demand wanders around 70 % of its capacity, above it now and then.
 */
final class DayLog {
    static final String SITE = "bench";
    static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    static final int PERIOD_SECONDS = 10;

    private static final int VMS = 10;
    private static final int SEGMENTS = Topics.Shape.SEGMENTS;
    private static final long CAPACITY = 8000;

    private final DirectoryLogWriter writer;
    private final int hosts;
    private final Map<Topic, long[]> ends = new EnumMap<>(Topic.class);
    private final double[] level;
    private final SplittableRandom random = new SplittableRandom(29);

    private DayLog(DirectoryLogWriter writer, int hosts) {
        this.writer = writer;
        this.hosts = hosts;
        this.level = new double[hosts];
    }

    /** Writes it into a folder that is not there yet; returns the number of samples. */
    static long write(Path folder, int hosts, Duration length) {
        try (DirectoryLogWriter writer = new DirectoryLogWriter(folder, SITE, "bench", SEGMENTS)) {
            long samples = new DayLog(writer, hosts).write(length);
            writer.finish();
            return samples;
        }
    }

    private long write(Duration length) {
        for (int host = 0; host < hosts; host++) {
            level[host] = 0.7 * CAPACITY;
            append(
                    Topic.INVENTORY,
                    host % SEGMENTS,
                    BEGINNING.toEpochMilli(),
                    id(host),
                    new HostJoined(
                            id(host),
                            SITE,
                            "r" + host % SEGMENTS,
                            id(host),
                            host % SEGMENTS,
                            "simulated:" + id(host),
                            "",
                            "bench",
                            "measured"));
        }
        long samples = 0;
        for (long second = 0; second < length.toSeconds(); second++) {
            long millis = BEGINNING.toEpochMilli() + 1000 * second;
            for (int segment = 0; segment < SEGMENTS; segment++) {
                append(Topic.OBSERVATIONS, segment, millis, "", new Tick(segment, millis / 1000, "cep-1"));
                append(Topic.OBSERVATIONS, segment, millis, "", new MonitorAlive("monitor-1", segment, hosts, ""));
            }
            for (int host = (int) (second % PERIOD_SECONDS); host < hosts; host += PERIOD_SECONDS) {
                long at = millis + 1000L * host / hosts;
                append(Topic.OBSERVATIONS, host % SEGMENTS, at, id(host), sample(host, at));
                samples++;
            }
        }
        return samples;
    }

    private void append(Topic topic, int segment, long millis, String key, SpecificRecord event) {
        long offset = ends.computeIfAbsent(topic, _ -> new long[SEGMENTS])[segment]++;
        writer.append(new LogRecord(
                topic, segment, offset, millis, key.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)));
    }

    private HostSampled sample(int host, long atMillis) {
        level[host] += 0.05 * (0.7 * CAPACITY - level[host]) + random.nextDouble(-300, 300);
        long demand = Math.max(0, Math.round(level[host]));
        List<VmSample> vms = new ArrayList<>(VMS);
        for (int vm = 0; vm < VMS; vm++) {
            vms.add(new VmSample(
                    "vm-bench-%06d".formatted(host * VMS + vm),
                    VmState.RUNNING,
                    demand / VMS,
                    demand / VMS,
                    2L << 30,
                    -1L,
                    -1L,
                    -1L));
        }
        return new HostSampled(
                id(host),
                host % SEGMENTS,
                atMillis * 1000,
                PERIOD_SECONDS * 1000,
                "monitor-1",
                CAPACITY,
                demand,
                Math.min(demand, CAPACITY),
                64L << 30,
                25L << 30,
                vms,
                "",
                0L);
    }

    private static String id(int host) {
        return "h%05d".formatted(host);
    }
}
