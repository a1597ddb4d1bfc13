package io.godwit.ceprules.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.child.SeccompFilter.Machine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel would answer, of both machines, by a reading of the program as the kernel reads it. */
final class SeccompFilterTest {
    private static final int X86_64 = 0xC000003E;
    private static final int AARCH64 = 0xC00000B7;
    private static final int I386 = 0x40000003;
    private static final int PID = 4711;
    private static final int ALLOW = 0x7FFF0000;
    private static final int KILL = 0x80000000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;

    private static int answer(Machine machine, int asked, int number, long... arguments) {
        ByteBuffer call = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        call.putInt(0, number).putInt(4, asked);
        for (int i = 0; i < arguments.length; i++) {
            call.putLong(16 + 8 * i, arguments[i]);
        }
        ByteBuffer program = ByteBuffer.wrap(SeccompFilter.of(machine, PID)).order(ByteOrder.nativeOrder());
        int accumulator = 0;
        while (true) {
            int code = program.getShort();
            int ifTrue = Byte.toUnsignedInt(program.get());
            int ifFalse = Byte.toUnsignedInt(program.get());
            int value = program.getInt();
            switch (code) {
                case 0x20 -> accumulator = call.getInt(value);
                case 0x54 -> accumulator &= value;
                case 0x15 -> program.position(program.position() + 8 * (accumulator == value ? ifTrue : ifFalse));
                case 0x25 ->
                    program.position(program.position()
                            + 8 * (Integer.compareUnsigned(accumulator, value) > 0 ? ifTrue : ifFalse));
                case 0x06 -> {
                    return value;
                }
                default -> throw new AssertionError("instruction " + code);
            }
        }
    }

    private static int judge(Machine machine, int onX86, int onArm, long... arguments) {
        return machine == Machine.X86_64
                ? answer(machine, X86_64, onX86, arguments)
                : answer(machine, AARCH64, onArm, arguments);
    }

    @ParameterizedTest
    @EnumSource
    void open_descriptors_memory_and_threads_are_left_and_the_rest_is_refused(Machine machine) {
        assertEquals(ALLOW, judge(machine, 0, 63), "read");
        assertEquals(ALLOW, judge(machine, 202, 98), "futex");
        assertEquals(EPERM, judge(machine, 257, 56), "openat");
        assertEquals(EPERM, judge(machine, 41, 198), "socket");
        assertEquals(EPERM, judge(machine, 59, 221), "execve");
        assertEquals(EPERM, judge(machine, 425, 425), "io_uring_setup");
        assertEquals(EPERM, judge(machine, 319, 279), "memfd_create");
    }

    @ParameterizedTest
    @EnumSource
    void what_is_younger_is_unknown_and_so_is_a_clone_that_cannot_be_judged(Machine machine) {
        assertEquals(ENOSYS, judge(machine, 435, 435));
        assertEquals(ENOSYS, judge(machine, 470, 470));
        assertEquals(ENOSYS, judge(machine, 0x40000000, 0x40000000), "read of x32");
        assertEquals(ENOSYS, judge(machine, -1, -1));
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_another_machine_are_deadly(Machine machine) {
        assertEquals(KILL, answer(machine, I386, 3));
        assertEquals(KILL, answer(machine, machine == Machine.X86_64 ? AARCH64 : X86_64, 0));
    }

    @ParameterizedTest
    @EnumSource
    void clone_makes_threads_and_nothing_else(Machine machine) {
        assertEquals(ALLOW, judge(machine, 56, 220, 0x3D0F00), "a thread as libraries make it");
        assertEquals(EPERM, judge(machine, 56, 220, 0x11), "a process");
        assertEquals(EPERM, judge(machine, 56, 220, 0x3D0F00 | 0x10000000), "a user namespace");
    }

    @ParameterizedTest
    @EnumSource
    void arguments_are_looked_at(Machine machine) {
        assertEquals(ALLOW, judge(machine, 234, 131, PID, 12, 10), "a signal to a thread of its own");
        assertEquals(EPERM, judge(machine, 234, 131, PID + 1, 12, 10));
        assertEquals(ALLOW, judge(machine, 302, 261, 0, 3, 0, 0x7000_1234_5678L), "reads its limits");
        assertEquals(
                EPERM, judge(machine, 302, 261, 0, 3, 0x7000_0000_0000L), "sets them, from an address of low half 0");
        assertEquals(EPERM, judge(machine, 302, 261, 1, 3, 0));
        assertEquals(ALLOW, judge(machine, 262, 79, 5, 1, 2, 0x1000), "the size of what is open");
        assertEquals(EPERM, judge(machine, 262, 79, -100, 1, 2, 0));
        assertEquals(ALLOW, judge(machine, 28, 233, 0, 4096, 4), "memory given back");
        assertEquals(EPERM, judge(machine, 28, 233, 0, 4096, 100), "memory of the machine called broken");
        assertEquals(EPERM, judge(machine, 72, 25, 0, 8, 1), "signals of a pipe sent to a process");
    }

    @ParameterizedTest
    @EnumSource
    void the_kernel_takes_a_program_of_this_length(Machine machine) {
        assertTrue(SeccompFilter.of(machine, PID).length / 8 < 4096);
    }
}
