package io.godwit.executors.work;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.LogRecord;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What inventory, controls, host partitions, requests, detections and outcomes say to an executor: all hosts, the modes, which
 * leases are over, and which hosts are proven to be down. One thread folds, any thread asks.
 */
public final class RegionFold {
    private final ConcurrentMap<String, HostAddress> hosts = new ConcurrentHashMap<>();
    private final Set<String> members = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<String, Long> epochs = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Owners> owners = new ConcurrentHashMap<>();
    /** When a host was last proven to be down, and when last called alive, by the log's time. */
    private final ConcurrentMap<String, Long> downAt = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, Long> aliveAt = new ConcurrentHashMap<>();
    private final Set<Integer> off = ConcurrentHashMap.newKeySet();

    /**
     * The two newest marks of a VM, on different hosts: whichever host is asked about, the newest of the others is one of them.
     *
     * @param second NONE: one host has a mark
     */
    private record Owners(OwnerMark first, OwnerMark second) {
        Owners with(OwnerMark mark) {
            boolean ofFirst = mark.hostId().equals(first.hostId());
            if (mark.epoch() >= first.epoch()) {
                return new Owners(mark, ofFirst ? second : first);
            }
            return ofFirst || second.newerThan(mark) ? this : new Owners(first, mark);
        }
    }

    public void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case HostJoined host -> joined(host);
            case VmDefined defined -> marked(defined);
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
            case DownConfirmed confirmed -> downAt.merge(confirmed.getHostId(), record.timestampMillis(), Math::max);
            case HostFenced fenced -> downAt.merge(fenced.getHostId(), record.timestampMillis(), Math::max);
            case DetectionEnded ended
            when ended.getKind() == DetectionKind.HOST_CRASH && ended.getTerms() == null -> // not an operator's rule
                aliveAt.merge(ended.getHostId(), record.timestampMillis(), Math::max);
            default -> {} // descriptions, other outcomes, and the rest of the host-partition protocol are for others
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

    /** What counts is the host that has the definition: one that was copied by hand names another. */
    private void marked(VmDefined defined) {
        OwnerMark mark = OwnerMark.ofDescription(defined.getDefinition());
        if (mark.epoch() > 0) {
            OwnerMark here = new OwnerMark(mark.epoch(), defined.getHostId(), mark.commandId());
            owners.merge(defined.getVmId(), new Owners(here, OwnerMark.NONE), (before, _) -> before.with(here));
        }
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

    /** As in {@link Region#ownerElsewhere}. */
    public OwnerMark ownerElsewhere(String vmId, String hostId) {
        Owners known = owners.getOrDefault(vmId, new Owners(OwnerMark.NONE, OwnerMark.NONE));
        return known.first().hostId().equals(hostId) ? known.second() : known.first();
    }

    /** As in {@link Region#down}. By times, as the words stand in different topics and may be read in any order. */
    public boolean down(String hostId, long sinceMillis) {
        return downAt.getOrDefault(hostId, 0L) > Math.max(sinceMillis, aliveAt.getOrDefault(hostId, 0L));
    }

    /** As in {@link Region#off}. */
    public boolean off(int segment) {
        return off.contains(segment);
    }
}
