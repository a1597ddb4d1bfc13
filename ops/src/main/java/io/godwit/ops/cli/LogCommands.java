package io.godwit.ops.cli;

import io.godwit.ops.judges.LogJudges;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.units.Durations;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit log …}: the log as such. */
@Command(
        name = "log",
        description = "The log of a site.",
        subcommands = {LogCommands.Judge.class, LogVerify.class})
public final class LogCommands {
    @Command(
            name = "judge",
            description = "Looks for what must never be: a host held twice, an epoch that falls, a command without a"
                    + " lease or with two ends, a lease or command that never ends, a plan that overloads a host or"
                    + " breaks a continuous constraint on its way, by what its scheduler had read. By code that"
                    + " shares nothing with what it judges.")
    static final class Judge implements Callable<Integer> {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Option(
                names = "--within",
                paramLabel = "DURATION",
                defaultValue = "15m",
                description = "What is older than this at the log's end must be over (default: ${DEFAULT-VALUE}).")
        String within;

        @Option(
                names = "--answers",
                description = "Overloads that old must have an answer too: for a site in mode auto all along.")
        boolean answers;

        @Override
        public Integer call() {
            try (Log log = common.log()) {
                LogJudges.Judged judged =
                        LogJudges.of(log, Durations.parse(within).toMillis(), answers);
                judged.faults().forEach(System.out::println);
                System.out.printf(
                        "%s: %d records of detections, %d of host partitions, %d of commands, %d of outcomes%n",
                        judged.faults().isEmpty() ? "sound" : "faults found",
                        judged.detections(),
                        judged.leases(),
                        judged.commands(),
                        judged.outcomes());
                System.out.println(words(judged.plans()));
                judged.plans().missing().forEach(System.err::println);
                return judged.faults().isEmpty() ? ExitCode.OK : ExitCode.DIFFERS;
            }
        }

        private static String words(LogJudges.Plans plans) {
            String from = plans.from().equals(Instant.EPOCH)
                    ? "the log's beginning"
                    : plans.from().toString();
            String others = plans.passedOver() == 0
                    ? ""
                    : "; %d passed over, as the log does not tell what was read for them".formatted(plans.passedOver());
            return "%d plans judged on their way, from %s on%s".formatted(plans.judged(), from, others);
        }
    }
}
