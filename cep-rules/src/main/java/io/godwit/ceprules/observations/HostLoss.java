package io.godwit.ceprules.observations;

/** A monitor lost its connection to a host. */
public final class HostLoss implements ObservationView {
    private final String hostId;
    private final HostLabel label;
    private final String reason;
    private final String monitor;
    private final long observation;
    private final long atMillis;

    public HostLoss(String hostId, HostLabel label, String reason, String monitor, long observation, long atMillis) {
        this.hostId = hostId;
        this.label = label;
        this.reason = reason;
        this.monitor = monitor;
        this.observation = observation;
        this.atMillis = atMillis;
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

    public String getReason() {
        return reason;
    }

    public String getMonitor() {
        return monitor;
    }

    @Override
    public long getObservation() {
        return observation;
    }

    @Override
    public long getAtMillis() {
        return atMillis;
    }
}
