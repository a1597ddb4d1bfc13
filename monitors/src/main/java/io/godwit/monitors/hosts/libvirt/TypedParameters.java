package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Pointer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads libvirt's arrays of named values. Offsets are those of 64-bit machines. */
final class TypedParameters {
    private static final int NAME_BYTES = 80;
    private static final int TYPED_BYTES = 96;
    private static final int TYPED_VALUE = 88;
    private static final int NODE_STATS_BYTES = 88;

    private TypedParameters() {}

    /** virTypedParameter[]: whole numbers by name; texts and fractions, which nobody here asks for, are left out. */
    static Map<String, Long> numbers(Pointer array, int count) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            long at = (long) TYPED_BYTES * i;
            String name = array.getString(at);
            switch (array.getInt(at + NAME_BYTES)) {
                case 1 -> numbers.put(name, (long) array.getInt(at + TYPED_VALUE));
                case 2 -> numbers.put(name, Integer.toUnsignedLong(array.getInt(at + TYPED_VALUE)));
                case 3, 4 -> numbers.put(name, array.getLong(at + TYPED_VALUE));
                default -> {} // 5 double, 6 boolean, 7 text
            }
        }
        return numbers;
    }

    /** virNodeCPUStats[] and virNodeMemoryStats[], which have one shape. */
    static Map<String, Long> nodeStats(Pointer array, int count) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            long at = (long) NODE_STATS_BYTES * i;
            numbers.put(array.getString(at), array.getLong(at + NAME_BYTES));
        }
        return numbers;
    }

    /** Bytes that count entries of node statistics take. */
    static long nodeStatsBytes(int count) {
        return (long) NODE_STATS_BYTES * count;
    }
}
