package io.godwit.ittests.planted.executors.migration;

import java.time.Instant;

/** Wrong: a pure package that reads the clock, and knows threads. */
public record Migration(Thread worker) {
    static Instant now() {
        return Instant.now();
    }
}
