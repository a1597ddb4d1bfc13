package io.godwit.ceprules.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    @Test
    void where_it_cannot_confine_itself_rules_run_and_that_is_told_or_they_do_not_run() throws IOException {
        Path launcher = Files.writeString(
                folder.resolve("java"), "#!/bin/sh\nexec '" + ChildJvm.java() + "' -Dos.arch=riscv64 \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
        RuleVersion rule =
                new RuleVersion("any", 1, "// name: any\nselect hostId from HostLoss(reason = 'any')", false);

        OperatorsConfig possible = config(launcher, ConfinePolicy.WHERE_POSSIBLE);
        try (OperatorsProcess process = new OperatorsProcess(possible, () -> {});
                Admissions admissions = new Admissions(possible, () -> {})) {
            assertEquals(Optional.empty(), process.tryStart());
            admissions.await(rule);
            assertEquals(process.unconfined(), admissions.unconfined());
            String told = process.unconfined().orElseThrow();
            assertTrue(told.contains("no system call filter is known for riscv64"), told);
            assertTrue(told.contains("cep.operators.confine: off"), told);
        }

        OperatorsConfig required = config(launcher, ConfinePolicy.REQUIRED);
        try (OperatorsProcess process = new OperatorsProcess(required, () -> {});
                Admissions admissions = new Admissions(required, () -> {})) {
            String told = process.tryStart().orElseThrow();
            assertTrue(told.contains("cep.operators.confine is required"), told);
            assertEquals(Optional.empty(), process.pid(), "it has ended");
            RuleVersion other = new RuleVersion("any", 2, rule.text() + " // not admitted before", false);
            assertThrows(OperatorsGone.class, () -> admissions.await(other));
        }

        try (OperatorsProcess process = new OperatorsProcess(config(launcher, ConfinePolicy.OFF), () -> {})) {
            assertEquals(Optional.empty(), process.tryStart());
            assertEquals(Optional.empty(), process.unconfined(), "nobody asked for it");
        }
    }

    private static OperatorsConfig config(Path java, ConfinePolicy confine) {
        OperatorsConfig usual = OperatorsConfig.DEFAULTS;
        return new OperatorsConfig(
                usual.heap(),
                usual.cpuPercent(),
                usual.batchCpu(),
                usual.rowsPerSecond(),
                usual.state(),
                usual.compileCpu(),
                usual.tryAgain(),
                java,
                confine);
    }

    private static List<String> ending(List<String> told, String with) {
        return told.stream().filter(line -> line.endsWith(" " + with)).toList();
    }
}
