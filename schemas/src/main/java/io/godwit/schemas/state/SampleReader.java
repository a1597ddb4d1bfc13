package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads a HostSampled where it stands, field after field, without making a String or an object. It knows the order of the
 * fields of today's schema, and of the first one, which lacks the last two; {@link #knows} says no to any other, which then
 * goes the general way. A cursor: open it on a value, take the host's fields, then each VM by {@link #nextVm}. A damaged
 * value throws IndexOutOfBoundsException or leaves {@link #atEnd} false.
 */
final class SampleReader {
    /** The order that this class was written for; a test compares it with today's schema. */
    static final String FIELDS = "hostId segment measuredAtMicros samplePeriodMillis monitor cpuCapacityMillicores"
            + " cpuDemandMillicores cpuUsedMillicores memoryCapacityBytes memoryUsedBytes vms cpuModel"
            + " migrationBytesPerSecond";

    static final String VM_FIELDS = "vmId state cpuDemandMillicores cpuUsedMillicores memoryBytes dirtyBytesPerSecond"
            + " blockBytesPerSecond netBytesPerSecond";

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long TODAY = EventCodec.fingerprint(HostSampled.class);
    private static final long FIRST = EventCodec.fingerprints(HostSampled.class).getFirst();

    private byte[] value;
    private int at;
    private long vmsInBlock;

    int hostFrom;
    int hostLength;
    int samplePeriodMillis;
    long cpuCapacityMillicores;
    long cpuDemandMillicores;
    long cpuUsedMillicores;
    long memoryCapacityBytes;
    long memoryUsedBytes;

    int vmFrom;
    int vmLength;
    int vmState;
    long vmDemandMillicores;
    long vmUsedMillicores;
    long vmMemoryBytes;
    long vmDirtyBytesPerSecond;

    /** Whether the value carries the schema that this reader knows; looks at the header alone. */
    static boolean knows(byte[] value) {
        return value != null
                && value.length > EventCodec.HEADER_BYTES
                && value[0] == (byte) 0xC3
                && value[1] == 0x01
                && (isToday(value) || (long) LONGS.get(value, 2) == FIRST);
    }

    private static boolean isToday(byte[] value) {
        return (long) LONGS.get(value, 2) == TODAY;
    }

    /** Starts on a value and reads the host's own fields. */
    void open(byte[] sample) {
        value = sample;
        at = EventCodec.HEADER_BYTES;
        vmsInBlock = 0;
        hostLength = length();
        hostFrom = at;
        at += hostLength;
        skipNumber(); // segment
        skipNumber(); // measuredAtMicros
        samplePeriodMillis = (int) number();
        skipText(); // monitor
        cpuCapacityMillicores = number();
        cpuDemandMillicores = number();
        cpuUsedMillicores = number();
        memoryCapacityBytes = number();
        memoryUsedBytes = number();
    }

    /** Reads the next VM; false after the last one. */
    boolean nextVm() {
        if (vmsInBlock == 0) {
            vmsInBlock = number();
            if (vmsInBlock < 0) { // Avro's other form of a block: a negative count, then its size in bytes
                vmsInBlock = -vmsInBlock;
                skipNumber();
            }
            if (vmsInBlock == 0) {
                afterVms();
                return false;
            }
        }
        vmsInBlock--;
        vmLength = length();
        vmFrom = at;
        at += vmLength;
        vmState = (int) number();
        vmDemandMillicores = number();
        vmUsedMillicores = number();
        vmMemoryBytes = number();
        vmDirtyBytesPerSecond = number();
        skipNumber(); // blockBytesPerSecond
        skipNumber(); // netBytesPerSecond
        return true;
    }

    private void afterVms() {
        if (isToday(value)) {
            skipText(); // cpuModel
            skipNumber(); // migrationBytesPerSecond
        }
    }

    boolean atEnd() {
        return at == value.length;
    }

    byte[] bytes() {
        return value;
    }

    private int length() {
        long length = number();
        if (length < 0 || length > value.length - at) {
            throw new IndexOutOfBoundsException("a text of " + length + " bytes at " + at);
        }
        return (int) length;
    }

    private void skipText() {
        int length = length(); // moves the cursor itself, so not within the sum
        at += length;
    }

    private void skipNumber() {
        while (value[at++] < 0) {
            // the high bit says that the number goes on
        }
    }

    private long number() {
        byte next = value[at++];
        long raw = next & 0x7F;
        for (int shift = 7; next < 0; shift += 7) {
            next = value[at++];
            raw |= (long) (next & 0x7F) << shift;
        }
        return (raw >>> 1) ^ -(raw & 1);
    }
}
