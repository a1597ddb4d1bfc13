package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;

/** A network that delays, retries and doubles records while faults last. */
final class FaultyNetwork implements SimulatedLog.Network {
    private static final long STREAM = 101;
    private static final long RETRY_MICROS_MAX = 3_000_000;

    private final Agenda agenda;
    private final SimulatedLog.Network sound;
    private final Faults faults;
    private final long untilMicros;
    private final SeededStream random;

    /** @param sound what it is without faults */
    FaultyNetwork(Agenda agenda, SimulatedLog.Network sound, Faults faults) {
        this.agenda = agenda;
        this.sound = sound;
        this.faults = faults;
        this.untilMicros = agenda.nowMicros() + Simulation.micros(faults.until());
        this.random = SeededStream.of(faults.seed(), STREAM);
    }

    @Override
    public long delayMicros(int fromSegment, LogRecord record) {
        long delay = sound.delayMicros(fromSegment, record);
        if (agenda.nowMicros() < untilMicros) {
            delay += (long) (random.nextDouble() * Simulation.micros(faults.delayMax()));
            if (record.topic() != Topic.OBSERVATIONS && hit(faults.retriedPermille())) {
                delay += (long) (random.nextDouble() * RETRY_MICROS_MAX);
            }
        }
        return delay;
    }

    @Override
    public int copies(LogRecord record) {
        return agenda.nowMicros() < untilMicros && hit(faults.doubledPermille()) ? 2 : 1;
    }

    /** Whether a sample is lost on its way to the log. */
    boolean losesSample() {
        return agenda.nowMicros() < untilMicros && hit(faults.samplesLostPermille());
    }

    private boolean hit(int permille) {
        return permille > 0 && random.nextInt(1000) < permille;
    }
}
