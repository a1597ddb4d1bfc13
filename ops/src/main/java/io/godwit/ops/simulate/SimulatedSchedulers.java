package io.godwit.ops.simulate;

import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.partition.SolveJob;
import io.godwit.schedulers.partition.Taken;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * The schedulers of all segments. Each takes one input after the other; what a decision searched is charged in virtual time,
 * so that its outputs come later and the next inputs wait. One that was killed goes on from its store.
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
            Topic.CONTROLS,
            Topic.REQUESTS);

    private static final String CODE = DecidingCode.digest();

    private final Agenda agenda;
    private final SimulatedLog log;
    private final int segments;
    private final Planner planner;
    private final Measured measured;
    private final boolean mortal;
    private final boolean keepsHeadroom;
    private final SimulatedLog.Reader inputs;
    private final List<Seat> seats = new ArrayList<>();

    /**
     * @param mortal whether any may be killed, so that each keeps its store
     * @param keepsHeadroom whether a sample alone may lead to a decision
     * @param inputs told of each input before it is taken
     */
    SimulatedSchedulers(
            Agenda agenda,
            SimulatedLog log,
            int segments,
            Planner planner,
            Measured measured,
            boolean mortal,
            boolean keepsHeadroom,
            SimulatedLog.Reader inputs) {
        this.agenda = agenda;
        this.log = log;
        this.segments = segments;
        this.planner = planner;
        this.measured = measured;
        this.mortal = mortal;
        this.keepsHeadroom = keepsHeadroom;
        this.inputs = inputs;
        for (int segment = 0; segment < segments; segment++) {
            Seat seat = new Seat(segment);
            seats.add(seat);
            for (Topic topic : INPUTS) {
                log.subscribe(topic, segment, seat::arrive);
            }
        }
    }

    /** The scheduler of a segment is gone, with all that it has not committed. */
    void kill(int segment) {
        seats.get(segment).kill();
    }

    void revive(int segment) {
        seats.get(segment).revive();
    }

    /** Entries of each scheduler's state, by segment. */
    SchedulerState state(int segment) {
        return seats.get(segment).scheduler.state();
    }

    private static long micros(long nodes) {
        return nodes * NODE_NANOS / 1000;
    }

    private record Input(LogRecord record, SpecificRecord event) {}

    /** One scheduler and what waits for it. */
    private final class Seat {
        private final int segment;
        private final ArrayDeque<Input> waiting = new ArrayDeque<>();
        private final Map<String, byte[]> store = new HashMap<>();
        private SegmentScheduler scheduler;
        private Input uncommitted;
        private boolean down;
        private long kills;

        Seat(int segment) {
            this.segment = segment;
            this.scheduler = opened();
        }

        private SegmentScheduler opened() {
            return new SegmentScheduler(SchedulerState.of(store), segment, segments, planner, CODE);
        }

        void arrive(LogRecord record, SpecificRecord event) {
            waiting.add(new Input(record, event));
            work();
        }

        private void work() {
            while (!down && uncommitted == null && !waiting.isEmpty()) {
                take(waiting.remove());
            }
        }

        private void take(Input input) {
            inputs.take(input.record(), input.event());
            long began = mayDecide(input.event()) ? Measured.cpuNanos() : 0;
            Taken taken = scheduler.take(input.record(), input.event());
            List<Output> outputs = taken.outputs();
            long nodes = 0;
            boolean decided = false;
            for (Output output : outputs) {
                if (output.event() instanceof PlanDecided plan) {
                    nodes += plan.getNodesSearched();
                    decided = true;
                }
            }
            if (decided) {
                measured.decided(Measured.cpuNanos() - began);
            }
            if (nodes == 0) {
                commit(taken);
                return;
            }
            uncommitted = input;
            long life = kills;
            agenda.in(micros(nodes), () -> {
                if (life == kills) {
                    uncommitted = null;
                    commit(taken);
                    work();
                }
            });
        }

        /** A sample leads to a decision only where something is open or headroom is kept; asking for the clock costs too. */
        private boolean mayDecide(SpecificRecord event) {
            return !(event instanceof HostSampled)
                    || keepsHeadroom
                    || scheduler.state().openDetections() > 0;
        }

        private void commit(Taken taken) {
            taken.outputs().forEach(this::append);
            taken.jobs().forEach(this::run);
            if (mortal) {
                scheduler.state().drainChanges().forEach((key, value) -> {
                    if (value == null) {
                        store.remove(key);
                    } else {
                        store.put(key, value);
                    }
                });
            }
        }

        private void append(Output output) {
            log.append(segment, output.topic(), output.segment(), output.key(), output.event(), output.value());
        }

        /** Beside the transactions; its answer comes when it would have been found, unless the process is killed before. */
        private void run(SolveJob job) {
            long began = Measured.cpuNanos();
            Output answer = job.answer(planner);
            measured.decided(Measured.cpuNanos() - began);
            long life = kills;
            long nodes = answer.event() instanceof SolveAnswered solved ? solved.getNodesSearched() : 0;
            agenda.in(micros(nodes), () -> {
                if (life == kills) {
                    append(answer);
                }
            });
        }

        void kill() {
            down = true;
            kills++;
            if (uncommitted != null) {
                waiting.addFirst(uncommitted);
                uncommitted = null;
            }
        }

        void revive() {
            if (down) {
                down = false;
                scheduler = opened();
                work();
            }
        }
    }
}
