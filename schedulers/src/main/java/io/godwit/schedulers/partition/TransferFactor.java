package io.godwit.schedulers.partition;

import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.MigrationMode;
import java.time.Duration;
import java.time.Instant;

/**
 * How long moves away from a host take beside what memory, dirty rate and bandwidth say, in thousandths, learnt from their
 * outcomes. An outcome is compared with an estimate that had the factor in it, so at the right factor nothing changes any
 * more. Whole numbers, and time is log time: a replay learns the same.
 */
final class TransferFactor {
    static final int PLAIN = 1000;
    private static final int LEAST = 250;
    private static final int MOST = 4000;

    /** Weight of what was known against one outcome's. */
    private static final int OLD_WEIGHT = 3;

    private static final long HALF_LIFE_MINUTES = 30;
    private static final long HALVINGS_MAX = 30;

    private TransferFactor() {}

    /** What was learnt, drawn half of the way back to 1000 every half an hour without an outcome. */
    static int of(KnownHost host, Instant now) {
        long minutes = Math.max(0, Duration.between(host.getLearntAt(), now).toMinutes());
        long halvings = Math.min(HALVINGS_MAX, minutes / HALF_LIFE_MINUTES);
        return PLAIN + Math.toIntExact((host.getDurationPermille() - PLAIN) / (1L << halvings));
    }

    /** The host with an outcome learnt; one by post-copy, in an unknown mode, or that was expected to take no known time, teaches nothing. */
    static KnownHost learn(KnownHost host, CommandSucceeded ended, Instant now) {
        boolean copied = ended.getMode() == MigrationMode.PRE_COPY || ended.getMode() == MigrationMode.AUTO_CONVERGE;
        if (!copied || ended.getEstimatedMillis() <= 0) {
            return host;
        }
        long seen = Math.clamp(ended.getDurationMillis() * PLAIN / ended.getEstimatedMillis(), LEAST, MOST);
        long mixed = of(host, now) * ((long) OLD_WEIGHT * PLAIN + seen) / ((OLD_WEIGHT + 1L) * PLAIN);
        return KnownHost.newBuilder(host)
                .setDurationPermille(Math.clamp(mixed, LEAST, MOST))
                .setLearntAt(now)
                .build();
    }
}
