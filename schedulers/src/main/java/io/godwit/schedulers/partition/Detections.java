package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What open detections say about hosts. */
final class Detections {
    private Detections() {}

    /** Key of a detection in the state: its host's come together. */
    static String key(DetectionBegan began) {
        return key(began.getHostId(), began.getId());
    }

    static String key(String hostId, String detectionId) {
        return hostId + "/" + detectionId;
    }

    /** Notes overloads of hosts that a host partition took in; one that no detection opened names the oldest as its own. */
    static OpenPartition answeredToo(OpenPartition partition, List<OpenDetection> overloads, int segment) {
        List<OpenDetection> others = overloads.stream()
                .filter(open -> !open.getBegan().getId().equals(partition.getDetectionId()))
                .sorted(Comparator.comparing(
                                (OpenDetection open) -> open.getBegan().getSince())
                        .thenComparing(open -> open.getBegan().getId()))
                .toList();
        if (others.isEmpty()) {
            return partition;
        }
        OpenPartition.Builder answering = OpenPartition.newBuilder(partition);
        List<String> ids = new ArrayList<>(partition.getDetections());
        others.stream().map(open -> open.getBegan().getId()).forEach(ids::add);
        if (partition.getDetectionId().isEmpty()) {
            OpenDetection oldest = others.getFirst();
            ids.remove(oldest.getBegan().getId());
            answering
                    .setDetectionId(oldest.getBegan().getId())
                    .setDetection(new Position(Topic.DETECTIONS.stage(), segment, oldest.getOffset(), "", ""));
        }
        return answering.setDetections(ids).build();
    }

    static boolean crashed(SchedulerState state, String hostId) {
        return state.detections.anyUnder(
                hostId, open -> open.getBegan().getKind() == DetectionKind.HOST_CRASH && Modes.counts(open));
    }

    /** Digest of which VMs a host held in its newest sample, which must be there. */
    static String vmsDigest(SchedulerState state, String hostId) {
        return VmsDigest.of(state.sample(hostId).sampled().getVms().stream().map(VmSample::getVmId));
    }
}
