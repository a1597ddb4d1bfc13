package io.godwit.ops.whatif;

import io.godwit.ceprules.DetectionCourse;
import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import io.godwit.schedulers.replay.Telling;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** What one timeline is told: rules draw from what is observed there, and what people did counts but for what is changed. */
final class TimelineTelling implements Telling, AutoCloseable {
    private static final String SCHEDULERS = "schedulers";

    /**
     * What is changed, beside rules.
     *
     * @param settings as announced when it begins
     */
    record Controls(
            SettingsAnnounced settings, List<Change.OfSettings> ofSettings, List<ConstraintsApplied> constraints) {
        private boolean replaces(String script) {
            return constraints.stream().anyMatch(mine -> mine.getName().equals(script));
        }

        private SettingsAnnounced changed(SettingsAnnounced announced) {
            return SettingsAnnounced.newBuilder(announced)
                    .setSettings(Change.settings(ofSettings, announced.getSettings()))
                    .build();
        }
    }

    private final int segments;
    private final DetectionCourse.Recorded recorded;
    private final DetectionCourse rules;
    private final Controls controls;
    private final SampleMeter meter;
    private long detections;
    private long detectionsAsRecorded;

    /** @param rules closed with this */
    TimelineTelling(
            int segments, DetectionCourse.Recorded recorded, DetectionCourse rules, Controls controls, Instant from) {
        this.segments = segments;
        this.recorded = recorded;
        this.rules = rules;
        this.controls = controls;
        this.meter = new SampleMeter(PowerCurve.DEFAULT, from);
    }

    @Override
    public List<Word> first() {
        TreeMap<String, SpecificRecord> changed = new TreeMap<>();
        if (!controls.ofSettings().isEmpty()) {
            changed.put(SCHEDULERS, controls.changed(controls.settings()));
        }
        controls.constraints().forEach(script -> changed.put("constraints/" + script.getName(), script));
        List<Word> first = new ArrayList<>();
        changed.forEach((key, event) -> {
            for (int segment = 0; segment < segments; segment++) {
                first.add(new Word(Topic.CONTROLS, segment, key, event));
            }
        });
        return first;
    }

    @Override
    public Optional<SpecificRecord> instead(LogRecord record, SpecificRecord event) {
        return switch (event) {
            case DetectionBegan _, DetectionEnded _ ->
                Optional.of(event).filter(_ -> recorded.isEarlier(record.segment(), event));
            case SettingsAnnounced announced
            when announced.getService().equals(SCHEDULERS)
                    && !controls.ofSettings().isEmpty() -> Optional.of(controls.changed(announced));
            case ConstraintsApplied applied when controls.replaces(applied.getName()) -> Optional.empty();
            case ConstraintsWithdrawn withdrawn when controls.replaces(withdrawn.getName()) -> Optional.empty();
            default -> Optional.of(event);
        };
    }

    @Override
    public List<Said> observed(LogRecord record, SpecificRecord event) {
        Instant at = Instant.ofEpochMilli(record.timestampMillis());
        List<Said> said = new ArrayList<>();
        for (SpecificRecord one : rules.take(record, event)) {
            if (one instanceof DetectionBegan began) {
                detections++;
                detectionsAsRecorded += recorded.has(began) ? 1 : 0;
                said.add(new Said(recorded.at(began, at), began.getHostId(), began));
            } else if (one instanceof DetectionEnded ended) {
                said.add(new Said(recorded.at(ended, at), ended.getHostId(), ended));
            }
        }
        return said;
    }

    @Override
    public void sampled(Instant at, HostSampled sample) {
        meter.take(at, sample);
    }

    SampleMeter meter() {
        return meter;
    }

    long detections() {
        return detections;
    }

    long detectionsAsRecorded() {
        return detectionsAsRecorded;
    }

    List<String> refused() {
        return rules.refused();
    }

    @Override
    public void close() {
        rules.close();
    }
}
