package io.godwit.executors.work;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.log.LogRecord;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What inventory, controls and host partitions say to an executor: all hosts, the modes, and which leases are over. One thread
 * folds, any thread asks.
 */
public final class RegionFold {
    private final ConcurrentMap<String, HostAddress> hosts = new ConcurrentHashMap<>();
    private final Set<String> members = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, Long> epochs = new ConcurrentHashMap<>();
    private final Set<Integer> off = ConcurrentHashMap.newKeySet();

    public void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case HostJoined host -> joined(host);
            case HostLeft host -> members.remove(host.getHostId());
            case ModeChanged mode -> {
                if (mode.getMode().equals("off")) {
                    off.add(record.segment());
                } else {
                    off.remove(record.segment());
                }
            }
            case MemberGranted granted -> over(granted.getLease(), 0);
            case PartitionOpened opened -> opened.getMembers().forEach(lease -> over(lease, 0));
            case MemberReleased released -> over(released.getLease(), 1);
            default -> {} // descriptions, and the rest of the host-partition protocol, are for schedulers
        }
    }

    /** The first one in the log decides the segment for good; how the host is reached may change. */
    private void joined(HostJoined host) {
        String label = host.getSite() + "/" + host.getRack() + "/" + host.getName();
        hosts.compute(
                host.getHostId(),
                (id, known) ->
                        new HostAddress(id, label, known == null ? host.getSegment() : known.segment(), host.getUri()));
        members.add(host.getHostId());
    }

    /** @param itself 1 where the lease is over too: it is given back only once all commands under it have ended */
    private void over(Lease lease, long itself) {
        epochs.merge(lease.getHostId(), lease.getEpoch() + itself, Math::max);
    }

    /** As in {@link Region#host}. */
    public Optional<HostAddress> host(String hostId) {
        return Optional.ofNullable(hosts.get(hostId));
    }

    /** As in {@link Region#member}. */
    public boolean member(String hostId) {
        return members.contains(hostId);
    }

    /** As in {@link Region#oldestEpoch}. */
    public long oldestEpoch(String hostId) {
        return epochs.getOrDefault(hostId, 0L);
    }

    /** As in {@link Region#off}. */
    public boolean off(int segment) {
        return off.contains(segment);
    }
}
