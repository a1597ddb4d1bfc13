package io.godwit.executors;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ResumeVm;
import io.godwit.schemas.log.Topic;
import java.time.Instant;

/** Commands for tests. */
public final class Commands {
    public static final long START_BEFORE_MICROS = 1_000_000_000L;
    public static final long EPOCH = 5;

    private Commands() {}

    public static MigrateVm migrate(String commandId, String vmId, String source, String target) {
        return migrate(commandId, vmId, source, target, EPOCH);
    }

    public static MigrateVm migrate(String commandId, String vmId, String source, String target, long epoch) {
        return MigrateVm.newBuilder()
                .setDecision(new Decision(0, 1L))
                .setCommandId(commandId)
                .setPartitionId("p-0-1")
                .setPlan(new Decision(0, 1L))
                .setDetectionId("d")
                .setDetection(new Position(Topic.DETECTIONS.stage(), 0, 0L, "", ""))
                .setVmId(vmId)
                .setSourceHostId(source)
                .setTargetHostId(target)
                .setTargetSegment(0)
                .setSourceEpoch(epoch)
                .setTargetEpoch(epoch)
                .setMode(MigrationMode.PRE_COPY)
                .setBytesPerSecondMax(0L)
                .setStartBefore(Instant.ofEpochMilli(START_BEFORE_MICROS / 1000))
                .setEstimatedMillis(9_000L)
                .setReason("test")
                .build();
    }

    public static ResumeVm resume(String commandId, String vmId, String host, long epoch) {
        return new ResumeVm(
                new Decision(0, 2L),
                commandId,
                "p-0-1",
                new Decision(0, 1L),
                "d",
                new Position(Topic.DETECTIONS.stage(), 0, 0L, "", ""),
                vmId,
                host,
                epoch,
                "c-0-1",
                "test");
    }

    public static Position at(int segment, long offset) {
        return new Position(Topic.COMMANDS.stage(), segment, offset, "", "");
    }
}
