package io.godwit.schemas.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

final class SampleReaderTest {
    @Test
    void the_reader_was_written_for_todays_schema() {
        assertEquals(
                SampleReader.FIELDS,
                fields(HostSampled.getClassSchema()),
                "adapt SampleReader, or samples take the slow way");
        assertEquals(
                SampleReader.VM_FIELDS,
                fields(VmSample.getClassSchema()),
                "adapt SampleReader, or samples take the slow way");
    }

    @Test
    void what_it_reads_is_what_the_codec_reads() {
        Random random = new Random(7);
        SampleReader reader = new SampleReader();
        List<VmState> states = List.of(VmState.values());
        for (int round = 0; round < 500; round++) {
            List<VmSample> vms = new ArrayList<>();
            for (int vm = random.nextInt(200); vm > 0; vm--) {
                vms.add(new VmSample(
                        "vm-" + random.nextLong(),
                        states.get(random.nextInt(states.size())),
                        number(random),
                        number(random),
                        number(random),
                        number(random),
                        number(random),
                        number(random)));
            }
            HostSampled sample = new HostSampled(
                    "host-" + random.nextInt(),
                    random.nextInt(12),
                    number(random),
                    random.nextInt(),
                    "monitor-é",
                    number(random),
                    number(random),
                    number(random),
                    number(random),
                    number(random),
                    vms,
                    "model-" + random.nextInt(9),
                    number(random));
            byte[] value = EventCodec.encode(sample);

            assertTrue(SampleReader.knows(value));
            reader.open(value);

            assertEquals(sample.getHostId(), text(value, reader.hostFrom, reader.hostLength));
            assertEquals(sample.getSamplePeriodMillis(), reader.samplePeriodMillis);
            assertEquals(sample.getCpuCapacityMillicores(), reader.cpuCapacityMillicores);
            assertEquals(sample.getCpuDemandMillicores(), reader.cpuDemandMillicores);
            assertEquals(sample.getCpuUsedMillicores(), reader.cpuUsedMillicores);
            assertEquals(sample.getMemoryCapacityBytes(), reader.memoryCapacityBytes);
            assertEquals(sample.getMemoryUsedBytes(), reader.memoryUsedBytes);
            for (VmSample vm : vms) {
                assertTrue(reader.nextVm());
                assertEquals(vm.getVmId(), text(value, reader.vmFrom, reader.vmLength));
                assertEquals(vm.getState(), ObservedHosts.state((byte) reader.vmState));
                assertEquals(vm.getCpuDemandMillicores(), reader.vmDemandMillicores);
                assertEquals(vm.getCpuUsedMillicores(), reader.vmUsedMillicores);
                assertEquals(vm.getMemoryBytes(), reader.vmMemoryBytes);
                assertEquals(vm.getDirtyBytesPerSecond(), reader.vmDirtyBytesPerSecond);
            }
            assertFalse(reader.nextVm());
            assertTrue(reader.atEnd());
        }
    }

    @Test
    void a_sample_of_the_first_version_is_read_where_it_stands_too() throws IOException {
        for (int version = 1; version <= 2; version++) {
            byte[] value = Files.readAllBytes(Path.of("src/test/resources/golden/HostSampled-" + version + ".bin"));
            assertTrue(SampleReader.knows(value));
            SampleReader reader = new SampleReader();
            reader.open(value);
            HostSampled sample = EventCodec.decode(value, HostSampled.class);
            assertEquals(sample.getMemoryUsedBytes(), reader.memoryUsedBytes);
            for (VmSample vm : sample.getVms()) {
                assertTrue(reader.nextVm());
                assertEquals(vm.getVmId(), text(value, reader.vmFrom, reader.vmLength));
            }
            assertFalse(reader.nextVm());
            assertTrue(reader.atEnd());
            assertEquals(version == 1, sample.getCpuModel().isEmpty());
            assertEquals(version == 1, sample.getMigrationBytesPerSecond() == 0);
        }
    }

    @Test
    void it_leaves_other_events_alone() {
        assertFalse(SampleReader.knows(EventCodec.encode(new HostLost("h1", "gone", "monitor-1"))));
        assertFalse(SampleReader.knows(new byte[0]));
        assertFalse(SampleReader.knows(null));
    }

    /** Of every length that a number can have on the wire. */
    private static long number(Random random) {
        return random.nextLong() >> random.nextInt(64);
    }

    private static String text(byte[] value, int from, int length) {
        return new String(value, from, length, StandardCharsets.UTF_8);
    }

    private static String fields(Schema schema) {
        return schema.getFields().stream().map(Schema.Field::name).collect(Collectors.joining(" "));
    }
}
