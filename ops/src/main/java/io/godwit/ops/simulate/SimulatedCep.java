package io.godwit.ops.simulate;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Taken;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** The detectors of all segments, each as it runs live: on Esper, fed by its segment in order. */
final class SimulatedCep implements AutoCloseable {
    private static final String SLOT = "cep-1";
    private static final long SECOND_MICROS = 1_000_000;

    private final Agenda agenda;
    private final SimulatedLog log;
    private final List<SegmentDetector> detectors = new ArrayList<>();

    SimulatedCep(Agenda agenda, SimulatedLog log, int segments, List<CompiledRule> rules) {
        this.agenda = agenda;
        this.log = log;
        LookBack nothing = (segment, from, toOffset, into) -> {};
        for (int segment = 0; segment < segments; segment++) {
            SegmentDetector detector =
                    SegmentDetector.open(segment, new OpenDetections(segment), Place.BEGINNING, List.of(), nothing);
            detectors.add(detector);
            append(segment, detector.activate(rules));
            log.subscribe(Topic.OBSERVATIONS, segment, this::take);
        }
    }

    void start() {
        agenda.every(SECOND_MICROS, agenda.nowMicros() + SECOND_MICROS, this::tick);
    }

    private void tick() {
        for (int segment = 0; segment < detectors.size(); segment++) {
            log.append(
                    Topic.OBSERVATIONS,
                    segment,
                    Integer.toString(segment),
                    new Tick(segment, agenda.nowMicros() / SECOND_MICROS, SLOT));
        }
    }

    private void take(LogRecord record, SpecificRecord event) {
        Taken taken = detectors.get(record.segment()).take(record, event);
        append(record.segment(), taken.records());
    }

    private void append(int segment, List<SpecificRecord> records) {
        for (SpecificRecord record : records) {
            String key = switch (record) {
                case DetectionBegan began -> began.getHostId();
                case DetectionEnded ended -> ended.getHostId();
                default -> Integer.toString(segment);
            };
            log.append(Topic.DETECTIONS, segment, key, record);
        }
    }

    @Override
    public void close() {
        detectors.forEach(SegmentDetector::close);
    }
}
