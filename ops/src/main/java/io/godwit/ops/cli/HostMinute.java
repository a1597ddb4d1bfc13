package io.godwit.ops.cli;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Host;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * What was observed of one host in the minute before a moment, which is as far as the built-in rules on load look back.
 *
 * @param samples oldest first
 * @param failedVms ids of VMs that were reported as failed or crashed
 */
record HostMinute(List<HostSampled> samples, List<String> failedVms) {
    static final Duration LENGTH = Duration.ofSeconds(60);

    static HostMinute before(Log log, Host host, Instant at) {
        byte[] key = host.id().getBytes(StandardCharsets.UTF_8);
        List<HostSampled> samples = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        long first = log.offsetAt(
                Topic.OBSERVATIONS, host.segment(), at.minus(LENGTH).plusMillis(1));
        long end = log.offsetAt(Topic.OBSERVATIONS, host.segment(), at.plusMillis(1));
        if (first < end) {
            log.scan(List.of(new LogRange(Topic.OBSERVATIONS, host.segment(), first, end)), record -> {
                if (Arrays.equals(key, record.key())) { // the others are not decoded
                    take(record, samples, failed);
                }
                return true;
            });
        }
        return new HostMinute(samples, failed);
    }

    private static void take(LogRecord record, List<HostSampled> samples, List<String> failed) {
        SpecificRecord event;
        try {
            event = EventCodec.decode(record.value());
        } catch (UnreadableRecord _) {
            return; // told in the dead letters by whoever needs it
        }
        if (event instanceof HostSampled sample) {
            samples.add(sample);
        } else if (event instanceof VmChanged changed
                && (changed.getChange() == VmChange.FAILED || changed.getChange() == VmChange.CRASHED)) {
            failed.add(changed.getVmId());
        }
    }
}
