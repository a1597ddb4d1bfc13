package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the observations of one segment say of its hosts: the newest sample of each, what happened to its VMs since, whether
 * its monitor lost it, its network coordinate. Records must come in the order of their offsets.
 */
final class ObservedHosts {
    private static final VmState[] STATES = VmState.values();
    private static final long TICK = EventCodec.fingerprint(Tick.class);
    private static final long ALIVE = EventCodec.fingerprint(MonitorAlive.class);
    private static final long ROUND_TRIP = EventCodec.fingerprint(RoundTrip.class);
    private static final long PROBE = EventCodec.fingerprint(ProbeAnswered.class);

    /** One host; mutable, and never given away. */
    static final class Row {
        long sampleOffset = -1;
        long sampleMillis;
        long lostMillis = -1;
        String lostReason = "";
        int samplePeriodMillis;
        long cpuCapacityMillicores;
        long cpuDemandMillicores;
        long cpuUsedMillicores;
        long memoryCapacityBytes;
        long memoryUsedBytes;
        VmColumns vms = new VmColumns();
        CoordinateAnnounced coordinate;
    }

    private final ByteTable hostIds = new ByteTable();
    private final ByteTable vmIds = new ByteTable();
    private final List<Row> rows = new ArrayList<>();
    private final SampleReader reader = new SampleReader();
    private VmColumns spare = new VmColumns(); // takes the next sample; a damaged one is dropped with it
    private long samples;

    /** @throws UnreadableRecord if the value is no event of ours; the state is then as before */
    void take(LogRecord record) {
        if (SampleReader.knows(record.value())) {
            takeSample(record);
            return;
        }
        long fingerprint = EventCodec.fingerprintOf(record.value());
        if (fingerprint == TICK || fingerprint == ALIVE || fingerprint == ROUND_TRIP || fingerprint == PROBE) {
            return;
        }
        SpecificRecord event = EventCodec.decode(record.value());
        switch (event) {
            case HostSampled sample -> takeSample(record, sample);
            case VmChanged changed -> takeChange(changed);
            case HostLost lost -> {
                Row row = row(lost.getHostId());
                row.lostMillis = record.timestampMillis();
                row.lostReason = lost.getReason();
            }
            case CoordinateAnnounced coordinate -> row(coordinate.getHostId()).coordinate = coordinate;
            default -> {} // what passes by and leaves no state: ticks, heartbeats, probes of an older schema
        }
    }

    long samples() {
        return samples;
    }

    /** The host's row; null where nothing was observed of it. */
    Row find(String hostId) {
        int number = hostIds.find(hostId);
        return number < 0 ? null : rows.get(number);
    }

    String vmId(int number) {
        return vmIds.text(number);
    }

    private void takeSample(LogRecord record) {
        Row row;
        try {
            reader.open(record.value());
            row = row(hostIds.numberOf(reader.bytes(), reader.hostFrom, reader.hostLength));
            VmColumns last = row.vms;
            VmColumns next = spare;
            next.size = 0;
            while (reader.nextVm()) {
                int index = next.add();
                // a host lists its VMs by id, so the one at this place is nearly always the one of the last sample
                next.number[index] = index < last.size
                                && vmIds.is(last.number[index], reader.bytes(), reader.vmFrom, reader.vmLength)
                        ? last.number[index]
                        : vmIds.numberOf(reader.bytes(), reader.vmFrom, reader.vmLength);
                next.state[index] = (byte) reader.vmState;
                next.demandMillicores[index] = reader.vmDemandMillicores;
                next.usedMillicores[index] = reader.vmUsedMillicores;
                next.memoryBytes[index] = reader.vmMemoryBytes;
                next.dirtyBytesPerSecond[index] = reader.vmDirtyBytesPerSecond;
            }
            if (!reader.atEnd()) {
                throw new IndexOutOfBoundsException("bytes left over");
            }
            spare = last;
            row.vms = next;
        } catch (IndexOutOfBoundsException damaged) {
            EventCodec.decode(record.value()); // says in the codec's words what is wrong
            throw new UnreadableRecord("cannot be read as HostSampled; the value is damaged", damaged);
        }
        row.sampleOffset = record.offset();
        row.sampleMillis = record.timestampMillis();
        row.samplePeriodMillis = reader.samplePeriodMillis;
        row.cpuCapacityMillicores = reader.cpuCapacityMillicores;
        row.cpuDemandMillicores = reader.cpuDemandMillicores;
        row.cpuUsedMillicores = reader.cpuUsedMillicores;
        row.memoryCapacityBytes = reader.memoryCapacityBytes;
        row.memoryUsedBytes = reader.memoryUsedBytes;
        samples++;
    }

