package io.godwit.ops.whatif;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What was detected and done in a stretch of a log; what was commanded before counts nowhere. */
final class Counted {
    private final Set<String> moves = new HashSet<>();
    private final Set<String> starts = new HashSet<>();
    private final Set<String> succeeded = new HashSet<>();
    private final Set<String> detections = new HashSet<>();

    private Counted() {}

    /** What stands in the log after a moment, up to another. */
    static Counted of(Log log, Instant from, Instant to) {
        Counted counted = new Counted();
        List<LogRange> ranges = new ArrayList<>();
        for (Topic topic : List.of(Topic.DETECTIONS, Topic.COMMANDS, Topic.OUTCOMES)) {
            for (int segment = 0; segment < log.segments(); segment++) {
                long first = log.offsetAt(topic, segment, from.plusMillis(1));
                ranges.add(new LogRange(
                        topic, segment, first, Math.max(first, log.offsetAt(topic, segment, to.plusMillis(1)))));
            }
        }
        log.scan(ranges, record -> {
            try {
                counted.take(EventCodec.decode(record.value()));
            } catch (UnreadableRecord _) {
                // stands in the dead letters
            }
            return true;
        });
        return counted;
    }

    private void take(SpecificRecord event) {
        switch (event) {
            case MigrateVm command -> moves.add(command.getCommandId());
            case ActOnVm command when command.getAction() == ActionKind.START -> starts.add(command.getCommandId());
            case CommandSucceeded ended -> succeeded.add(ended.getCommandId());
            case DetectionBegan began -> detections.add(began.getId());
            default -> {} // tells nothing that is counted
        }
    }

    long detections() {
        return detections.size();
    }

    /** Migrations that succeeded. */
    long migrations() {
        return moves.stream().filter(succeeded::contains).count();
    }

    /** VMs that were started. */
    long restarts() {
        return starts.stream().filter(succeeded::contains).count();
    }
}
