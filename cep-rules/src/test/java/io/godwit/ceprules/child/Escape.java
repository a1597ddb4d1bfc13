package io.godwit.ceprules.child;

import io.godwit.ceprules.ConfinePolicy;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Code that came to run in a JVM of rules and tries to get out, from a thread that was there before the JVM confined itself and
 * from a new one; tells what it got, a line each.
 */
final class Escape {
    private final Path folder;
    private final int port;
    private final long pid;

    private Escape(Path folder, int port, long pid) {
        this.folder = folder;
        this.port = port;
        this.pid = pid;
    }

    /** What is tried; done where it returns. */
    private interface Attempt {
        void run() throws Throwable;
    }

    /** @param arguments how it is to confine itself, a folder that it could write to, a port that listens, a process */
    public static void main(String[] arguments) throws Exception {
        Escape escape = new Escape(Path.of(arguments[1]), Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]));
        try (ExecutorService before = Executors.newSingleThreadExecutor();
                ExecutorService after = Executors.newSingleThreadExecutor()) {
            before.submit(() -> {}).get();
            System.out.println("unconfined "
                    + Confinement.confine(ConfinePolicy.valueOf(arguments[0])).orElse("nothing to tell"));
            escape.tell("old thread", before);
            escape.tell("new thread", after);
        }
        try (InputStream text = Escape.class.getResourceAsStream("/rules/overload.epl")) {
            System.out.println("resource " + (text != null && text.read() >= 0));
        }
        System.out.println("processors " + (Runtime.getRuntime().availableProcessors() > 0));
    }

    private void tell(String who, ExecutorService thread) throws Exception {
        Callable<Map<String, Boolean>> all = this::attempts;
        thread.submit(all).get().forEach((what, done) -> System.out.println(who + " " + what + " " + done));
    }

    private Map<String, Boolean> attempts() {
        Map<String, Boolean> got = new LinkedHashMap<>();
        attempt(got, "reads a file", () -> Files.readString(Path.of("/etc/passwd")));
        attempt(
                got,
                "reads its memory as a file",
                () -> Files.newInputStream(Path.of("/proc/self/mem")).close());
        attempt(got, "lists a folder", () -> {
            try (Stream<Path> listed = Files.list(Path.of("/"))) {
                listed.forEach(_ -> {});
            }
        });
        attempt(got, "asks whether a file exists", () -> Files.size(Path.of("/etc/passwd")));
        attempt(got, "reads a link", () -> Files.readSymbolicLink(Path.of("/proc/self/exe")));
        Path made = folder.resolve("made");
        attempt(got, "makes a file", () -> Files.createFile(made));
        attempt(got, "makes a folder", () -> Files.createDirectory(folder.resolve("made-folder")));
        attempt(got, "makes a link", () -> Files.createSymbolicLink(folder.resolve("made-link"), made));
        Path given = folder.resolve("given");
        attempt(
                got,
                "changes who may read",
                () -> Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rwxr-xr-x")));
        attempt(got, "moves a file", () -> {
            Files.move(given, folder.resolve("moved"));
            Files.move(folder.resolve("moved"), given);
        });
        attempt(got, "connects", () -> new Socket(InetAddress.getLoopbackAddress(), port).close());
        attempt(got, "listens", () -> new ServerSocket(0).close());
        attempt(
                got,
                "starts a process",
                () -> new ProcessBuilder("true").start().waitFor());
        Path[] own = {made, folder.resolve("made-folder"), folder.resolve("made-link")};
        attempt(got, "deletes a file", () -> {
            for (Path one : own) {
                Files.delete(one);
            }
        });
        bySystemCall(got);
        return got;
    }

    /** As code in another language would, with arguments that a kernel without a filter takes from anybody. */
    private void bySystemCall(Map<String, Boolean> got) {
        boolean x86 = System.getProperty("os.arch").equals("amd64");
        attempt(got, "signals a process", () -> call(x86 ? 62 : 129, pid, 0, 0, 0));
        attempt(got, "signals a thread of another process", () -> call(x86 ? 234 : 131, pid, pid, 0, 0));
        attempt(got, "names a process", () -> call(434, pid, 0, 0, 0));
        attempt(got, "reads another process' limits", () -> call(x86 ? 302 : 261, pid, 0, 0, 0));
        attempt(got, "leaves its groups of resources", () -> call(x86 ? 272 : 97, 0, 0, 0, 0));
        attempt(got, "makes a socket", () -> call(x86 ? 41 : 198, 1, 1, 0, 0));
        attempt(got, "watches files", () -> call(x86 ? 294 : 26, 0, 0, 0, 0));
        attempt(got, "has signals sent to a process", () -> call(x86 ? 72 : 25, 0, 8, pid, 0));
        attempt(got, "sets how it is dumped", () -> call(x86 ? 157 : 167, 4, 1, 0, 0));
    }

    private static void attempt(Map<String, Boolean> got, String what, Attempt attempt) {
        try {
            attempt.run();
            got.put(what, true);
        } catch (Throwable refused) {
            got.put(what, false);
        }
    }

    @SuppressWarnings("restricted") // the JVM is started with leave to do so
    private static void call(long number, long one, long two, long three, long four) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle call = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
        long result = (long) call.invokeExact(number, one, two, three, four);
        if (result < 0) {
            throw new IOException("refused");
        }
    }
}
