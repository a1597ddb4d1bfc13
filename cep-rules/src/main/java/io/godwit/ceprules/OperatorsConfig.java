package io.godwit.ceprules;

import io.godwit.schemas.units.ByteSize;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What operators' rules may use. They run in a child JVM of cep; a rule that exceeds a budget in a segment is quarantined
 * there.
 *
 * @param heap memory of the child JVM, for all rules and segments together
 * @param cpuPercent share of one core that a rule may use for one segment, over a minute of log time
 * @param batchCpu CPU time that a rule may use for one batch of at most 500 observations; one that has not come to its
 *     end after twice of it is taken to hang, and its JVM is killed
 * @param rowsPerSecond rows that a rule may make in one segment, over a minute of log time
 * @param state memory that a rule may keep for one segment; measured where the rule allocates more than that for its
 *     look-back, and again while it runs where the heap gets scarce
 * @param compileCpu CPU time that looking through a rule and compiling it may take; a rule that needs more is quarantined
 * @param tryAgain how long after its JVM could not be had operators' rules are tried again
 * @param java what starts the JVMs of operators' rules, java for the one that runs cep itself; a launcher in its place may
 *     confine them further
 * @param confine whether those JVMs take files, sockets and other processes from themselves: required (no operators' rule
 *     runs where they cannot), where-possible (health says where they cannot) or off
 */
public record OperatorsConfig(
        ByteSize heap,
        int cpuPercent,
        Duration batchCpu,
        int rowsPerSecond,
        ByteSize state,
        Duration compileCpu,
        Duration tryAgain,
        Path java,
        ConfinePolicy confine) {
    public static final OperatorsConfig DEFAULTS = new OperatorsConfig(
            ByteSize.ofMebibytes(512),
            5,
            Duration.ofSeconds(1),
            1000,
            ByteSize.ofMebibytes(64),
            Duration.ofSeconds(20),
            Duration.ofMinutes(1),
            Path.of("java"),
            ConfinePolicy.WHERE_POSSIBLE);

    public OperatorsConfig {
        Bounds.check("cep.operators.batch-cpu", batchCpu, Duration.ofMillis(100), Duration.ofMinutes(1), "1s");
        Bounds.check("cep.operators.cpu-percent", cpuPercent, 100, "5");
        Bounds.check("cep.operators.rows-per-second", rowsPerSecond, 1_000_000, "1000");
        Bounds.check("cep.operators.heap", heap, ByteSize.ofMebibytes(64), "512MiB");
        Bounds.check("cep.operators.state", state, ByteSize.ofMebibytes(1), "64MiB");
        Bounds.check("cep.operators.compile-cpu", compileCpu, Duration.ofMillis(100), Duration.ofMinutes(10), "20s");
        Bounds.check("cep.operators.try-again", tryAgain, Duration.ofSeconds(1), Duration.ofHours(1), "1m");
    }

    /** The usual ones with other budgets for what is drawn. */
    public static OperatorsConfig of(
            ByteSize heap, int cpuPercent, Duration batchCpu, int rowsPerSecond, ByteSize state) {
        return new OperatorsConfig(
                heap,
                cpuPercent,
                batchCpu,
                rowsPerSecond,
                state,
                DEFAULTS.compileCpu,
                DEFAULTS.tryAgain,
                DEFAULTS.java,
                DEFAULTS.confine);
    }
}
