package io.godwit.schedulers.partition;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.VmSample;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

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

    /** Overload is answered with moves; the other kinds are kept in mind. */
    static boolean actedUpon(OpenDetection open) {
        return open.getBegan().getKind() == DetectionKind.OVERLOAD;
    }

    static boolean crashed(SchedulerState state, String hostId) {
        return state.detections.startingWith(hostId + "/").stream()
                .anyMatch(open -> open.getBegan().getKind() == DetectionKind.HOST_CRASH);
    }

    /** Digest of which VMs a host held in its newest sample, which must be there. */
    static String vmsDigest(SchedulerState state, String hostId) {
        String ids = state.sample(hostId).sampled().getVms().stream()
                .map(VmSample::getVmId)
                .sorted()
                .collect(Collectors.joining(" "));
        return Digests.sha256(ids.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
