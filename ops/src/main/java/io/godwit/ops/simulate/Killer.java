package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.schemas.log.MemoryLog;
import java.time.Duration;
import java.util.function.IntConsumer;

/** Kills services at exponential distances, and starts them again after the time that a take-over takes. */
final class Killer {
    private static final long STREAM = 102;

    /** Take-over of a static member that comes back in its own slot, to one that must wait out a session. */
    private static final long DOWN_MICROS_MIN = 2_000_000;

    private static final long DOWN_MICROS_MAX = 8_000_000;

    private final Agenda agenda;
    private final Faults faults;
    private final int segments;
    private final long untilMicros;
    private int streams;

    Killer(Agenda agenda, Faults faults, int segments) {
        this.agenda = agenda;
        this.faults = faults;
        this.segments = segments;
        this.untilMicros = agenda.nowMicros() + Simulation.micros(faults.until());
    }

    void start(SimulatedSchedulers schedulers, SimulatedExecutor executor, SimulatedCep cep, MemoryLog kept) {
        each(faults.schedulerKills(), segments, schedulers::kill, schedulers::revive);
        each(faults.executorKills(), 1, _ -> executor.kill(), _ -> executor.revive(kept));
        each(faults.cepKills(), segments, cep::kill, segment -> cep.revive(segment, kept));
    }

    private void each(Duration mean, int many, IntConsumer kill, IntConsumer revive) {
        if (!mean.isZero()) {
            next(SeededStream.of(faults.seed(), STREAM, streams++), Simulation.micros(mean), many, kill, revive);
        }
    }

    private void next(SeededStream random, long meanMicros, int many, IntConsumer kill, IntConsumer revive) {
        agenda.in((long) random.nextExponential((double) meanMicros), () -> {
            if (agenda.nowMicros() >= untilMicros) {
                return;
            }
            int which = random.nextInt(many);
            long down = DOWN_MICROS_MIN + (long) (random.nextDouble() * (DOWN_MICROS_MAX - DOWN_MICROS_MIN));
            kill.accept(which);
            agenda.in(down, () -> {
                revive.accept(which);
                next(random, meanMicros, many, kill, revive);
            });
        });
    }
}
