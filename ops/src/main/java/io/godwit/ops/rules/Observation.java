package io.godwit.ops.rules;

import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** What a scenario gives a rule to see, by the names that rules know it by (docs/rules.md). */
sealed interface Observation {
    String hostId();

    /** The record that says so in the log. */
    SpecificRecord record(int segment, Instant at);

    /** @param vms how many VMs the host holds; rules see their number alone */
    record HostSample(
            String hostId,
            String monitor,
            int samplePeriodMillis,
            long cpuCapacityMillicores,
            long cpuDemandMillicores,
            long cpuUsedMillicores,
            long memoryCapacityBytes,
            long memoryUsedBytes,
            int vms,
            String cpuModel,
            long migrationBytesPerSecond)
            implements Observation {
        @Override
        public SpecificRecord record(int segment, Instant at) {
            return new HostSampled(
                    hostId,
                    segment,
                    micros(at),
                    samplePeriodMillis,
                    monitor,
                    cpuCapacityMillicores,
                    cpuDemandMillicores,
                    cpuUsedMillicores,
                    memoryCapacityBytes,
                    memoryUsedBytes,
                    held(),
                    cpuModel,
                    migrationBytesPerSecond);
        }

        private List<VmSample> held() {
            List<VmSample> held = new ArrayList<>();
            for (int number = 1; number <= vms; number++) {
                held.add(new VmSample(
                        hostId + "-vm-" + number,
                        VmState.RUNNING,
                        cpuDemandMillicores / vms,
                        cpuUsedMillicores / vms,
                        memoryUsedBytes / vms,
                        -1L,
                        -1L,
                        -1L));
            }
            return held;
        }
    }

    record VmNews(String hostId, String vmId, VmChange change, String detail) implements Observation {
        @Override
        public SpecificRecord record(int segment, Instant at) {
            return new VmChanged(hostId, vmId, change, detail, micros(at), Scenario.MONITOR);
        }
    }

    record Probe(String hostId, String prober, boolean answered) implements Observation {
        private static final long ROUND_TRIP_MICROS = 500;

        @Override
        public SpecificRecord record(int segment, Instant at) {
            return new ProbeAnswered(hostId, prober, answered, answered ? ROUND_TRIP_MICROS : -1L);
        }
    }

    record HostLoss(String hostId, String monitor, String reason) implements Observation {
        @Override
        public SpecificRecord record(int segment, Instant at) {
            return new HostLost(hostId, reason, monitor);
        }
    }

    private static long micros(Instant at) {
        return at.toEpochMilli() * 1000;
    }
}
