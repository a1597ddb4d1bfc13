package io.godwit.ceprules.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Code that came to run in a JVM of rules gets to no file, no socket and no process, and without confinement it would. */
@EnabledOnOs(OS.LINUX)
final class ConfinementTest {
    @TempDir
    private Path folder;

    private List<String> escape(ConfinePolicy policy) throws IOException, InterruptedException {
        List<String> needed = new ArrayList<>(ConfinedJvm.RUNNING);
        needed.add(Escape.class.getName());
        Files.writeString(folder.resolve("given"), "");
        try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ConfinedJvm jvm = ConfinedJvm.start(
                        Escape.class,
                        needed,
                        Path.of("java"),
                        ByteSize.ofMebibytes(64),
                        policy.name(),
                        folder.toString(),
                        String.valueOf(listening.getLocalPort()),
                        String.valueOf(ProcessHandle.current().pid()))) {
            List<String> told = new String(jvm.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertEquals(0, jvm.process().waitFor(), told::toString);
            return told;
        }
    }

    @Test
    void what_it_could_do_from_any_thread_is_refused_once_it_is_confined() throws Exception {
        List<String> free = escape(ConfinePolicy.OFF);
        List<String> confined = escape(ConfinePolicy.REQUIRED);
        assertEquals("unconfined nothing to tell", confined.getFirst(), "this machine has system call filters");
        assertTrue(free.size() > 40, free::toString);
        assertEquals(List.of(), ending(free, "false"), "the attempts are real ones");
        assertEquals(List.of("resource true", "processors true"), ending(confined, "true"), "its jars stay open");
        assertEquals(free.size(), confined.size());
    }

    private static List<String> ending(List<String> told, String with) {
        return told.stream().filter(line -> line.endsWith(" " + with)).toList();
    }
}
