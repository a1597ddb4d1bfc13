package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.Pointer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads libvirt's arrays of named values, each as one block of memory. Offsets are those of 64-bit machines. */
final class TypedParameters {
    private static final int NAME_BYTES = 80;
    private static final int TYPED_BYTES = 96;
    private static final int TYPED_VALUE = 88;
    private static final int NODE_STATS_BYTES = 88;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private TypedParameters() {}

    /** Takes one named number. */
    interface Taker {
        void take(String name, long number);
    }

    /** virTypedParameter[]: whole numbers and truths (1, 0); texts and fractions, which nobody here asks for, are left out. */
    static void numbers(Pointer array, int count, Taker taker) {
        if (count <= 0) {
            return;
        }
        byte[] block = array.getByteArray(0, TYPED_BYTES * count);
        for (int at = 0; at < block.length; at += TYPED_BYTES) {
            int value = at + TYPED_VALUE;
            switch ((int) INT.get(block, at + NAME_BYTES)) {
                case 1 -> taker.take(name(block, at), (int) INT.get(block, value));
                case 2 -> taker.take(name(block, at), Integer.toUnsignedLong((int) INT.get(block, value)));
                case 3, 4 -> taker.take(name(block, at), (long) LONG.get(block, value));
                case 6 -> taker.take(name(block, at), block[value] == 0 ? 0 : 1);
                default -> {} // 5 double, 7 text
            }
        }
    }

    /** virNodeCPUStats[] and virNodeMemoryStats[], which have one shape. */
    static Map<String, Long> nodeStats(Pointer array, int count) {
        byte[] block = array.getByteArray(0, NODE_STATS_BYTES * count);
        Map<String, Long> numbers = HashMap.newHashMap(count);
        for (int at = 0; at < block.length; at += NODE_STATS_BYTES) {
            numbers.put(name(block, at), (long) LONG.get(block, at + NAME_BYTES));
        }
        return numbers;
    }

    /** Bytes that count entries of node statistics take. */
    static long nodeStatsBytes(int count) {
        return (long) NODE_STATS_BYTES * count;
    }

    private static String name(byte[] block, int at) {
        int end = at;
        while (end < at + NAME_BYTES && block[end] != 0) {
            end++;
        }
        return new String(block, at, end - at, StandardCharsets.ISO_8859_1);
    }
}
