package io.godwit.ceprules;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * The built-in rules on samples as a loop that knows them by heart: the limit that an engine for any rule is held against.
 * Counts what begins and ends, and says nothing more of it.
 */
final class HandWrittenRules {
    private static final int SAMPLES = 64;

    private final Map<String, Host> hosts = new HashMap<>();

    /** What is known of one host: a ring of the samples of the last minute, and their sums. */
    private static final class Host {
        final long[] atMillis = new long[SAMPLES];
        final int[] periodMillis = new int[SAMPLES];
        final boolean[] high = new boolean[SAMPLES];
        final boolean[] quiet = new boolean[SAMPLES];
        int first;
        int count;
        long highMillis;
        int highCount;
        long quietMillis;
        boolean overloaded;
        boolean underloaded;
    }

    int take(SpecificRecord event, long atMillis) {
        return event instanceof HostSampled sample ? take(sample, atMillis) : 0;
    }

    private int take(HostSampled sample, long atMillis) {
        Host host = hosts.computeIfAbsent(sample.getHostId(), _ -> new Host());
        long demand = sample.getCpuDemandMillicores();
        long capacity = sample.getCpuCapacityMillicores();
        boolean high = demand * 100 > capacity * 95;
        boolean quiet = demand * 5 <= capacity && sample.getMemoryUsedBytes() * 2 <= sample.getMemoryCapacityBytes();
        expire(host, atMillis - 60_000);
        remember(host, atMillis, sample.getSamplePeriodMillis(), high, quiet);
        int changes = migratingIn(sample.getVms());
        boolean over = demand > capacity
                || sample.getMemoryUsedBytes() * 100 > sample.getMemoryCapacityBytes() * 95
                || (high && host.highMillis >= 30_000 && host.highCount >= 3);
        if (!host.overloaded && over) {
            host.overloaded = true;
            changes++;
        } else if (host.overloaded
                && demand * 100 <= capacity * 92
                && sample.getMemoryUsedBytes() * 100 <= sample.getMemoryCapacityBytes() * 92) {
            host.overloaded = false;
            changes++;
        }
        if (!host.underloaded
                && quiet
                && host.quietMillis >= 50_000
                && !sample.getVms().isEmpty()) {
            host.underloaded = true;
            changes++;
        } else if (host.underloaded
                && (sample.getVms().isEmpty()
                        || demand * 100 > capacity * 30
                        || sample.getMemoryUsedBytes() * 100 > sample.getMemoryCapacityBytes() * 60)) {
            host.underloaded = false;
            changes++;
        }
        return changes;
    }

    private static void expire(Host host, long upToMillis) {
        while (host.count > 0 && host.atMillis[host.first] <= upToMillis) {
            if (host.high[host.first]) {
                host.highMillis -= host.periodMillis[host.first];
                host.highCount--;
            }
            if (host.quiet[host.first]) {
                host.quietMillis -= host.periodMillis[host.first];
            }
            host.first = (host.first + 1) % SAMPLES;
            host.count--;
        }
    }

    private static void remember(Host host, long atMillis, int periodMillis, boolean high, boolean quiet) {
        int slot = (host.first + host.count) % SAMPLES;
        host.atMillis[slot] = atMillis;
        host.periodMillis[slot] = periodMillis;
        host.count++;
        host.high[slot] = high;
        host.quiet[slot] = quiet;
        if (quiet) {
            host.quietMillis += periodMillis;
        }
        if (high) {
            host.highMillis += periodMillis;
            host.highCount++;
        }
    }

    private static int migratingIn(List<VmSample> vms) {
        int incoming = 0;
        for (int i = 0; i < vms.size(); i++) {
            if (vms.get(i).getState() == VmState.MIGRATING_IN) {
                incoming++;
            }
        }
        return incoming;
    }
}
