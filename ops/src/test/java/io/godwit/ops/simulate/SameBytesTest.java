package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.ops.Godwit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same options give the same bytes: of the result, what was measured apart, and of the log. */
final class SameBytesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> RUN = List.of(
            "--hosts",
            "24",
            "--mu",
            "76",
            "--duration",
            "120s",
            "--headroom",
            "5",
            "--delay",
            "50ms",
            "--doubling",
            "5",
            "--kill-schedulers",
            "30s");

    @TempDir
    private Path folder;

    @Test
    void two_runs_in_one_jvm_and_one_in_another_are_the_same_to_the_byte() throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Path third = folder.resolve("third");
        String result = told(recorded(RUN, first));
        assertTrue(JSON.readTree(result).get("solves").asInt() > 0, "a run without decisions would show nothing");
        assertEquals(result, told(recorded(RUN, second)));
        assertEquals(result, elsewhere(recorded(RUN, third)));
        assertEquals(bytes(first), bytes(second));
        assertEquals(bytes(first), bytes(third));
    }

    @Test
    void a_run_that_is_recorded_comes_to_the_same_as_one_that_is_not() throws Exception {
        assertEquals(told(RUN), told(recorded(RUN, folder.resolve("log"))));
    }

    @Test
    void another_seed_gives_another_run() throws Exception {
        List<String> other = new ArrayList<>(RUN);
        other.addAll(List.of("--seed", "24"));
        assertNotEquals(told(RUN), told(other));
    }

    private static List<String> recorded(List<String> run, Path log) {
        List<String> options = new ArrayList<>(run);
        options.addAll(List.of("--record", log.toString()));
        return options;
    }

    private static String told(List<String> options) throws IOException {
        return withoutMeasured(JSON.writeValueAsString(SimulateCommand.result(options)));
    }

    private String elsewhere(List<String> options) throws IOException, InterruptedException {
        Path out = folder.resolve("out.json");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Godwit.class.getName(),
                "simulate",
                "-o",
                "json"));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err.txt").toFile())
                .start();
        try {
            assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the other JVM did not end");
            assertEquals(0, process.exitValue(), () -> text(folder.resolve("err.txt")));
        } finally {
            process.destroyForcibly();
        }
        return withoutMeasured(Files.readString(out));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            return failed.toString();
        }
    }

    private static String withoutMeasured(String json) throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(json);
        assertTrue(tree.remove("measured") != null, json);
        return JSON.writeValueAsString(tree);
    }

    /** Bytes of each file of a log, by its name. */
    private static SortedMap<String, String> bytes(Path log) throws IOException {
        SortedMap<String, String> bytes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(log)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes.put(log.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        assertTrue(!bytes.isEmpty(), "nothing was recorded");
        return bytes;
    }
}
