package io.godwit.monitors.hosts.simulated.model;

/**
 * Energy of a fleet: the sum of what its hosts draw, integrated over virtual time in whole units, so that it never depends on
 * how often it is asked. 100 000 hosts of a kilowatt fit for two years; beyond that it refuses to count.
 */
public final class EnergyMeter {
    private static final long MICROS = 1_000_000;
    private static final double MILLIJOULES_PER_WATT_HOUR = 3_600_000;

    private final long[] milliwatts;
    private long totalMilliwatts;
    private long nowMicros;
    private long millijoules;
    private long nanojoules; // below a millijoule

    /** All hosts draw nothing until told. */
    public EnergyMeter(int hosts, long fromMicros) {
        this.milliwatts = new long[hosts];
        this.nowMicros = fromMicros;
    }

    /** From this time on a host draws so much. Times never go back. */
    public void draws(int host, long hostMilliwatts, long atMicros) {
        advance(atMicros);
        totalMilliwatts += hostMilliwatts - milliwatts[host];
        milliwatts[host] = hostMilliwatts;
    }

    /** Counts what is drawn up to this time. */
    public void advance(long atMicros) {
        long micros = atMicros - nowMicros;
        if (micros < 0) {
            throw new IllegalArgumentException(
                    "time goes back from %d to %d us; tell changes in order".formatted(nowMicros, atMicros));
        }
        nowMicros = atMicros;
        long fine = nanojoules + totalMilliwatts * (micros % MICROS);
        millijoules = Math.addExact(
                millijoules, Math.addExact(Math.multiplyExact(totalMilliwatts, micros / MICROS), fine / MICROS));
        nanojoules = fine % MICROS;
    }

    /** What all hosts together draw now. */
    public long milliwatts() {
        return totalMilliwatts;
    }

    /** Drawn since the start, rounded down. */
    public long millijoules() {
        return millijoules;
    }

    public double wattHours() {
        return millijoules / MILLIJOULES_PER_WATT_HOUR;
    }
}
