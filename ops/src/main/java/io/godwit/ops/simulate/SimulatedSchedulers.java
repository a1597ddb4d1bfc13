package io.godwit.ops.simulate;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.partition.Taken;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * The schedulers of all segments. Each takes one input after the other; what a decision searched is charged in virtual time,
 * so that its outputs come later and the next inputs wait.
 */
final class SimulatedSchedulers {
    /** What a search node costs; measured on small problems. */
    private static final long NODE_NANOS = 10_000;

    /** Topics that a scheduler reads, in no order that matters. */
    private static final List<Topic> INPUTS = List.of(
            Topic.INVENTORY,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.HOST_PARTITIONS,
            Topic.OUTCOMES,
            Topic.CONTROLS);

    private final Agenda agenda;
    private final SimulatedLog log;
    private final Measured measured;
    private final List<Seat> seats = new ArrayList<>();

    SimulatedSchedulers(Agenda agenda, SimulatedLog log, int segments, Planner planner, Measured measured) {
        this.agenda = agenda;
        this.log = log;
        this.measured = measured;
        for (int segment = 0; segment < segments; segment++) {
            Seat seat = new Seat(
                    segment,
                    new SegmentScheduler(SchedulerState.of(Map.of()), segment, segments, planner, "simulated"));
            seats.add(seat);
            for (Topic topic : INPUTS) {
                log.subscribe(topic, segment, seat::arrive);
            }
        }
    }

    private record Input(LogRecord record, SpecificRecord event) {}

    /** One scheduler and what waits for it. */
    private final class Seat {
        private final int segment;
        private final SegmentScheduler scheduler;
        private final ArrayDeque<Input> waiting = new ArrayDeque<>();
        private boolean busy;

        Seat(int segment, SegmentScheduler scheduler) {
            this.segment = segment;
            this.scheduler = scheduler;
        }

        void arrive(LogRecord record, SpecificRecord event) {
            if (busy) {
                waiting.add(new Input(record, event));
            } else {
                take(new Input(record, event));
            }
        }

        private void take(Input input) {
            long began = System.nanoTime();
            Taken taken = scheduler.take(input.record(), input.event());
            List<Output> outputs = taken.outputs();
            if (outputs.isEmpty()) {
                return;
            }
            long nodes = 0;
            boolean decided = false;
            for (Output output : outputs) {
                if (output.event() instanceof PlanDecided plan) {
                    nodes += plan.getNodesSearched();
                    decided = true;
                }
            }
            if (decided) {
                measured.decided(System.nanoTime() - began);
            }
            long cost = nodes * NODE_NANOS / 1000;
            if (cost == 0) {
                append(outputs);
            } else {
                busy = true;
                agenda.in(cost, () -> {
                    append(outputs);
                    busy = false;
                    while (!busy && !waiting.isEmpty()) {
                        take(waiting.remove());
                    }
                });
            }
        }

        private void append(List<Output> outputs) {
            for (Output output : outputs) {
                log.append(
                        segment, output.topic(), output.segment(), output.key(), output.event(), output.value());
            }
        }
    }
}
