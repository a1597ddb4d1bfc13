package io.godwit.executors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotLockTest {
    @TempDir
    private Path directory;

    @Test
    void a_slot_has_one_holder_at_a_time_and_the_second_is_told_which_file() {
        try (SlotLock first = SlotLock.take(directory, "s", "executor-1")) {
            IllegalStateException told =
                    assertThrows(IllegalStateException.class, () -> SlotLock.take(directory, "s", "executor-1"));
            assertTrue(told.getMessage().contains("slot executor-1 of site s is held"), told.getMessage());
            try (SlotLock other = SlotLock.take(directory, "s", "executor-2")) {
                assertNotEquals(first.id(), other.id());
            }
        }
    }

    @Test
    void whoever_takes_the_slot_again_finds_the_same_id_and_an_emptied_directory_has_another() throws Exception {
        String id;
        try (SlotLock first = SlotLock.take(directory, "s", "executor-1")) {
            id = first.id();
        }
        try (SlotLock second = SlotLock.take(directory, "s", "executor-1")) {
            assertEquals(id, second.id());
        }
        Files.delete(directory.resolve("s.executor-1.lock"));
        try (SlotLock third = SlotLock.take(directory, "s", "executor-1")) {
            assertNotEquals(id, third.id());
        }
    }
}
