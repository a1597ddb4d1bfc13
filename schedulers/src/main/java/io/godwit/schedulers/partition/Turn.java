package io.godwit.schedulers.partition;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.SegmentTold;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** One input's turn: the state that it meets, and the outputs that it leads to. */
final class Turn {
    /** A host that tells nothing for so many sample periods is too old to be decided upon. */
    private static final int STALE_PERIODS = 3;

    final SchedulerState state;
    final int segment;
    final int segments;
    private final List<Output> outputs = new ArrayList<>();
    private final List<SolveJob> jobs = new ArrayList<>();
    private final Set<String> considered = new HashSet<>(); // asked by id only

    private boolean freed;

    Turn(SchedulerState state, int segment, int segments) {
        this.state = state;
        this.segment = segment;
        this.segments = segments;
    }

    /** Identity of the next output. */
    Decision decision() {
        return new Decision(segment, state.takeSequence());
    }

    void emit(Topic topic, int toSegment, String key, SpecificRecord event) {
        outputs.add(Output.of(topic, toSegment, key, event));
        state.said(event);
    }

    void emit(String key, SpecificRecord event) {
        emit(Topic.HOST_PARTITIONS, segment, key, event);
    }

    List<Output> outputs() {
        return outputs;
    }

    /** Notes a change of a host partition. */
    void put(OpenPartition partition) {
        String id = partition.getPartitionId();
        PartitionChange _ = PartitionChange.between(id, state.partitions.get(id), partition);
        state.partitions.put(id, partition);
    }

    void remove(String partitionId) {
        PartitionChange _ = PartitionChange.between(partitionId, state.partitions.get(partitionId), null);
        state.partitions.remove(partitionId);
    }

    /** Notes a change of a lease. */
    void put(HostLease lease) {
        String hostId = lease.getLease().getHostId();
        LeaseChange _ = LeaseChange.between(state.leases.get(hostId), lease);
        state.leases.put(hostId, lease);
    }

    /** Keeps what a segment told last. */
    void told(int teller, SegmentTold told) {
        state.told.put(Neighbours.key(teller), told);
        state.ringChanged();
    }

    void solve(SolveJob job) {
        jobs.add(job);
    }

    List<SolveJob> jobs() {
        return jobs;
    }

    Instant now() {
        return state.logTime();
    }

    /** True once per detection and turn, so that two that keep each other from their hosts do not take turns for ever. */
    boolean considersFirst(String detectionId) {
        return considered.add(detectionId);
    }

    /** A host or headroom has become free, so open detections get another look at the end of the turn. */
    void freed() {
        freed = true;
    }

    boolean takeFreed() {
        boolean was = freed;
        freed = false;
        return was;
    }

    /** The newest sample of a host if decisions may rest on it: not too old, and not from before VMs were moved. */
    SchedulerState.Sample usableSample(String hostId) {
        return usableSample(hostId, state.leases.get(hostId));
    }

    /** @param lease that of the host; null: it has none */
    SchedulerState.Sample usableSample(String hostId, HostLease lease) {
        SchedulerState.Sample sample = state.sample(hostId);
        if (sample == null || stale(sample)) {
            return null;
        }
        return lease == null || sample.logTime().isAfter(lease.getFreshAfter()) ? sample : null;
    }

    private boolean stale(SchedulerState.Sample sample) {
        Duration old = Duration.ofMillis((long) STALE_PERIODS * sample.sampled().getSamplePeriodMillis());
        return now().isAfter(sample.logTime().plus(old));
    }
}
