package io.godwit.ceprules.observations;

/**
 * The answer of a second witness, or that there was none, and what was known of the host then: its last sample within
 * {@link LastSamples#HORIZON_MILLIS}; lastObservation is -1 where there was none.
 */
public final class Probe implements ObservationView {
    private final String hostId;
    private final HostLabel label;
    private final String prober;
    private final boolean answered;
    private final long observation;
    private final long atMillis;
    private final LastSamples.Sampled last;

    public Probe(
            String hostId,
            HostLabel label,
            String prober,
            boolean answered,
            long observation,
            long atMillis,
            LastSamples.Sampled last) {
        this.hostId = hostId;
        this.label = label;
        this.prober = prober;
        this.answered = answered;
        this.observation = observation;
        this.atMillis = atMillis;
        this.last = last;
    }

    public String getHostId() {
        return hostId;
    }

    public String getSite() {
        return label.site();
    }

    public String getRack() {
        return label.rack();
    }

    public String getHostName() {
        return label.name();
    }

    public String getProber() {
        return prober;
    }

    public boolean isAnswered() {
        return answered;
    }

    @Override
    public long getObservation() {
        return observation;
    }

    @Override
    public long getAtMillis() {
        return atMillis;
    }

    public long getLastObservation() {
        return last.observation();
    }

    public long getLastWatched() {
        return last.watched();
    }

    public int getLastPeriodMillis() {
        return last.periodMillis();
    }

    public String getLastMonitor() {
        return last.monitor();
    }
}
