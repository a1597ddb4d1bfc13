package io.godwit.ops.bench;

import io.godwit.ops.Godwit;
import io.godwit.ops.broker.BrokerProcess;
import io.godwit.ops.cli.Failed;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A verb of {@code godwit} as a process of its own, started from this process's class path with the flags of the launcher. */
final class VerbChild {
    private VerbChild() {}

    /**
     * What a verb that ended well said.
     *
     * @param seconds from the start of its process to its end
     */
    record Said(String out, double seconds) {}

    /** Runs a verb to its end. What it says on stderr goes to this process's. */
    static Said run(ByteSize heap, List<String> arguments) throws IOException, InterruptedException {
        return run(command(heap, arguments), arguments);
    }

    /** Runs a verb as people do, by the launcher. */
    static Said launched(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(Path.of(System.getProperty("godwit.home"), "godwit").toString());
        return run(command, arguments);
    }

    private static Said run(List<String> command, List<String> arguments) throws IOException, InterruptedException {
        long began = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new Failed("godwit " + String.join(" ", arguments) + " ended with exit code " + code);
        }
        return new Said(out, (System.nanoTime() - began) / 1e9);
    }

    /** @param heap largest heap; the launcher gives an "up" 1 GiB and the verbs of rules 2 GiB */
    static List<String> command(ByteSize heap, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx" + (heap.bytes() >> 20) + "m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.godwit.schemas"));
        command.addAll(BrokerProcess.compilerOptions());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Godwit.class.getName()));
        command.addAll(arguments);
        return command;
    }
}
