package io.godwit.ceprules.child;

import io.godwit.ceprules.ConfinePolicy;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Takes from this JVM, for good and from all of its threads, what rules need not: from here on the kernel refuses it to open
 * files and sockets, to start processes and to reach others. Whatever runs in it then, code in other languages included, cannot
 * get that back.
 */
final class Confinement {
    private static final int NO_NEW_PRIVILEGES = 38;
    private static final int BY_FILTER = 1;
    private static final int ALL_THREADS = 1;
    private static final int HERE = -100;

    private final SeccompFilter.Machine machine;
    private final MethodHandle systemCall;
    private final StructLayout stateLayout = Linker.Option.captureStateLayout();
    private final MemorySegment state;

    @SuppressWarnings("restricted") // the JVM is started with leave to do so
    private Confinement(SeccompFilter.Machine machine, MemorySegment state) {
        this.machine = machine;
        this.state = state;
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor six = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        this.systemCall = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                six,
                Linker.Option.firstVariadicArg(1),
                Linker.Option.captureCallState("errno"));
    }

    /**
     * Confines this JVM, unless the policy is off. What it opens late is opened first.
     *
     * @return why it could not; empty: it is done, or was not asked for
     */
    static Optional<String> confine(ConfinePolicy policy) {
        if (policy == ConfinePolicy.OFF) {
            return Optional.empty();
        }
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of(
                    "it runs on " + System.getProperty("os.name") + ", and only Linux has system call filters");
        }
        String architecture = System.getProperty("os.arch");
        Optional<SeccompFilter.Machine> machine = SeccompFilter.Machine.of(architecture);
        if (machine.isEmpty()) {
            return Optional.of(
                    "no system call filter is known for " + architecture + "; there are such for amd64 and aarch64");
        }
        try (Arena arena = Arena.ofConfined()) {
            openWhatIsOpenedLate();
            return new Confinement(machine.get(), arena.allocate(Linker.Option.captureStateLayout())).install(arena);
        } catch (RuntimeException | LinkageError unable) {
            return Optional.of("it cannot be made ready for that: " + unable);
        }
    }

    /** Classes and resources are read from jars that are open, each by a way of its own. */
    private static void openWhatIsOpenedLate() {
        try {
            for (String jar : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                URL resources = URI.create("jar:" + Path.of(jar).toUri() + "!/").toURL();
                if (((JarURLConnection) resources.openConnection()).getJarFile().size() == 0) {
                    throw new IllegalStateException(jar + " is empty");
                }
            }
            Class.forName("io.godwit.NoSuchClass"); // is looked for in each jar
            throw new IllegalStateException("a class that does not exist was found");
        } catch (ClassNotFoundException expected) {
            // and so each jar is open
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        Objects.requireNonNull(UUID.randomUUID()); // the source of random numbers
        Objects.requireNonNull(ZoneId.systemDefault().getRules()); // the table of time zones
    }

    private Optional<String> install(Arena arena) {
        byte[] filter = SeccompFilter.of(machine, (int) call(machine.number(SystemCall.GETPID), 0, 0, 0, 0, 0));
        MemorySegment instructions = arena.allocate(filter.length, 8);
        instructions.copyFrom(MemorySegment.ofArray(filter));
        MemorySegment program = arena.allocate(16, 8);
        program.set(ValueLayout.JAVA_SHORT, 0, (short) (filter.length / 8));
        program.set(ValueLayout.ADDRESS, 8, instructions);
        long first = call(machine.number(SystemCall.PRCTL), NO_NEW_PRIVILEGES, 1, 0, 0, 0);
        if (first != 0) {
            return Optional.of("the kernel does not forbid it new privileges: error " + error());
        }
        long second = call(machine.seccomp, BY_FILTER, ALL_THREADS, program.address(), 0, 0);
        if (second != 0) {
            return Optional.of("the kernel takes no system call filter: "
                    + (second > 0 ? "thread " + second + " has another one" : "error " + error()));
        }
        MemorySegment root = arena.allocateFrom("/");
        return call(machine.openat, HERE, root.address(), 0, 0, 0) < 0
                ? Optional.empty()
                : Optional.of("the kernel took a system call filter and does not keep to it");
    }

    private long call(long number, long... arguments) {
        try {
            return (long) systemCall.invokeExact(
                    state, number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private int error() {
        return (int) stateLayout
                .varHandle(MemoryLayout.PathElement.groupElement("errno"))
                .get(state, 0L);
    }
}
