package io.godwit.schedulers.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MigrationTimeTest {
    private static final long GIB = 1L << 30;
    private static final long GIGABIT = 125_000_000;

    @Test
    void memory_that_nobody_writes_takes_its_size_over_the_slower_link() {
        assertEquals(8590, MigrationTime.millis(GIB, 0, GIGABIT, 10 * GIGABIT));
        assertEquals(8590, MigrationTime.millis(GIB, 0, 10 * GIGABIT, GIGABIT));
    }

    @Test
    void writing_half_as_fast_as_the_link_sends_doubles_the_time() {
        assertEquals(17180, MigrationTime.millis(GIB, GIGABIT / 2, GIGABIT, GIGABIT));
    }

    @Test
    void an_unknown_dirty_rate_counts_as_thirty_percent() {
        assertEquals(
                MigrationTime.millis(GIB, GIGABIT * 3 / 10, GIGABIT, GIGABIT),
                MigrationTime.millis(GIB, -1, GIGABIT, GIGABIT));
    }

    @Test
    void a_vm_that_never_converges_counts_as_ten_times_its_memory() {
        assertEquals(85900, MigrationTime.millis(GIB, 2 * GIGABIT, GIGABIT, GIGABIT));
    }

    @Test
    void a_vm_without_memory_takes_a_millisecond() {
        assertEquals(1, MigrationTime.millis(0, 0, GIGABIT, GIGABIT));
    }
}
