package io.godwit.ceprules.child;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program by which the kernel judges each system call of a JVM of rules: it lets {@link SystemCall} pass and answers
 * EPERM to all others. Calls that are younger than this list get ENOSYS, as from a kernel that does not have them yet, and so
 * does clone3, whose flags a filter cannot see: libraries then take the older way. Pure.
 */
final class SeccompFilter {
    /** What a program begins with: for which machine the number of a call is meant. */
    enum Machine {
        X86_64(0xC000003E, 317, 257),
        AARCH64(0xC00000B7, 277, 56);

        private final int audit;

        // numbers of calls that a JVM makes before it is confined
        final int seccomp;
        final int openat;

        Machine(int audit, int seccomp, int openat) {
            this.audit = audit;
            this.seccomp = seccomp;
            this.openat = openat;
        }

        /** @param name as the property os.arch has it */
        static Optional<Machine> of(String name) {
            return switch (name) {
                case "amd64" -> Optional.of(X86_64);
                case "aarch64" -> Optional.of(AARCH64);
                default -> Optional.empty();
            };
        }

        int number(SystemCall call) {
            return this == X86_64 ? call.onX86() : call.onArm();
        }
    }

    /** The same on both machines, as of all calls since. */
    private static final int CLONE3 = 435;

    /** The last call of Linux 6.18; x32 calls have numbers above it. */
    private static final int YOUNGEST = 469;

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    // what a program returns
    private static final int KILL_PROCESS = 0x80000000;
    private static final int ERRNO = 0x00050000;
    private static final int ALLOW = 0x7FFF0000;

    // its instructions
    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_GREATER = 0x25;
    private static final int RETURN = 0x06;

    // where the kernel puts what they look at
    private static final int NUMBER_AT = 0;
    private static final int MACHINE_AT = 4;
    private static final int ARGUMENTS_AT = 16;

    private record Instruction(int code, int ifTrue, int ifFalse, int value) {}

    private final List<Instruction> program = new ArrayList<>();

    private SeccompFilter() {}

    /**
     * A program as the kernel reads it, eight bytes for each instruction.
     *
     * @param pid of the process that it is for
     */
    static byte[] of(Machine machine, int pid) {
        SeccompFilter filter = new SeccompFilter();
        filter.add(LOAD, MACHINE_AT);
        filter.add(IF_EQUAL, 1, 0, machine.audit);
        filter.add(RETURN, KILL_PROCESS); // calls by the numbers of another machine
        filter.add(LOAD, NUMBER_AT);
        for (SystemCall call : SystemCall.values()) {
            if (machine.number(call) != SystemCall.Only.ABSENT) {
                filter.allow(machine.number(call), call.only(), pid);
            }
        }
        filter.add(IF_EQUAL, 1, 0, CLONE3);
        filter.add(IF_GREATER, 0, 1, YOUNGEST);
        filter.add(RETURN, ERRNO | ENOSYS);
        filter.add(RETURN, ERRNO | EPERM);
        return filter.bytes();
    }

    private void allow(int number, List<SystemCall.Only> conditions, int pid) {
        List<Instruction> whenCalled = new ArrayList<>();
        for (SystemCall.Only only : conditions) {
            whenCalled.add(new Instruction(LOAD, 0, 0, ARGUMENTS_AT + 4 * only.word()));
            whenCalled.add(new Instruction(AND, 0, 0, only.mask()));
            int left = only.values().size();
            for (int value : only.values()) {
                whenCalled.add(new Instruction(IF_EQUAL, left, 0, value == SystemCall.Only.THIS_PROCESS ? pid : value));
                left--;
            }
            whenCalled.add(new Instruction(RETURN, 0, 0, ERRNO | EPERM));
        }
        whenCalled.add(new Instruction(RETURN, 0, 0, ALLOW));
        add(IF_EQUAL, 0, whenCalled.size(), number);
        program.addAll(whenCalled);
    }

    private void add(int code, int value) {
        add(code, 0, 0, value);
    }

    private void add(int code, int ifTrue, int ifFalse, int value) {
        program.add(new Instruction(code, ifTrue, ifFalse, value));
    }

    private byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(8 * program.size()).order(ByteOrder.nativeOrder());
        for (Instruction one : program) {
            bytes.putShort((short) one.code())
                    .put((byte) one.ifTrue())
                    .put((byte) one.ifFalse())
                    .putInt(one.value());
        }
        return bytes.array();
    }
}
