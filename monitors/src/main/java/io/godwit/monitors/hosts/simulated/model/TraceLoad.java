package io.godwit.monitors.hosts.simulated.model;

import java.util.Arrays;
import java.util.List;

/** Load from recorded series: VM number i plays series i, again from the first one where there are more VMs than series. */
public final class TraceLoad implements Load {
    private final List<Series> series;
    private final long lengthMicros;

    /** @param lengthMicros length of the recording, after which all series begin again; above 0 */
    public TraceLoad(List<Series> series, long lengthMicros) {
        if (series.isEmpty() || lengthMicros <= 0) {
            throw new IllegalArgumentException("a trace holds " + series.size() + " series of " + lengthMicros
                    + " microseconds; give at least 1 of at least 1");
        }
        this.series = List.copyOf(series);
        this.lengthMicros = lengthMicros;
    }

    /** How many series there are; from 1. */
    public int size() {
        return series.size();
    }

    /** After this many microseconds all series begin again. */
    public long lengthMicros() {
        return lengthMicros;
    }

    @Override
    public Step at(int vm, long micros) {
        Series played = series.get(vm % series.size());
        long round = micros / lengthMicros * lengthMicros;
        int change = played.lastAtOrBefore(micros - round);
        int next = change + 1;
        long until = next < played.micros.length ? Math.min(played.micros[next], lengthMicros) : lengthMicros;
        return new Step(
                change < 0 ? played.startPermille : played.cpuPermille[change],
                change < 0 ? -1 : played.block(change),
                change < 0 ? -1 : played.net(change),
                round + until);
    }

    /**
     * Changes of one VM's load; each value holds until the next one, across gaps too.
     *
     * @param startPermille CPU before the first change
     * @param micros times since the start of the recording, rising
     * @param cpuPermille CPU from each time on, in thousandths of the VM's virtual CPUs
     * @param blockKibibytesPerSecond disk rates; empty: unknown
     * @param netKibibytesPerSecond network rates; empty: unknown
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Series(
            int startPermille,
            long[] micros,
            int[] cpuPermille,
            int[] blockKibibytesPerSecond,
            int[] netKibibytesPerSecond) {
        public static Series ofCpu(int startPermille, long[] micros, int[] cpuPermille) {
            return new Series(startPermille, micros, cpuPermille, new int[0], new int[0]);
        }

        private int lastAtOrBefore(long at) {
            int found = Arrays.binarySearch(micros, at);
            int index = found >= 0 ? found : -found - 2;
            while (index + 1 < micros.length && micros[index + 1] == at) {
                index++; // of several changes at one moment the last one holds
            }
            return index;
        }

        private long block(int change) {
            return blockKibibytesPerSecond.length == 0 ? -1 : 1024L * blockKibibytesPerSecond[change];
        }

        private long net(int change) {
            return netKibibytesPerSecond.length == 0 ? -1 : 1024L * netKibibytesPerSecond[change];
        }
    }
}