    private void takeSample(LogRecord record, HostSampled sample) {
        Row row = row(sample.getHostId());
        row.vms.size = 0;
        for (VmSample vm : sample.getVms()) {
            int index = row.vms.add();
            row.vms.number[index] = vmIds.numberOf(vm.getVmId());
            row.vms.state[index] = index(vm.getState());
            row.vms.demandMillicores[index] = vm.getCpuDemandMillicores();
            row.vms.usedMillicores[index] = vm.getCpuUsedMillicores();
            row.vms.memoryBytes[index] = vm.getMemoryBytes();
            row.vms.dirtyBytesPerSecond[index] = vm.getDirtyBytesPerSecond();
        }
        row.sampleOffset = record.offset();
        row.sampleMillis = record.timestampMillis();
        row.samplePeriodMillis = sample.getSamplePeriodMillis();
        row.cpuCapacityMillicores = sample.getCpuCapacityMillicores();
        row.cpuDemandMillicores = sample.getCpuDemandMillicores();
        row.cpuUsedMillicores = sample.getCpuUsedMillicores();
        row.memoryCapacityBytes = sample.getMemoryCapacityBytes();
        row.memoryUsedBytes = sample.getMemoryUsedBytes();
        samples++;
    }

    /** A change holds until the next sample, which lists every VM anew. */
    private void takeChange(VmChanged changed) {
        Row row = row(changed.getHostId());
        int vm = vmIds.numberOf(changed.getVmId());
        int index = row.vms.indexOf(vm);
        VmState state = after(changed.getChange());
        if (state == null) {
            return;
        }
        if (changed.getChange() == VmChange.MIGRATED_OUT || changed.getChange() == VmChange.UNDEFINED) {
            if (index >= 0) {
                row.vms.remove(index);
            }
            return;
        }
        if (index < 0) {
            index = row.vms.add();
            row.vms.number[index] = vm;
            row.vms.demandMillicores[index] = 0;
            row.vms.usedMillicores[index] = 0;
            row.vms.memoryBytes[index] = 0;
            row.vms.dirtyBytesPerSecond[index] = -1;
        }
        row.vms.state[index] = index(state);
    }

    /** State that a change leaves behind; null where it tells nothing of the state. */
    private static VmState after(VmChange change) {
        return switch (change) {
            case STARTED, RESUMED, MIGRATED_IN -> VmState.RUNNING;
            case SUSPENDED -> VmState.PAUSED;
            case SHUT_DOWN, STOPPED, MIGRATED_OUT, UNDEFINED -> VmState.SHUT_OFF;
            case FAILED, CRASHED -> VmState.CRASHED;
            case UNKNOWN, DEFINED, JOB_COMPLETED -> null;
        };
    }

    static VmState state(byte index) {
        return index >= 0 && index < STATES.length ? STATES[index] : VmState.UNKNOWN;
    }

    /** Place of a state in its schema, as it stands on the wire. */
    private static byte index(VmState state) {
        return (byte) VmState.getClassSchema().getEnumOrdinal(state.name());
    }

    private Row row(String hostId) {
        return row(hostIds.numberOf(hostId));
    }

    private Row row(int number) {
        if (number == rows.size()) {
            rows.add(new Row());
        }
        return rows.get(number);
    }
}
