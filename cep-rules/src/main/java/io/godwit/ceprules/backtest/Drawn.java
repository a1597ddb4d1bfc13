package io.godwit.ceprules.backtest;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * A detection that a rule drew from a log.
 *
 * @param vmId empty: of the host
 * @param offset observation on which it began
 * @param until empty: open at the end of the stretch
 */
public record Drawn(int segment, String hostId, String vmId, Instant since, long offset, Optional<Instant> until) {
    static final Comparator<Drawn> ORDER =
            Comparator.comparing(Drawn::since).thenComparing(Drawn::hostId).thenComparing(Drawn::vmId);

    String subject() {
        return hostId + "/" + vmId;
    }

    boolean overlaps(Drawn other) {
        return begunBeforeEndOf(other) && other.begunBeforeEndOf(this);
    }

    private boolean begunBeforeEndOf(Drawn other) {
        return other.until().map(since::isBefore).orElse(true);
    }
}
