package io.godwit.ceprules.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What code gets that came to run in a JVM of rules: not what its starter has. */
final class ConfinedJvmTest {
    private static final ByteSize HEAP = ByteSize.ofMebibytes(64);
    private static final Path OURS = Path.of("java");

    @TempDir
    private Path folder;

    @Test
    void it_has_no_environment_writes_no_file_and_finds_no_class_but_what_it_needs() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "of its starter");
        List<String> needed = new ArrayList<>(ConfinedJvm.RUNNING);
        needed.add(Trespass.class.getName());
        List<String> told;
        try (InputStream open = Files.newInputStream(secret);
                ConfinedJvm jvm = ConfinedJvm.start(Trespass.class, needed, OURS, HEAP)) {
            told = new String(jvm.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertEquals(0, jvm.process().waitFor(), told::toString);
            assertTrue(open.read() >= 0, "it was open meanwhile");
        }
        assertTrue(System.getenv().containsKey("PATH"), "there was something to inherit");
        String environment = told.getFirst();
        assertFalse(environment.contains("PATH") || environment.contains("HOME"), environment);
        assertEquals(
                List.of(
                        "write nothing",
                        "write nothing",
                        "write nothing",
                        "folder holds 0",
                        "class java.net.http.HttpClient false",
                        "class javax.tools.ToolProvider false",
                        "class com.sun.tools.attach.VirtualMachine false",
                        "class jdk.jshell.JShell false",
                        "class org.apache.kafka.clients.producer.KafkaProducer false",
                        "class com.espertech.esper.compiler.client.EPCompilerProvider false",
                        "descriptors {pipe=3}"),
                told.subList(1, told.size()));
    }

    @Test
    void its_folder_is_gone_when_it_has_ended() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path worked;
        try (ConfinedJvm jvm = ConfinedJvm.start(ConfinedJvm.What.RUNS_RULES, OURS, ConfinePolicy.REQUIRED, HEAP)) {
            worked = Path.of(jvm.process().info().arguments().stream()
                    .flatMap(Stream::of)
                    .filter(argument -> argument.startsWith("-Djava.io.tmpdir="))
                    .map(argument -> argument.substring(argument.indexOf('=') + 1))
                    .findFirst()
                    .orElseThrow());
            assertTrue(Files.isDirectory(worked));
            assertEquals(temporary.toRealPath(), worked.getParent().toRealPath());
        }
        assertFalse(Files.exists(worked));
    }

    @Test
    void a_java_that_does_not_exist_is_told_by_its_path() {
        Path nowhere = folder.resolve("no-java");
        IOException told = assertThrows(
                IOException.class,
                () -> ConfinedJvm.start(ConfinedJvm.What.RUNS_RULES, nowhere, ConfinePolicy.OFF, HEAP));
        assertTrue(told.getMessage().contains(nowhere + " is no file that can be executed"), told.getMessage());
    }
}
