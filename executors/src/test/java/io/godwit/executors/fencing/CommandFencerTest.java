package io.godwit.executors.fencing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.migration.MoveEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real command, in the manner of the fence-agents: its status off is the proof, and nothing else is. */
class CommandFencerTest {
    private static final HostAddress HOST = new HostAddress("id-3", "rennes/r1/h3", 0, "qemu+ssh://h3/system");

    @TempDir
    Path folder;

    private MoveEnd fence(String script, Duration timeout) throws Exception {
        try (CommandFencer fencer = new CommandFencer(List.of(script(script).toString()), timeout)) {
            return fencer.fence(HOST, () -> true).get(60, TimeUnit.SECONDS);
        }
    }

    private Path script(String text) throws IOException {
        Path file = folder.resolve("fence");
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file;
    }

    @Test
    void a_host_whose_status_is_off_afterwards_is_proven_to_be_down_and_the_command_is_told_which_host()
            throws Exception {
        Path told = folder.resolve("told");
        MoveEnd end = fence(
                "input=$(cat); echo \"$input\" >> " + told
                        + "; case \"$input\" in *action=status*) exit 2;; esac; exit 0",
                Duration.ofSeconds(30));

        assertEquals(MoveEnd.Kind.MOVED, end.kind(), end::toString);
        assertTrue(end.detail().endsWith("says that rennes/r1/h3 is off"), end::detail);
        assertEquals(
                List.of("action=off", "plug=h3", "port=h3", "host_id=id-3", "label=rennes/r1/h3"),
                Files.readAllLines(told).subList(0, 5));
    }

    @Test
    void a_command_that_says_it_is_done_proves_nothing_while_the_status_is_on() throws Exception {
        MoveEnd end = fence("cat > /dev/null; exit 0", Duration.ofSeconds(30));

        assertEquals(MoveEnd.Kind.FAILED, end.kind());
        assertTrue(end.detail().contains("gives no proof that rennes/r1/h3 is off"), end::detail);
    }

    @Test
    void one_that_fails_or_hangs_or_is_not_there_proves_nothing_and_says_why() throws Exception {
        assertTrue(fence("echo no route to BMC >&2; exit 1", Duration.ofSeconds(30))
                .detail()
                .contains("status 1: no route to BMC"));
        assertTrue(fence("sleep 600", Duration.ofMillis(300)).detail().contains("no answer within 300 ms"));
        try (CommandFencer fencer = new CommandFencer(List.of("/no/such/fence"), Duration.ofSeconds(1))) {
            MoveEnd end = fencer.fence(HOST, () -> true).get(60, TimeUnit.SECONDS);
            assertEquals(MoveEnd.Kind.FAILED, end.kind());
            assertTrue(end.detail().contains("/no/such/fence"), end::detail);
        }
    }

    @Test
    void what_is_no_longer_permitted_is_not_run() throws Exception {
        Path ran = folder.resolve("ran");
        try (CommandFencer fencer =
                new CommandFencer(List.of(script("touch " + ran).toString()), Duration.ofSeconds(5))) {
            MoveEnd end = fencer.fence(HOST, () -> false).get(60, TimeUnit.SECONDS);
            assertEquals(MoveEnd.Kind.NOT_MADE, end.kind());
        }
        assertFalse(Files.exists(ran));
    }

    @Test
    void where_there_is_no_fencer_a_person_is_told_what_to_do() throws Exception {
        MoveEnd end = new NoFencer().fence(HOST, () -> true).get(1, TimeUnit.SECONDS);

        assertEquals(MoveEnd.Kind.FAILED, end.kind());
        assertTrue(end.detail().contains("godwit host confirm-down rennes/r1/h3"), end::detail);
    }
}
