package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;

/** A network that delays, retries and doubles records while faults last. */
final class FaultyNetwork implements SimulatedLog.Network {
    private static final long STREAM = 101;
    private static final long CUTS = 105;
    private static final long RETRY_MICROS_MAX = 3_000_000;

    private final Agenda agenda;
    private final SimulatedLog.Network sound;
    private final Faults faults;
    private final long untilMicros;
    private final SeededStream random;
    private final int segmentsPerSite;
    private final long[][] wholeAgainMicros; // by site and site

    /**
     * @param sound what it is without faults
     * @param sites each with as many segments
     */
    FaultyNetwork(Agenda agenda, SimulatedLog.Network sound, Faults faults, int sites, int segmentsPerSite) {
        this.segmentsPerSite = segmentsPerSite;
        this.wholeAgainMicros = new long[sites][sites];
        this.agenda = agenda;
        this.sound = sound;
        this.faults = faults;
        this.untilMicros = agenda.nowMicros() + Simulation.micros(faults.until());
        this.random = SeededStream.of(faults.seed(), STREAM);
        if (!faults.cuts().mean().isZero()) {
            cutNext(SeededStream.of(faults.seed(), CUTS));
        }
    }

    private void cutNext(SeededStream cuts) {
        agenda.in(
                (long) cuts.nextExponential(
                        (double) Simulation.micros(faults.cuts().mean())),
                () -> {
                    if (agenda.nowMicros() < untilMicros) {
                        int one = cuts.nextInt(wholeAgainMicros.length);
                        int other = (one + 1 + cuts.nextInt(wholeAgainMicros.length - 1)) % wholeAgainMicros.length;
                        long whole = agenda.nowMicros()
                                + Simulation.micros(faults.cuts().down());
                        wholeAgainMicros[one][other] = whole;
                        wholeAgainMicros[other][one] = whole;
                        cutNext(cuts);
                    }
                });
    }

    /** How long a record waits for a link that is cut. */
    private long cutMicros(int fromSegment, LogRecord record) {
        long whole = wholeAgainMicros[fromSegment / segmentsPerSite][record.segment() / segmentsPerSite];
        return Math.max(0, whole - agenda.nowMicros());
    }

    @Override
    public long delayMicros(int fromSegment, LogRecord record) {
        long delay = sound.delayMicros(fromSegment, record) + cutMicros(fromSegment, record);
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
