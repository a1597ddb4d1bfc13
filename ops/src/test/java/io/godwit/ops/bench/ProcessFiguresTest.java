package io.godwit.ops.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ProcessFiguresTest {
    @Test
    void cpu_time_is_found_behind_a_name_that_looks_like_fields() {
        String stat = "4711 (pool-1) (x 9) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 33 0";
        assertEquals(2.0, ProcessFigures.cpuSeconds(stat), 1e-9);
    }
}
