package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TransferFactorTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
    private static final KnownHost HOST = new KnownHost(
            "h1",
            "a/r1/h1",
            "r1",
            false,
            0L,
            0L,
            0L,
            null,
            -1L,
            TransferFactor.PLAIN,
            Instant.EPOCH,
            "",
            java.util.List.of());

    @Test
    void moves_that_take_half_as_long_again_are_expected_to_after_a_few_outcomes_and_no_longer() {
        KnownHost host = HOST;
        for (int move = 0; move < 20; move++) {
            long estimated = 10_000L * TransferFactor.of(host, NOW) / 1000;
            host = TransferFactor.learn(host, outcome(15_000, estimated, MigrationMode.PRE_COPY), NOW);
        }
        assertEquals(1500, TransferFactor.of(host, NOW), 5);
    }

    @Test
    void one_outcome_weighs_a_quarter_and_an_absurd_one_no_more_than_the_bounds() {
        assertEquals(1125, learnt(15_000, 10_000));
        assertEquals(1750, learnt(86_400_000, 10_000));
        assertEquals(812, learnt(1, 10_000));
        KnownHost slow = HOST;
        KnownHost fast = HOST;
        for (int move = 0; move < 100; move++) {
            slow = TransferFactor.learn(slow, outcome(86_400_000, 1, MigrationMode.PRE_COPY), NOW);
            fast = TransferFactor.learn(fast, outcome(0, 10_000, MigrationMode.PRE_COPY), NOW);
        }
        assertEquals(4000, slow.getDurationPermille());
        assertEquals(250, fast.getDurationPermille());
    }

    @Test
    void what_was_learnt_is_forgotten_by_half_every_half_an_hour() {
        KnownHost host = KnownHost.newBuilder(HOST)
                .setDurationPermille(1800)
                .setLearntAt(NOW)
                .build();
        assertEquals(1800, TransferFactor.of(host, NOW.plus(Duration.ofMinutes(29))));
        assertEquals(1400, TransferFactor.of(host, NOW.plus(Duration.ofMinutes(30))));
        assertEquals(1200, TransferFactor.of(host, NOW.plus(Duration.ofMinutes(60))));
        assertEquals(1000, TransferFactor.of(host, NOW.plus(Duration.ofDays(400))));
        assertTrue(TransferFactor.of(host, NOW.minusSeconds(5)) == 1800, "time that runs back forgets nothing");
    }

    @Test
    void post_copy_and_unknown_estimates_teach_nothing() {
        assertEquals(HOST, TransferFactor.learn(HOST, outcome(15_000, 10_000, MigrationMode.POST_COPY), NOW));
        assertEquals(HOST, TransferFactor.learn(HOST, outcome(15_000, 0, MigrationMode.PRE_COPY), NOW));
    }

    private static int learnt(long durationMillis, long estimatedMillis) {
        return TransferFactor.learn(HOST, outcome(durationMillis, estimatedMillis, MigrationMode.PRE_COPY), NOW)
                .getDurationPermille();
    }

    private static CommandSucceeded outcome(long durationMillis, long estimatedMillis, MigrationMode mode) {
        return new CommandSucceeded(
                "c-0-1",
                new Position("", 0, 0L, "", ""),
                "e",
                "vm",
                "h1",
                "h2",
                durationMillis,
                30L,
                1L,
                mode,
                -1L,
                estimatedMillis);
    }
}
