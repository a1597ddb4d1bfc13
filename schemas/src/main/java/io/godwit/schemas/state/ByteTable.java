package io.godwit.schemas.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Ids as bytes, numbered densely from 0 in the order of their first coming. An open-addressing table over one arena of
 * bytes: no String and no object per id, because a rebuild looks up hundreds of millions of them.
 */
final class ByteTable {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] arena = new byte[1 << 12];
    private int[] starts = new int[65]; // starts[n + 1] is the end of n
    private int[] slots = new int[128]; // number + 1; 0 is free
    private int size;

    int size() {
        return size;
    }

    /** Number of the id; a new one where it was never seen. */
    int numberOf(byte[] bytes, int from, int length) {
        int mask = slots.length - 1;
        int slot = hash(bytes, from, length) & mask;
        while (slots[slot] != 0) {
            if (is(slots[slot] - 1, bytes, from, length)) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = size + 1;
        add(bytes, from, length);
        return size - 1;
    }

    /** Number of the id, or -1 where it was never seen. */
    int find(byte[] bytes) {
        int mask = slots.length - 1;
        int slot = hash(bytes, 0, bytes.length) & mask;
        while (slots[slot] != 0) {
            if (is(slots[slot] - 1, bytes, 0, bytes.length)) {
                return slots[slot] - 1;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    int numberOf(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return numberOf(bytes, 0, bytes.length);
    }

    int find(String id) {
        return find(id.getBytes(StandardCharsets.UTF_8));
    }

    boolean is(int number, byte[] bytes, int from, int length) {
        int start = starts[number];
        return starts[number + 1] - start == length
                && Arrays.equals(arena, start, start + length, bytes, from, from + length);
    }

    String text(int number) {
        return new String(arena, starts[number], starts[number + 1] - starts[number], StandardCharsets.UTF_8);
    }

    private void add(byte[] bytes, int from, int length) {
        int start = starts[size];
        if (start + length > arena.length) {
            arena = Arrays.copyOf(arena, Math.max(arena.length * 2, start + length));
        }
        System.arraycopy(bytes, from, arena, start, length);
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 2);
        }
        size++;
        starts[size] = start + length;
        if (size * 2 > slots.length) {
            rehash(slots.length * 2);
        }
    }

    private void rehash(int capacity) {
        slots = new int[capacity];
        int mask = capacity - 1;
        for (int number = 0; number < size; number++) {
            int slot = hash(arena, starts[number], starts[number + 1] - starts[number]) & mask;
            while (slots[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = number + 1;
        }
    }

    private static int hash(byte[] bytes, int from, int length) {
        long hash = length;
        int at = from;
        int end = from + length;
        for (; at + 8 <= end; at += 8) {
            hash = (hash ^ (long) LONGS.get(bytes, at)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        for (; at < end; at++) {
            hash = (hash ^ bytes[at]) * 0x9E3779B97F4A7C15L;
        }
        return (int) (hash >>> 32);
    }
}
