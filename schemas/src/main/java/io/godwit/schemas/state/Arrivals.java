package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** When migrations brought VMs to where they were last brought, and before that. */
final class Arrivals {
    private static final String NAME = CommandSucceeded.class.getSimpleName();

    private record Arrival(String hostId, long millis) {}

    private record LastTwo(Arrival last, Arrival before) {
        /** Outcomes of a VM may lie in several segments, which are read one after the other. */
        LastTwo and(Arrival other) {
            if (other.millis >= last.millis) {
                return other.equals(last) ? this : new LastTwo(other, last);
            }
            return before == null || other.millis > before.millis ? new LastTwo(last, other) : this;
        }
    }

    private final Map<String, LastTwo> byVm = new HashMap<>();

    void take(LogRecord record) {
        if (EventCodec.nameOf(record.value()).filter(NAME::equals).isEmpty()) {
            return;
        }
        try {
            take(record, EventCodec.decode(record.value(), CommandSucceeded.class));
        } catch (UnreadableRecord _) {
            // told among the faults where outcomes are folded
        }
    }

    private void take(LogRecord record, CommandSucceeded succeeded) {
        if (!succeeded.getSourceHostId().equals(succeeded.getTargetHostId())) {
            Arrival arrival = new Arrival(succeeded.getTargetHostId(), record.timestampMillis());
            byVm.merge(succeeded.getVmId(), new LastTwo(arrival, null), (known, _) -> known.and(arrival));
        }
    }

    /** When a VM came to a host; samples may still show it where it was before. */
    Optional<Instant> at(String vmId, String hostId) {
        LastTwo known = byVm.get(vmId);
        if (known == null) {
            return Optional.empty();
        }
        return Optional.of(known.last)
                .filter(arrival -> arrival.hostId.equals(hostId))
                .or(() -> Optional.ofNullable(known.before).filter(arrival -> arrival.hostId.equals(hostId)))
                .map(arrival -> Instant.ofEpochMilli(arrival.millis));
    }
}
