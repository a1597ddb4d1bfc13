package io.godwit.ceprules;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How one cep process works.
 *
 * @param commitInterval least time between two commits that carry detections; a detection waits at most so long
 * @param idleCommitInterval least time between two commits that only say how far the input was read
 * @param tickInterval time between two ticks of a segment; silence is counted in seconds that hold one
 * @param ruleWatchdog how long the rules may take for one poll before the service calls itself hung
 * @param ruleCache folder for compiled rules, which are code: readable and writable by its owner alone
 */
public record CepConfig(
        Duration commitInterval,
        Duration idleCommitInterval,
        Duration tickInterval,
        Duration ruleWatchdog,
        Path ruleCache) {
    public static final CepConfig DEFAULTS = new CepConfig(
            Duration.ofMillis(20),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Path.of(System.getProperty("user.home"), ".cache", "godwit", "rules"));

    public CepConfig {
        check("cep.commit-interval", commitInterval, Duration.ofMillis(1), Duration.ofSeconds(1), "20ms");
        check("cep.idle-commit-interval", idleCommitInterval, Duration.ofMillis(100), Duration.ofSeconds(30), "1s");
        check("cep.tick-interval", tickInterval, Duration.ofMillis(200), Duration.ofSeconds(1), "1s");
        check("cep.rule-watchdog", ruleWatchdog, Duration.ofSeconds(1), Duration.ofMinutes(10), "30s");
    }

    private static void check(String key, Duration value, Duration least, Duration most, String usual) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s is %d ms; give %d to %d ms, or drop the key for %s"
                    .formatted(key, value.toMillis(), least.toMillis(), most.toMillis(), usual));
        }
    }
}
