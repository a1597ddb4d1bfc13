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
 * @param operators what operators' rules may use
 */
public record CepConfig(
        Duration commitInterval,
        Duration idleCommitInterval,
        Duration tickInterval,
        Duration ruleWatchdog,
        Path ruleCache,
        OperatorsConfig operators) {
    public static final CepConfig DEFAULTS = new CepConfig(
            Duration.ofMillis(20),
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Path.of(System.getProperty("user.home"), ".cache", "godwit", "rules"),
            OperatorsConfig.DEFAULTS);

    public CepConfig {
        Bounds.check("cep.commit-interval", commitInterval, Duration.ofMillis(1), Duration.ofSeconds(1), "20ms");
        Bounds.check(
                "cep.idle-commit-interval", idleCommitInterval, Duration.ofMillis(100), Duration.ofSeconds(30), "1s");
        Bounds.check("cep.tick-interval", tickInterval, Duration.ofMillis(200), Duration.ofSeconds(1), "1s");
        Bounds.check("cep.rule-watchdog", ruleWatchdog, Duration.ofSeconds(1), Duration.ofMinutes(10), "30s");
    }
}
