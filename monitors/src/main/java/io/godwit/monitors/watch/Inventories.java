package io.godwit.monitors.watch;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.schemas.events.HostJoined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** The inventories of the segments that are ours. Safe for use by several threads. */
final class Inventories {
    private final Map<Integer, SegmentInventory> bySegment = new HashMap<>();

    synchronized void begin(int segment) {
        bySegment.put(segment, new SegmentInventory());
    }

    synchronized void end(int segment) {
        bySegment.remove(segment);
    }

    synchronized SegmentInventory.Change take(int segment, SpecificRecord event) {
        SegmentInventory inventory = bySegment.get(segment);
        return inventory == null ? SegmentInventory.Change.NONE : inventory.take(event);
    }

    synchronized List<HostJoined> hosts(int segment) {
        SegmentInventory inventory = bySegment.get(segment);
        return inventory == null ? List.of() : inventory.hosts();
    }

    /** As in {@link SegmentInventory#differences}; empty for a segment that is ours no more. */
    synchronized List<SpecificRecord> differences(int segment, String hostId, HostDescription found, String by) {
        SegmentInventory inventory = bySegment.get(segment);
        return inventory == null ? List.of() : inventory.differences(hostId, found, by);
    }
}
