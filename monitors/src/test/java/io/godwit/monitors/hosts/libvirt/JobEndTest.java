package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class JobEndTest {
    @Test
    void figures_are_told_in_words_and_those_that_libvirt_does_not_tell_are_left_out() {
        JobEnd end = JobEnd.of(
                Map.of("operation", 5L, "time_elapsed", 1203L, "downtime", 16L, "data_processed", 78L, "success", 1L));
        assertEquals("migration out, 1203 ms, downtime 16 ms, 78 bytes", end.words());
        assertTrue(end.migrationOut() && end.succeeded());
        assertEquals(-1, end.memoryBytes());
    }

    @Test
    void a_failed_job_says_so_and_one_of_a_kind_that_is_younger_than_this_build_is_told_as_the_last_known() {
        JobEnd failed = JobEnd.of(Map.of("operation", 2L, "success", 0L));
        assertEquals("save failed", failed.words());
        assertFalse(failed.migrationOut());
        assertEquals("backup", JobEnd.of(Map.of("operation", 99L)).words());
    }
}
