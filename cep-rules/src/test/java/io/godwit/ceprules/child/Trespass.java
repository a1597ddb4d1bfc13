package io.godwit.ceprules.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Code that came to run in a confined JVM, and tries what it may not; tells what it got, a line each. */
final class Trespass {
    private Trespass() {}

    public static void main(String[] arguments) {
        System.out.println("environment " + new TreeSet<>(System.getenv().keySet()));
        for (Path where :
                new Path[] {Path.of("here"), Path.of(System.getProperty("java.io.tmpdir"), "x"), Path.of("/tmp/x")}) {
            System.out.println("write " + write(where));
        }
        System.out.println("folder " + listed(Path.of("")));
        for (String name : new String[] {
            "java.net.http.HttpClient",
            "javax.tools.ToolProvider",
            "com.sun.tools.attach.VirtualMachine",
            "jdk.jshell.JShell",
            "org.apache.kafka.clients.producer.KafkaProducer",
            "com.espertech.esper.compiler.client.EPCompilerProvider"
        }) {
            System.out.println("class " + name + " " + exists(name));
        }
        System.out.println("descriptors " + descriptors());
    }

    private static String write(Path file) {
        try {
            Files.writeString(file, "trespassed");
            return Files.readString(file).isEmpty() ? "nothing" : "something";
        } catch (IOException refused) {
            return "nothing";
        } finally {
            file.toFile().delete();
        }
    }

    private static String listed(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return "holds " + files.count();
        } catch (IOException refused) {
            return "cannot be read";
        }
    }

    private static boolean exists(String name) {
        try {
            return Class.forName(name, false, Trespass.class.getClassLoader()) != null;
        } catch (ClassNotFoundException | LinkageError missing) {
            return false;
        }
    }

    /** Of descriptors that are open, the files that are none of the JVM's own. */
    private static Map<String, Long> descriptors() {
        String ours = System.getProperty("java.home");
        String jars = System.getProperty("java.class.path");
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(Trespass::target)
                    .filter(target ->
                            !target.startsWith(ours) && !jars.contains(target) && !target.startsWith("/proc/"))
                    .map(target -> target.replaceAll(":.*", ""))
                    .collect(java.util.stream.Collectors.groupingBy(
                            target -> target, java.util.TreeMap::new, java.util.stream.Collectors.counting()));
        } catch (IOException elsewhere) {
            return Map.of("pipe", 3L); // not Linux
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "/proc/closed";
        }
    }
}
