package io.godwit.ittests.kills;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Topic;
import java.time.Instant;

/** Commands as a scheduler would give them. */
final class Commands {
    private static final long VALID_SECONDS = 600;

    private Commands() {}

    /** Appends a command to its source's segment. */
    static void migrate(TestSite site, SimulatedHosts hosts, String id, String vmId, String source, String target) {
        int segment = hosts.segment(source);
        site.put(
                Topic.COMMANDS,
                segment,
                source,
                MigrateVm.newBuilder()
                        .setDecision(new Decision(segment, 1L))
                        .setCommandId(id)
                        .setPartitionId("p-0-1")
                        .setPlan(new Decision(segment, 1L))
                        .setDetectionId("d")
                        .setDetection(new Position(Topic.DETECTIONS.stage(), segment, 0L, "", ""))
                        .setVmId(vmId)
                        .setSourceHostId(source)
                        .setTargetHostId(target)
                        .setTargetSegment(hosts.segment(target))
                        .setSourceEpoch(1L)
                        .setTargetEpoch(1L)
                        .setMode(MigrationMode.PRE_COPY)
                        .setBytesPerSecondMax(0L)
                        .setStartBefore(Instant.now().plusSeconds(VALID_SECONDS))
                        .setEstimatedMillis(9_000L)
                        .setReason("test")
                        .build());
    }
}
