package io.godwit.ops.rules;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Taken;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * Draws the detections of a scenario: its observations are encoded as records of a log, as they are live, and taken by the
 * detector that draws live. The rule is active from the first observation on, and no other is.
 */
final class Drawing {
    /** Log time of a scenario's beginning. */
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final int SEGMENT = 0;
    private static final long SECOND_MILLIS = 1000;

    private final SegmentDetector detector;
    private final Map<String, Drawn> drawn = new LinkedHashMap<>();
    private long nextOffset;

    private Drawing(SegmentDetector detector) {
        this.detector = detector;
    }

    /** One observation of a scenario at its time. */
    private record Timed(long millis, Observation what) {}

    /** All detections, in the order in which they began. */
    static List<Drawn> of(CompiledRule rule, Scenario scenario) {
        LookBack joined = LookBack.of(inventory(scenario));
        try (SegmentDetector detector =
                SegmentDetector.open(SEGMENT, new OpenDetections(SEGMENT), Place.BEGINNING, List.of(), joined)) {
            detector.activate(List.of(rule));
            return new Drawing(detector).draw(inOrder(scenario), lastSecond(rule, scenario));
        }
    }

    /** A log in which all hosts of a scenario have joined, and nothing was observed before. */
    private static MemoryLog inventory(Scenario scenario) {
        MemoryLog log = new MemoryLog(Scenario.SITE, 1);
        scenario.given().stream()
                .map(given -> given.what().hostId())
                .distinct()
                .map(scenario::labelOf)
                .forEach(host -> join(log, host));
        return log;
    }

    private static void join(MemoryLog log, HostLabel host) {
        HostJoined joined = new HostJoined(
                host.hostId(),
                host.site(),
                host.rack(),
                host.name(),
                SEGMENT,
                "simulated:" + host.name(),
                "",
                "rule test",
                "a scenario");
        log.append(Topic.INVENTORY, SEGMENT, START, host.hostId(), EventCodec.encode(joined));
    }

    /** The second whose tick is the last: by then the rule has forgotten all, if the scenario does not say otherwise. */
    private static long lastSecond(CompiledRule rule, Scenario scenario) {
        long forgotten = scenario.lastMillis() + rule.feed().toMillis() + 2 * SECOND_MILLIS;
        return Math.ceilDiv(scenario.lastsMillis().orElse(forgotten), SECOND_MILLIS);
    }

    /** By time, and in the order of the file where times are equal. */
    private static List<Timed> inOrder(Scenario scenario) {
        List<Timed> timed = new ArrayList<>();
        for (Scenario.Given given : scenario.given()) {
            for (long at = given.atMillis(); at <= given.untilMillis(); at += given.everyMillis()) {
                timed.add(new Timed(at, given.what()));
            }
        }
        timed.sort(Comparator.comparingLong(Timed::millis));
        return timed;
    }

    /** Each second ends with the monitor's heartbeat and a tick, after what was observed up to then. */
    private List<Drawn> draw(List<Timed> timed, long lastSecond) {
        int next = 0;
        for (long second = 0; second <= lastSecond; second++) {
            long millis = second * SECOND_MILLIS;
            while (next < timed.size() && timed.get(next).millis() <= millis) {
                Timed one = timed.get(next++);
                take(one.what().hostId(), one.what().record(SEGMENT, at(one.millis())), one.millis());
            }
            String key = Integer.toString(SEGMENT);
            take(key, new MonitorAlive(Scenario.MONITOR, SEGMENT, 1, ""), millis);
            take(key, new Tick(SEGMENT, at(millis).getEpochSecond(), "cep-1"), millis);
        }
        return List.copyOf(drawn.values());
    }

    private void take(String key, SpecificRecord event, long millis) {
        Taken taken = detector.take(new LogRecord(
                Topic.OBSERVATIONS,
                SEGMENT,
                nextOffset++,
                at(millis).toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                EventCodec.encode(event)));
        taken.deadLetter().ifPresent(reason -> {
            throw new IllegalStateException("an observation of the scenario is refused: " + reason);
        });
        for (SpecificRecord record : taken.records()) {
            if (record instanceof DetectionBegan began) {
                String vmId = began.getVmId() == null ? "" : began.getVmId();
                drawn.put(
                        began.getId(),
                        new Drawn(
                                began.getHostId(), vmId, since(began.getSince()), Optional.empty(), began.getValue()));
            } else if (record instanceof DetectionEnded ended) {
                drawn.computeIfPresent(ended.getId(), (_, open) -> open.ended(since(ended.getUntil())));
            }
        }
    }

    private static Instant at(long millis) {
        return START.plusMillis(millis);
    }

    private static long since(Instant moment) {
        return moment.toEpochMilli() - START.toEpochMilli();
    }
}
