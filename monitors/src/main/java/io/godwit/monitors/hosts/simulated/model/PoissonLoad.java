package io.godwit.monitors.hosts.simulated.model;

import java.time.Duration;
import java.util.Arrays;

/**
 * The load of the VMPlaceS evaluation protocol: each VM changes its load once per period on average, at times of a Poisson
 * process; the new load is gaussian, clipped to 0..100 % and rounded to tens; all VMs start at the mean.
 *
 * <p>Time is cut into blocks of one period. How many changes a block holds is Poisson distributed with mean 1, and given
 * that number they are spread evenly: this is the same process as exponential gaps, but any moment can be asked for without
 * going through all moments before it.
 */
public final class PoissonLoad implements Load {
    private static final long STREAM = 1;

    private final long seed;
    private final int meanPercent;
    private final int deviationPercent;
    private final long periodMicros;

    public PoissonLoad(long seed, int meanPercent, int deviationPercent, Duration period) {
        this.seed = seed;
        this.meanPercent = meanPercent;
        this.deviationPercent = deviationPercent;
        this.periodMicros = period.toNanos() / 1000;
    }

    @Override
    public Step at(int vm, long micros) {
        long block = micros / periodMicros;
        Block here = block(vm, block);
        int change = here.lastAtOrBefore(micros);
        return Step.ofCpu(
                change >= 0 ? here.permille[change] : lastBefore(vm, block),
                change + 1 < here.micros.length ? here.micros[change + 1] : firstFrom(vm, block + 1));
    }

    private int lastBefore(int vm, long block) {
        for (long earlier = block - 1; earlier >= 0; earlier--) {
            Block past = block(vm, earlier);
            if (past.permille.length > 0) {
                return past.permille[past.permille.length - 1];
            }
        }
        return meanPercent * 10;
    }

    private long firstFrom(int vm, long block) {
        for (long later = block; ; later++) {
            Block next = block(vm, later);
            if (next.micros.length > 0) {
                return next.micros[0];
            }
        }
    }

    private Block block(int vm, long block) {
        SeededStream random = SeededStream.of(seed, STREAM, vm, block);
        int changes = random.nextPoissonOfOne();
        long[] micros = new long[changes];
        for (int i = 0; i < changes; i++) {
            micros[i] = block * periodMicros + (long) (random.nextDouble() * periodMicros);
        }
        Arrays.sort(micros);
        int[] permille = new int[changes];
        for (int i = 0; i < changes; i++) {
            double percent = Math.clamp(meanPercent + deviationPercent * random.nextGaussian(), 0, 100);
            permille[i] = Math.toIntExact(Math.round(percent / 10)) * 100;
        }
        return new Block(micros, permille);
    }

    /** The changes of one VM in one block, in order of time. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(long[] micros, int[] permille) {
        int lastAtOrBefore(long at) {
            int index = micros.length - 1;
            while (index >= 0 && micros[index] > at) {
                index--;
            }
            return index;
        }
    }
}
