package io.godwit.ops.simulate;

import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.MigrateVm;
import java.util.HashSet;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Counts what a stretch of a log did; takes its events in any order. What was commanded before counts nowhere. */
final class Counted {
    private final Set<String> moves = new HashSet<>();
    private final Set<String> starts = new HashSet<>();
    private final Set<String> succeeded = new HashSet<>();
    private long detections;

    void take(SpecificRecord event) {
        switch (event) {
            case MigrateVm command -> moves.add(command.getCommandId());
            case ActOnVm command when command.getAction() == ActionKind.START -> starts.add(command.getCommandId());
            case CommandSucceeded ended -> succeeded.add(ended.getCommandId());
            case DetectionBegan _ -> detections++;
            default -> {} // tells nothing that is counted
        }
    }

    long detections() {
        return detections;
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
