package io.godwit.monitors.hosts.simulated.model;

/**
 * Random numbers that depend on a seed and a path of numbers alone, so streams of different paths are independent and any
 * of them can be drawn again after a restart. SplitMix64 (Steele et al., OOPSLA 2014) and StrictMath: the same on every
 * machine and Java version, which java.util.Random does not promise for its gaussians.
 */
public final class SeededStream {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private SeededStream(long state) {
        this.state = state;
    }

    public static SeededStream of(long seed, long... path) {
        long state = mix(seed + GOLDEN_GAMMA);
        for (long step : path) {
            state = mix(state ^ mix(step + GOLDEN_GAMMA));
        }
        return new SeededStream(state);
    }

    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** From 0, inclusive, to 1, exclusive. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** From 0 to bound - 1; the bias of the remainder is below 2^-40 for the small bounds used here. */
    public int nextInt(int bound) {
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** Mean 0, deviation 1; Box-Muller, of which the second number is thrown away to keep the stream simple. */
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * nextDouble());
    }

    /** Exponentially distributed with this mean. */
    public double nextExponential(double mean) {
        return -mean * StrictMath.log(1 - nextDouble());
    }

    /** Poisson distributed with mean 1 (Knuth: how many uniforms can be multiplied before the product falls below 1/e). */
    public int nextPoissonOfOne() {
        double bound = StrictMath.exp(-1);
        int count = 0;
        for (double product = nextDouble(); product > bound; product *= nextDouble()) {
            count++;
        }
        return count;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
