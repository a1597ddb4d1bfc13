package io.godwit.ops.bench;

import picocli.CommandLine.Command;

/** {@code godwit bench}: what the product reaches on this machine. */
@Command(
        name = "bench",
        sortOptions = false,
        description = "Measures this build on this machine, each figure beside a limit measured in the same run.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it ran", "1:it could not run; the message says why", "3:a target is missed (with --check)"},
        subcommands = {
            ReadyBench.class,
            LatencyBench.class,
            RulesBench.class,
            BacktestBench.class,
            PastBench.class,
            OperatorRulesBench.class,
            ScaleBench.class,
            RebuildBench.class,
            VivaldiBench.class,
            MonitorBench.class,
            PlannerBench.class,
            PoliciesBench.class,
        })
public final class BenchCommand {}
