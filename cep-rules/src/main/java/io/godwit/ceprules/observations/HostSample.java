package io.godwit.ceprules.observations;

import io.godwit.schemas.events.HostSampled;

/**
 * A host sample as rules see it; units and ranges as in HostSampled. Holds no VM list, so that a window over many samples
 * stays small. The flags overloaded, underloaded and crashed say what stands open for this host when the sample arrives: a
 * rule may look at them in a filter, but must not gather them in a window, because a restarted engine does not know what
 * they were.
 */
public final class HostSample implements ObservationView {
    private final String hostId;
    private final HostLabel label;
    private final String monitor;
    private final long observation;
    private final long atMillis;
    private final int samplePeriodMillis;
    private final long cpuCapacityMillicores;
    private final long cpuDemandMillicores;
    private final long cpuUsedMillicores;
    private final long memoryCapacityBytes;
    private final long memoryUsedBytes;
    private final int cpuPermille;
    private final int memoryPermille;
    private final int vms;
    private final String cpuModel;
    private final long migrationBytesPerSecond;
    private final boolean overloaded;
    private final boolean underloaded;
    private final boolean crashed;
    private final boolean doubted;

    /** What stands open for a host. */
    public record OpenFlags(boolean overloaded, boolean underloaded, boolean crashed) {
        public static final OpenFlags NONE = new OpenFlags(false, false, false);
    }

    /**
     * @param observation offset of the observation
     * @param atMillis log time
     * @param doubted whether a second witness lately had no answer from this host
     */
    public HostSample(
            HostSampled sampled, HostLabel label, long observation, long atMillis, OpenFlags open, boolean doubted) {
        this.hostId = sampled.getHostId();
        this.label = label;
        this.monitor = sampled.getMonitor();
        this.observation = observation;
        this.atMillis = atMillis;
        this.samplePeriodMillis = sampled.getSamplePeriodMillis();
        this.cpuCapacityMillicores = sampled.getCpuCapacityMillicores();
        this.cpuDemandMillicores = sampled.getCpuDemandMillicores();
        this.cpuUsedMillicores = sampled.getCpuUsedMillicores();
        this.memoryCapacityBytes = sampled.getMemoryCapacityBytes();
        this.memoryUsedBytes = sampled.getMemoryUsedBytes();
        this.cpuPermille = permille(cpuDemandMillicores, cpuCapacityMillicores);
        this.memoryPermille = permille(memoryUsedBytes, memoryCapacityBytes);
        this.vms = sampled.getVms().size();
        this.cpuModel = sampled.getCpuModel();
        this.migrationBytesPerSecond = sampled.getMigrationBytesPerSecond();
        this.overloaded = open.overloaded();
        this.underloaded = open.underloaded();
        this.crashed = open.crashed();
        this.doubted = doubted;
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

    public int getSamplePeriodMillis() {
        return samplePeriodMillis;
    }

    public long getCpuCapacityMillicores() {
        return cpuCapacityMillicores;
    }

    public long getCpuDemandMillicores() {
        return cpuDemandMillicores;
    }

    public long getCpuUsedMillicores() {
        return cpuUsedMillicores;
    }

    public long getMemoryCapacityBytes() {
        return memoryCapacityBytes;
    }

    public long getMemoryUsedBytes() {
        return memoryUsedBytes;
    }

    public int getVms() {
        return vms;
    }

    public String getCpuModel() {
        return cpuModel;
    }

    public long getMigrationBytesPerSecond() {
        return migrationBytesPerSecond;
    }

    public boolean isOverloaded() {
        return overloaded;
    }

    public boolean isUnderloaded() {
        return underloaded;
    }

    public boolean isCrashed() {
        return crashed;
    }

    public boolean isDoubted() {
        return doubted;
    }

    /** CPU demand in thousandths of the capacity, rounded up: above 1000 exactly if demand is above the capacity. */
    public int getCpuPermille() {
        return cpuPermille;
    }

    /** Memory in use in thousandths of the capacity, rounded up. */
    public int getMemoryPermille() {
        return memoryPermille;
    }

    private static int permille(long part, long whole) {
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, Math.ceilDiv(part * 1000, whole)));
    }
}
