package io.godwit.ops;

import io.godwit.ops.bench.BenchCommand;
import io.godwit.ops.cli.ConstraintCommands;
import io.godwit.ops.cli.DetectionCommands;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.HostCommands;
import io.godwit.ops.cli.IncidentCommands;
import io.godwit.ops.cli.LogCommands;
import io.godwit.ops.cli.MigrationCommands;
import io.godwit.ops.cli.ProposalCommands;
import io.godwit.ops.cli.RecoveryCommands;
import io.godwit.ops.cli.Refused;
import io.godwit.ops.cli.Replay;
import io.godwit.ops.cli.RequestCommands;
import io.godwit.ops.cli.RuleCommands;
import io.godwit.ops.cli.SiteCommands;
import io.godwit.ops.cli.StateDiff;
import io.godwit.ops.cli.TimelineCommand;
import io.godwit.ops.cli.TopicsCommands;
import io.godwit.ops.cli.VmCommands;
import io.godwit.ops.cli.WhatIfCommand;
import io.godwit.ops.cli.Why;
import io.godwit.ops.cli.WhyNotCommands;
import io.godwit.ops.service.BrokerCommand;
import io.godwit.ops.service.ServiceCommand;
import io.godwit.ops.simulate.SimulateCommand;
import io.godwit.ops.up.UpCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: {@code godwit VERB …}. */
@Command(
        name = "godwit",
        description = "Keeps the virtual machines of a region in the right place, and can say why.",
        version = "godwit 0.1.0",
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the message says why",
            "2:the command line is wrong",
            "3:replay differs from the record",
            "4:refused by policy or by the state of the region",
            "5:nothing differs in a replay, and not all could be compared"
        },
        subcommands = {
            UpCommand.class,
            HostCommands.class,
            VmCommands.class,
            DetectionCommands.class,
            MigrationCommands.class,
            RequestCommands.class,
            ProposalCommands.class,
            ProposalCommands.Approve.class,
            ProposalCommands.Reject.class,
            RecoveryCommands.class,
            SiteCommands.class,
            TopicsCommands.class,
            RuleCommands.class,
            ConstraintCommands.class,
            Why.class,
            WhyNotCommands.class,
            TimelineCommand.class,
            StateDiff.class,
            WhatIfCommand.class,
            Replay.class,
            IncidentCommands.class,
            LogCommands.class,
            SimulateCommand.class,
            BenchCommand.class,
            BrokerCommand.class,
            ServiceCommand.Hosts.class,
            ServiceCommand.Monitor.class,
            ServiceCommand.Cep.class,
            ServiceCommand.Scheduler.class,
            ServiceCommand.Executor.class,
            ServiceCommand.Overlay.class,
            ServiceCommand.Notifier.class,
        })
public final class Godwit {
    private static final Logger LOG = LoggerFactory.getLogger(Godwit.class);

    /** On every command and subcommand, so that help is a word away wherever one is. */
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    boolean version;

    private Godwit() {}

    public static void main(String[] arguments) {
        if (System.getProperty("org.apache.avro.SERIALIZABLE_PACKAGES") == null) {
            System.setProperty(
                    "org.apache.avro.SERIALIZABLE_PACKAGES", "io.godwit.schemas"); // Avro reads no other class
        }
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, as tests drive it. */
    public static CommandLine commandLine() {
        return new CommandLine(new Godwit())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((thrown, line, _) -> tell(thrown, line));
    }

    /** A person reads the message; a trace is for what nobody foresaw. */
    private static int tell(Exception thrown, CommandLine line) {
        return switch (thrown) {
            case Refused refused -> say(line, refused, ExitCode.REFUSED);
            case IllegalArgumentException wrong -> say(line, wrong, ExitCode.USAGE);
            case Failed failed -> say(line, failed, ExitCode.FAILED);
            default -> {
                LOG.atError().setCause(thrown).log("not foreseen");
                yield say(line, thrown, ExitCode.FAILED);
            }
        };
    }

    private static int say(CommandLine line, Exception thrown, int code) {
        line.getErr().println("godwit: " + thrown.getMessage());
        return code;
    }
}
