package io.godwit.ceprules.segment;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import org.apache.avro.specific.SpecificRecord;

/** Reads one record of the observations topic, and refuses what cannot be or stands in the wrong segment. */
final class Observed {
    private Observed() {}

    /** @throws UnreadableRecord with the reason for the dead letters */
    static SpecificRecord decode(LogRecord record) {
        SpecificRecord event = EventCodec.decode(record.value());
        switch (event) {
            case HostSampled sampled -> check(sampled, record.segment());
            case Tick tick -> inSegment("Tick", tick.getSegment(), record.segment());
            case MonitorAlive alive -> inSegment("MonitorAlive", alive.getSegment(), record.segment());
            case VmChanged _, HostLost _, ProbeAnswered _, RoundTrip _, CoordinateAnnounced _ -> {}
            default ->
                throw new UnreadableRecord("a " + event.getSchema().getName() + " does not belong to "
                        + Topic.OBSERVATIONS.stage() + "; its writer mixed up the topics");
        }
        return event;
    }

    private static void check(HostSampled sampled, int segment) {
        inSegment("HostSampled of " + sampled.getHostId(), sampled.getSegment(), segment);
        positive(sampled, "samplePeriodMillis", sampled.getSamplePeriodMillis());
        positive(sampled, "cpuCapacityMillicores", sampled.getCpuCapacityMillicores());
        positive(sampled, "memoryCapacityBytes", sampled.getMemoryCapacityBytes());
        notNegative(sampled, "cpuDemandMillicores", sampled.getCpuDemandMillicores());
        notNegative(sampled, "memoryUsedBytes", sampled.getMemoryUsedBytes());
    }

    private static void inSegment(String what, int said, int found) {
        if (said != found) {
            throw new UnreadableRecord(
                    "%s says segment %d and stands in segment %d; its writer must take the segment from the inventory"
                            .formatted(what, said, found));
        }
    }

    private static void positive(HostSampled sampled, String field, long value) {
        if (value <= 0) {
            throw new UnreadableRecord("HostSampled of %s has %s %d; it must be above 0, see to its monitor"
                    .formatted(sampled.getHostId(), field, value));
        }
    }

    private static void notNegative(HostSampled sampled, String field, long value) {
        if (value < 0) {
            throw new UnreadableRecord("HostSampled of %s has %s %d; it must be 0 or more, see to its monitor"
                    .formatted(sampled.getHostId(), field, value));
        }
    }
}
