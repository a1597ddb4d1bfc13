package io.godwit.ops.simulate;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.RecordedDetections;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ceprules.segment.Taken;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * The detectors of all segments, each as it runs live: on Esper, fed by its segment in order. One that was killed is opened
 * anew where it stood, and reads the look-back of its rules.
 */
final class SimulatedCep implements AutoCloseable {
    private static final String SLOT = "cep-1";
    private static final long SECOND_MICROS = 1_000_000;

    private final Agenda agenda;
    private final SimulatedLog log;
    private final List<CompiledRule> rules;
    private final OperatorRules.Source operators;
    private final List<Seat> seats = new ArrayList<>();
    private final MemoryLog inventory;

    /** @param operators where operators' rules are at work */
    SimulatedCep(
            Agenda agenda, SimulatedLog log, int segments, List<CompiledRule> rules, OperatorRules.Source operators) {
        this.agenda = agenda;
        this.log = log;
        this.rules = rules;
        this.operators = operators;
        this.inventory = new MemoryLog("", segments);
        log.watch(Topic.INVENTORY, (record, event) -> {
            if (event instanceof HostJoined joined) {
                inventory.append(
                        Topic.INVENTORY,
                        record.segment(),
                        Instant.ofEpochMilli(record.timestampMillis()),
                        joined.getHostId(),
                        record.value());
            }
        });
        for (int segment = 0; segment < segments; segment++) {
            Seat seat = new Seat(segment);
            seats.add(seat);
            log.subscribe(Topic.OBSERVATIONS, segment, seat::arrive);
        }
    }

    void start() {
        seats.forEach(seat -> seat.append(seat.detector.orElseThrow().activate(rules)));
        agenda.every(SECOND_MICROS, agenda.nowMicros() + SECOND_MICROS, () -> seats.forEach(Seat::tick));
    }

    /** The detector of a segment is gone, and nobody appends its ticks. */
    void kill(int segment) {
        seats.get(segment).kill();
    }

    void revive(int segment, MemoryLog kept) {
        seats.get(segment).revive(kept);
    }

    @Override
    public void close() {
        seats.forEach(seat -> seat.detector.ifPresent(SegmentDetector::close));
    }

    private record Input(LogRecord record, SpecificRecord event) {}

    /** One detector and what waits for it. */
    private final class Seat {
        private final int segment;
        private final ArrayDeque<Input> waiting = new ArrayDeque<>();
        private Optional<SegmentDetector> detector;
        private Place place = Place.BEGINNING;

        Seat(int segment) {
            this.segment = segment;
            LookBack joined = LookBack.ofLive(inventory); // nothing is observed before the beginning
            detector = Optional.of(
                    SegmentDetector.open(segment, new OpenDetections(segment), place, List.of(), joined, operators));
        }

        void arrive(LogRecord record, SpecificRecord event) {
            if (detector.isPresent()) {
                take(detector.get(), record, event);
            } else {
                waiting.add(new Input(record, event));
            }
        }

        private void take(SegmentDetector running, LogRecord record, SpecificRecord event) {
            if (record.offset() < running.place().nextOffset()) {
                return; // given twice; what was committed is not read again
            }
            Taken taken = running.take(record, event);
            append(taken.records());
        }

        void append(List<SpecificRecord> records) {
            for (SpecificRecord record : records) {
                String key = switch (record) {
                    case DetectionBegan began -> began.getHostId();
                    case DetectionEnded ended -> ended.getHostId();
                    default -> Integer.toString(segment);
                };
                log.append(Topic.DETECTIONS, segment, key, record);
            }
        }

        void tick() {
            if (detector.isPresent()) {
                log.append(
                        Topic.OBSERVATIONS,
                        segment,
                        Integer.toString(segment),
                        new Tick(segment, agenda.nowMicros() / SECOND_MICROS, SLOT));
            }
        }

        void kill() {
            detector.ifPresent(running -> {
                place = running.place();
                running.close();
            });
            detector = Optional.empty();
        }

        void revive(MemoryLog kept) {
            if (detector.isPresent()) {
                return;
            }
            OpenDetections open = new OpenDetections(segment);
            kept.scan(List.of(LogRange.all(Topic.DETECTIONS, segment)), record -> {
                RecordedDetections.decode(record).ifPresent(open::evolve);
                return true;
            });
            SegmentDetector revived =
                    SegmentDetector.open(segment, open, place, rules, LookBack.ofLive(kept), operators);
            detector = Optional.of(revived);
            while (!waiting.isEmpty()) {
                Input input = waiting.remove();
                take(revived, input.record(), input.event());
            }
        }
    }
}
