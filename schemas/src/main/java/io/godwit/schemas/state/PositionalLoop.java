package io.godwit.schemas.state;

import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * The least that a rebuild from samples must do, and so the limit that {@link RegionState} is held against: each sample is
 * walked in place, the host found by its bytes, each VM compared with the one at its place in the last sample. Nothing is
 * checked, dated or kept beyond demand and memory. For benchmarks; fed with HostSampled records alone.
 */
public final class PositionalLoop {
    private final SampleReader reader = new SampleReader();
    private final ByteTable hosts = new ByteTable();
    private final ByteTable vms = new ByteTable();
    private final List<VmColumns> columns = new ArrayList<>();
    private long samples;

    public void take(LogRecord record) {
        if (!SampleReader.knows(record.value())) {
            return;
        }
        reader.open(record.value());
        int host = hosts.numberOf(reader.bytes(), reader.hostFrom, reader.hostLength);
        if (host == columns.size()) {
            columns.add(new VmColumns());
        }
        VmColumns column = columns.get(host);
        int index = 0;
        while (reader.nextVm()) {
            if (index == column.size) {
                column.add(); // first, since it may make the columns anew
                column.number[index] = vms.numberOf(reader.bytes(), reader.vmFrom, reader.vmLength);
            } else if (!vms.is(column.number[index], reader.bytes(), reader.vmFrom, reader.vmLength)) {
                column.number[index] = vms.numberOf(reader.bytes(), reader.vmFrom, reader.vmLength);
            }
            column.demandMillicores[index] = reader.vmDemandMillicores;
            column.memoryBytes[index] = reader.vmMemoryBytes;
            index++;
        }
        column.size = index;
        samples++;
    }

    public long samples() {
        return samples;
    }

    public int hosts() {
        return hosts.size();
    }
}
