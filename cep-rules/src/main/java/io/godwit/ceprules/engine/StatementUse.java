package io.godwit.ceprules.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one statement of an operator's rule reads and remembers.
 *
 * @param line place of the statement in the file, from 1
 * @param properties names, in order
 * @param window how long it remembers what passed its filter; empty: it remembers nothing
 * @param overHosts whether what several hosts say is counted together, of which it sees those of one segment
 */
public record StatementUse(
        int line, String eventType, List<String> properties, Optional<Duration> window, boolean overHosts) {
    /** How many samples of one host it remembers at most, where all pass its filter. */
    public long samplesPerHost(Duration samplePeriod) {
        return window.map(reach -> reach.dividedBy(samplePeriod) + 1).orElse(0L);
    }
}
