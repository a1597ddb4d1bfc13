package io.godwit.schemas.state;

import java.util.Arrays;

/** The VMs of one host as its newest sample lists them, column by column. */
final class VmColumns {
    int size;
    int[] number = new int[8];
    byte[] state = new byte[8];
    long[] demandMillicores = new long[8];
    long[] usedMillicores = new long[8];
    long[] memoryBytes = new long[8];
    long[] dirtyBytesPerSecond = new long[8];

    /** Makes room for one more and returns its index. */
    int add() {
        if (size == number.length) {
            int capacity = size * 2;
            number = Arrays.copyOf(number, capacity);
            state = Arrays.copyOf(state, capacity);
            demandMillicores = Arrays.copyOf(demandMillicores, capacity);
            usedMillicores = Arrays.copyOf(usedMillicores, capacity);
            memoryBytes = Arrays.copyOf(memoryBytes, capacity);
            dirtyBytesPerSecond = Arrays.copyOf(dirtyBytesPerSecond, capacity);
        }
        return size++;
    }

    int indexOf(int vm) {
        for (int index = 0; index < size; index++) {
            if (number[index] == vm) {
                return index;
            }
        }
        return -1;
    }

    void remove(int index) {
        int after = size - index - 1;
        System.arraycopy(number, index + 1, number, index, after);
        System.arraycopy(state, index + 1, state, index, after);
        System.arraycopy(demandMillicores, index + 1, demandMillicores, index, after);
        System.arraycopy(usedMillicores, index + 1, usedMillicores, index, after);
        System.arraycopy(memoryBytes, index + 1, memoryBytes, index, after);
        System.arraycopy(dirtyBytesPerSecond, index + 1, dirtyBytesPerSecond, index, after);
        size--;
    }
}
