package io.godwit.ceprules.observations;

/** A VM within a host sample. Sent only for VMs that are migrating in, and for those of which a crash stands open: all of them would be ten times the samples.
 * crashedHostId is the host on which the crash stands open, and crashedAtMillis its log time; "" and 0 where none does. */
public final class VmSeen implements ObservationView {
    private final String hostId;
    private final String vmId;
    private final String state;
    private final int samplePeriodMillis;
    private final long observation;
    private final long atMillis;
    private final String crashedHostId;
    private final long crashedAtMillis;

    public VmSeen(
            String hostId,
            String vmId,
            String state,
            int samplePeriodMillis,
            long observation,
            long atMillis,
            String crashedHostId,
            long crashedAtMillis) {
        this.hostId = hostId;
        this.vmId = vmId;
        this.state = state;
        this.samplePeriodMillis = samplePeriodMillis;
        this.observation = observation;
        this.atMillis = atMillis;
        this.crashedHostId = crashedHostId;
        this.crashedAtMillis = crashedAtMillis;
    }

    public String getHostId() {
        return hostId;
    }

    public String getVmId() {
        return vmId;
    }

    public String getState() {
        return state;
    }

    public int getSamplePeriodMillis() {
        return samplePeriodMillis;
    }

    @Override
    public long getObservation() {
        return observation;
    }

    @Override
    public long getAtMillis() {
        return atMillis;
    }

    public String getCrashedHostId() {
        return crashedHostId;
    }

    public long getCrashedAtMillis() {
        return crashedAtMillis;
    }
}
