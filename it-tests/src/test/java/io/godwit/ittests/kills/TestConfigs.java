package io.godwit.ittests.kills;

import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.overlaysync.OverlayConfig;
import io.godwit.overlaysync.witness.Answer;
import io.godwit.overlaysync.witness.Reachability;
import io.godwit.schemas.kafka.Slot;
import java.nio.file.Path;
import java.time.Duration;

/** Where services of these tests are not set as they are by default. Nothing that decides over a take-over is changed. */
final class TestConfigs {
    /** Probes every second instead of every 10 s, so that a probe tells that a segment is worked on. */
    static final OverlayConfig OVERLAY = new OverlayConfig(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            256,
            Duration.ofSeconds(1),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            "127.0.0.1");

    private static final int MOVES_PER_HOST = 16;

    private TestConfigs() {}

    /** Moves wait for none on the same host. */
    static ExecutorConfig executor(Path state) {
        ExecutorConfig usual = ExecutorConfig.DEFAULTS;
        return new ExecutorConfig(
                usual.session(),
                usual.margin(),
                MOVES_PER_HOST,
                usual.movesPerLink(),
                usual.bandwidthMax(),
                usual.moveTimeout(),
                usual.lookPatience(),
                usual.progressPeriod(),
                usual.stall(),
                usual.stalledAfter(),
                state);
    }

    static Reachability reachability(DataCentre hosts, Slot slot) {
        return host -> {
            try {
                return new Answer.Answered(hosts.roundTripMicros(slot.toString(), host.getHostId()));
            } catch (HostUnreachable silent) {
                return new Answer.Silent(silent.getMessage());
            }
        };
    }
}
