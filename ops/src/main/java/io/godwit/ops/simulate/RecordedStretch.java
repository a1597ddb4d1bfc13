package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What a log holds of a stretch of time, as far as it can be lived through again. Its times are the log's.
 *
 * @param samples those that differ from the one before of their host; in order for each host
 * @param outages of hosts that crashed, as rules saw it; in microseconds since the start
 * @param periodMillis distance of a host's samples; that of most samples
 * @param passedOver records by which people or monitors changed the region meanwhile, by topic
 */
record RecordedStretch(
        long fromMicros,
        long toMicros,
        List<Sample> samples,
        Map<String, List<CrashPlan.Outage>> outages,
        int periodMillis,
        Counted counted,
        Map<Topic, Long> passedOver) {
    private static final List<Topic> READ =
            List.of(Topic.OBSERVATIONS, Topic.DETECTIONS, Topic.COMMANDS, Topic.OUTCOMES);
    private static final List<Topic> PASSED_OVER = List.of(Topic.CONTROLS, Topic.RULES, Topic.REQUESTS);
    private static final int USUAL_PERIOD_MILLIS = 1000;

    /** So long after the end a host comes back that was not seen to; the model counts on from there. */
    private static final long DAY_MICROS = 86_400_000_000L;

    /** A sample and its log time. */
    record Sample(long micros, HostSampled event) {}

    private record Silence(long fromMicros, long toMicros) {}

    static RecordedStretch read(Log log, Instant from, Instant to) {
        Reading reading = new Reading(micros(from), micros(to));
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : READ) {
            for (int segment = 0; segment < log.segments(); segment++) {
                ranges.add(range(log, topic, segment, from, to));
            }
        }
        log.scan(ranges, record -> {
            reading.take(record);
            return true;
        });
        Map<Topic, Long> passedOver = new TreeMap<>();
        for (Topic topic : PASSED_OVER) {
            LogRange range = range(log, topic, 0, from, to); // what concerns the site stands in every segment
            if (range.from() < range.to()) {
                passedOver.put(topic, range.to() - range.from());
            }
        }
        return reading.stretch(passedOver);
    }

    private static LogRange range(Log log, Topic topic, int segment, Instant from, Instant to) {
        Instant first = from.plusMillis(1); // what stands at that moment is part of the state
        return new LogRange(
                topic, segment, log.offsetAt(topic, segment, first), log.offsetAt(topic, segment, to.plusMillis(1)));
    }

    private static long micros(Instant moment) {
        return moment.toEpochMilli() * 1000;
    }

    /** Takes records, in order within a topic and segment. */
    private static final class Reading {
        private final long from;
        private final long to;
        private final List<Sample> samples = new ArrayList<>();
        private final Map<String, List<VmSample>> lastVms = new HashMap<>();
        private final Map<String, Long> silentSince = new HashMap<>();
        private final Map<String, List<Silence>> silences = new TreeMap<>();
        private final Map<String, List<Long>> crashes = new HashMap<>();
        private final Map<Integer, Long> periods = new TreeMap<>();
        private final Counted counted = new Counted();

        Reading(long from, long to) {
            this.from = from;
            this.to = to;
        }

        void take(LogRecord record) {
            SpecificRecord event;
            try {
                event = EventCodec.decode(record.value());
            } catch (UnreadableRecord _) {
                return; // stands in the dead letters
            }
            long micros = record.timestampMillis() * 1000;
            counted.take(event);
            switch (event) {
                case HostSampled sample -> take(micros, sample);
                case HostLost lost -> {
                    lastVms.remove(lost.getHostId());
                    silentSince.putIfAbsent(lost.getHostId(), micros);
                }
                case DetectionBegan began
                when began.getKind() == DetectionKind.HOST_CRASH ->
                    crashes.computeIfAbsent(began.getHostId(), _ -> new ArrayList<>())
                            .add(micros);
                default -> {} // tells nothing of load or hosts
            }
        }

        private void take(long micros, HostSampled sample) {
            periods.merge(sample.getSamplePeriodMillis(), 1L, Long::sum);
            Long silent = silentSince.remove(sample.getHostId());
            if (silent != null) {
                silences.computeIfAbsent(sample.getHostId(), _ -> new ArrayList<>())
                        .add(new Silence(silent, micros));
            }
            if (!sample.getVms().equals(lastVms.put(sample.getHostId(), sample.getVms()))) {
                samples.add(new Sample(micros, sample));
            }
        }

        RecordedStretch stretch(Map<Topic, Long> passedOver) {
            silentSince.forEach((hostId, since) ->
                    silences.computeIfAbsent(hostId, _ -> new ArrayList<>()).add(new Silence(since, to + DAY_MICROS)));
            Map<String, List<CrashPlan.Outage>> outages = new TreeMap<>();
            silences.forEach((hostId, all) -> {
                List<CrashPlan.Outage> crashed = all.stream()
                        .filter(silence -> crashed(hostId, silence))
                        .map(silence -> new CrashPlan.Outage(silence.fromMicros() - from, silence.toMicros() - from))
                        .toList();
                if (!crashed.isEmpty()) {
                    outages.put(hostId, crashed);
                }
            });
            int period = periods.entrySet().stream()
                    .max(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .orElse(USUAL_PERIOD_MILLIS);
            return new RecordedStretch(from, to, List.copyOf(samples), outages, period, counted, passedOver);
        }

        /** A monitor that loses a host has not seen it crash; a rule concludes that. */
        private boolean crashed(String hostId, Silence silence) {
            return crashes.getOrDefault(hostId, List.of()).stream()
                    .anyMatch(micros -> micros >= silence.fromMicros() && micros <= silence.toMicros());
        }
    }
}
