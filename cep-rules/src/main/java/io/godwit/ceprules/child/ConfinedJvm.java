package io.godwit.ceprules.child;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JVM that gets as little as can be had without a security manager: of the environment its language alone, an empty folder
 * to work in, no descriptors but three pipes, no way to write a file, of the JDK the modules that it needs and of our class
 * path the jars that it needs. Its main class takes the rest away, {@link Confinement}, before the first rule is read.
 */
final class ConfinedJvm implements AutoCloseable {
    /** What Esper, Avro and the reading of CPU and memory need of the JDK. */
    private static final String MODULES =
            "java.base,java.desktop,java.instrument,java.logging,java.management,java.naming,java.sql,java.xml,jdk.management,jdk.unsupported";

    private static final Path OURS = Path.of("java");
    private static final Set<String> ENVIRONMENT = Set.of("LANG", "LC_ALL", "LC_CTYPE", "TZ");

    /** Ctrl-C reaches every process of a terminal; whether the child ends is its starter's to say. */
    private static final String SHELL = "trap '' INT; ulimit -c 0; ulimit -f 0; exec \"$@\"";

    /** Of each jar that the child needs, a class in it. */
    static final List<String> RUNNING = List.of(
            "io.godwit.ceprules.child.OperatorsMain",
            "io.godwit.schemas.log.LogRecord",
            "org.apache.avro.specific.SpecificRecord",
            "com.fasterxml.jackson.core.JsonFactory",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.annotation.JsonInclude",
            "org.slf4j.LoggerFactory",
            "com.espertech.esper.common.client.EPCompiled",
            "com.espertech.esper.runtime.client.EPRuntimeProvider");

    private static final List<String> COMPILING = List.of(
            "com.espertech.esper.compiler.client.EPCompilerProvider",
            "org.antlr.v4.runtime.Parser",
            "org.codehaus.janino.SimpleCompiler",
            "org.codehaus.commons.compiler.CompileException");

    private static final Logger LOG = LoggerFactory.getLogger(ConfinedJvm.class);

    private final Process process;
    private final Path folder;
    private final String name;

    /** What a child is for. */
    enum What {
        RUNS_RULES(OperatorsMain.class),
        ADMITS_RULES(AdmissionMain.class);

        private final Class<?> main;

        What(Class<?> main) {
            this.main = main;
        }
    }

    private ConfinedJvm(Process process, Path folder, String name) {
        this.process = process;
        this.folder = folder;
        this.name = name;
    }

    /**
     * @param java what starts it; the path java for the JVM that runs this process
     * @param policy is told to its main class
     */
    static ConfinedJvm start(What what, Path java, ConfinePolicy policy, ByteSize heap) throws IOException {
        List<String> needed = new ArrayList<>(RUNNING);
        if (what == What.ADMITS_RULES) {
            needed.addAll(COMPILING);
        }
        return start(what.main, needed, java, heap, policy.name());
    }

    /** @param needed of each jar that is on the class path, a class in it */
    static ConfinedJvm start(Class<?> main, List<String> needed, Path java, ByteSize heap, String... arguments)
            throws IOException {
        Path starts = java.equals(OURS) ? ChildJvm.java() : java.toAbsolutePath();
        if (!Files.isExecutable(starts)) { // the shell's own words would reach nobody
            throw new IOException(starts + " is no file that can be executed");
        }
        Path folder = Files.createTempDirectory("godwit-rules");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "godwit-rules", starts.toString()));
        command.addAll(ChildJvm.options(heap));
        command.addAll(List.of(
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + folder,
                "-Duser.home=" + folder,
                "-Dslf4j.internal.verbosity=ERROR", // that nobody logs there is meant
                "--enable-native-access=ALL-UNNAMED", // for the system calls by which it confines itself
                "--limit-modules",
                MODULES,
                "-cp",
                ClassPath.of(needed),
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().retainAll(ENVIRONMENT);
        try {
            ConfinedJvm jvm = new ConfinedJvm(builder.start(), folder, "operators-" + main.getSimpleName());
            Thread.ofPlatform().daemon().name(jvm.name + "-stderr").start(jvm::passOn);
            return jvm;
        } catch (IOException failed) {
            delete(folder);
            throw failed;
        }
    }

    /** A file that our standard error goes to is none of the child's, and it could not write there. */
    private void passOn() {
        try (InputStream words = process.getErrorStream()) {
            words.transferTo(System.err);
        } catch (IOException gone) {
            // its last words were said
        }
    }

    Process process() {
        return process;
    }

    String name() {
        return name;
    }

    @Override
    public void close() {
        ChildJvm.kill(process);
        delete(folder);
    }

    private static void delete(Path folder) {
        try {
            Files.deleteIfExists(folder); // nothing can be written there
        } catch (IOException kept) {
            LOG.atDebug().setCause(kept).log("an empty folder stays behind");
        }
    }
}
