package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Which hosts and VMs there are. Of a host that was added in two segments, the record with the smaller log time wins, then
 * the smaller segment; the other one counts for nothing.
 */
public final class Inventory {
    /**
     * A host that was added.
     *
     * @param firstMillis log time of its first HostJoined in this segment, in milliseconds since 1970
     * @param joined the newest HostJoined, with the segment in which it stands
     * @param described the newest description
     * @param present false once it has left
     */
    public record Entry(long firstMillis, HostJoined joined, Optional<HostDescribed> described, boolean present) {}

    /** The newest definition of a VM, and when it was first defined. */
    public record Defined(VmDefined definition, long firstMillis, long millis, int segment, long offset) {}

    private final List<Map<String, Entry>> bySegment = new ArrayList<>();
    private final Map<String, HostDescribed> early = new TreeMap<>(); // described before it joined, by segment and host
    private final Map<String, Defined> definitions = new TreeMap<>();

    public Inventory(int segments) {
        for (int segment = 0; segment < segments; segment++) {
            bySegment.add(new TreeMap<>());
        }
    }

    /** @throws io.godwit.schemas.codec.UnreadableRecord if the value is no event of ours */
    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    /** The same for a record that was decoded already. */
    public void take(LogRecord record, SpecificRecord event) {
        Map<String, Entry> hosts = bySegment.get(record.segment());
        switch (event) {
            case HostJoined joined
            when joined.getSegment() == record.segment() -> {
                Entry before = hosts.get(joined.getHostId());
                hosts.put(
                        joined.getHostId(),
                        new Entry(
                                before == null ? record.timestampMillis() : before.firstMillis,
                                joined,
                                before == null
                                        ? Optional.ofNullable(early.remove(record.segment() + " " + joined.getHostId()))
                                        : before.described,
                                true));
            }
            case HostDescribed described -> {
                Entry before = hosts.get(described.getHostId());
                if (before == null) {
                    early.put(record.segment() + " " + described.getHostId(), described);
                } else {
                    hosts.put(
                            described.getHostId(),
                            new Entry(before.firstMillis, before.joined, Optional.of(described), before.present));
                }
            }
            case HostLeft left ->
                hosts.computeIfPresent(
                        left.getHostId(),
                        (_, before) -> new Entry(before.firstMillis, before.joined, before.described, false));
            case VmDefined defined ->
                definitions.merge(
                        defined.getVmId(),
                        new Defined(
                                defined,
                                record.timestampMillis(),
                                record.timestampMillis(),
                                record.segment(),
                                record.offset()),
                        Inventory::newer);
            default -> {} // a HostJoined outside the segment that it names counts for nothing
        }
    }

    private static Defined newer(Defined one, Defined other) {
        boolean otherIsNewer = other.millis != one.millis
                ? other.millis > one.millis
                : other.segment != one.segment ? other.segment > one.segment : other.offset > one.offset;
        Defined newest = otherIsNewer ? other : one;
        return new Defined(
                newest.definition,
                Math.min(one.firstMillis, other.firstMillis),
                newest.millis,
                newest.segment,
                newest.offset);
    }

    /** Hosts that are present, by id. */
    public Map<String, Entry> hosts() {
        Map<String, Entry> winners = new TreeMap<>();
        for (Map<String, Entry> hosts : bySegment) { // by segment, so that a tie goes to the smaller one
            hosts.forEach((id, entry) ->
                    winners.merge(id, entry, (one, other) -> other.firstMillis < one.firstMillis ? other : one));
        }
        winners.values().removeIf(entry -> !entry.present);
        return winners;
    }

    /** Hosts that are present in one segment, whether or not another segment's record wins. */
    Collection<Entry> hostsOf(int segment) {
        return bySegment.get(segment).values().stream().filter(Entry::present).toList();
    }

    /** Newest definition of each VM, by id. */
    public Map<String, Defined> definitions() {
        return new TreeMap<>(definitions);
    }
}
