package io.godwit.ops.judges;

import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** A host is in at most one host partition per epoch, epochs only grow, and every lease and every host partition ends. */
final class LeaseJudge {
    private record Held(String partitionId, long epoch, long sinceMillis) {}

    private final Verdict.Say verdict;
    private final Map<String, Held> holders = new TreeMap<>();
    private final Map<String, Long> newestEpoch = new HashMap<>();
    private final Map<String, Long> openPartitions = new TreeMap<>();

    LeaseJudge(Verdict verdict) {
        this.verdict = verdict.of(LeaseJudge.class);
    }

    void take(SpecificRecord event, long millis) {
        switch (event) {
            case PartitionOpened opened -> {
                openPartitions.put(opened.getPartitionId(), millis);
                opened.getMembers().forEach(lease -> granted(opened.getPartitionId(), lease, millis));
            }
            case MemberGranted granted
            when !granted.getAnswer() -> granted(granted.getPartitionId(), granted.getLease(), millis);
            case MemberReleased released -> released(released.getPartitionId(), released.getLease());
            case PartitionClosed closed -> openPartitions.remove(closed.getPartitionId());
            default -> {} // changes no lease
        }
    }

    private void granted(String partitionId, Lease lease, long millis) {
        String host = lease.getHostId();
        Held held = holders.get(host);
        if (held != null) {
            verdict.fault(
                    millis,
                    "%s is lent to %s in epoch %d while %s holds it in epoch %d"
                            .formatted(host, partitionId, lease.getEpoch(), held.partitionId(), held.epoch()));
        }
        if (lease.getEpoch() <= newestEpoch.getOrDefault(host, 0L)) {
            verdict.fault(
                    millis,
                    "%s is lent in epoch %d, which is not above %d"
                            .formatted(host, lease.getEpoch(), newestEpoch.get(host)));
        }
        newestEpoch.merge(host, lease.getEpoch(), Math::max);
        holders.put(host, new Held(partitionId, lease.getEpoch(), millis));
    }

    private void released(String partitionId, Lease lease) {
        Held held = holders.get(lease.getHostId());
        if (held != null && held.partitionId().equals(partitionId) && held.epoch() == lease.getEpoch()) {
            holders.remove(lease.getHostId());
        }
    }

    /** Whether a host partition holds a host in an epoch now. */
    boolean holds(String partitionId, String hostId, long epoch) {
        Held held = holders.get(hostId);
        return held != null && held.partitionId().equals(partitionId) && held.epoch() == epoch;
    }

    boolean held(String hostId) {
        return holders.containsKey(hostId);
    }

    boolean nothingSince(long millis) {
        return holders.values().stream().noneMatch(held -> held.sinceMillis() < millis)
                && openPartitions.values().stream().noneMatch(since -> since < millis);
    }

    /** @param latestMillis nothing may be open that began before this */
    void settled(long latestMillis, long nowMillis) {
        holders.forEach((host, held) -> {
            if (held.sinceMillis() < latestMillis) {
                verdict.fault(
                        nowMillis,
                        "%s is held by %s since %d s"
                                .formatted(host, held.partitionId(), (nowMillis - held.sinceMillis()) / 1000));
            }
        });
        openPartitions.forEach((id, since) -> {
            if (since < latestMillis) {
                verdict.fault(
                        nowMillis, "host partition %s is open since %d s".formatted(id, (nowMillis - since) / 1000));
            }
        });
    }
}
