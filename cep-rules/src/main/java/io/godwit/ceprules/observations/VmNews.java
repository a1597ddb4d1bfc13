package io.godwit.ceprules.observations;

/** A lifecycle event of a VM as rules see it. The flag crashed says whether a crash of this VM stands open on that host. */
public final class VmNews implements ObservationView {
    private final String hostId;
    private final HostLabel label;
    private final String vmId;
    private final String change;
    private final String detail;
    private final long observation;
    private final long atMillis;
    private final boolean crashed;

    public VmNews(
            String hostId,
            HostLabel label,
            String vmId,
            String change,
            String detail,
            long observation,
            long atMillis,
            boolean crashed) {
        this.hostId = hostId;
        this.label = label;
        this.vmId = vmId;
        this.change = change;
        this.detail = detail;
        this.observation = observation;
        this.atMillis = atMillis;
        this.crashed = crashed;
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

    public String getVmId() {
        return vmId;
    }

    public String getChange() {
        return change;
    }

    public String getDetail() {
        return detail;
    }

    @Override
    public long getObservation() {
        return observation;
    }

    @Override
    public long getAtMillis() {
        return atMillis;
    }

    public boolean isCrashed() {
        return crashed;
    }
}
