package io.godwit.ops.simulate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Failed;
import io.godwit.ops.cli.Printer;
import io.godwit.ops.report.CompareCommand;
import io.godwit.ops.report.ReportPage;
import io.godwit.ops.report.RunSeries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code godwit simulate}: a region on a virtual clock. */
@Command(
        name = "simulate",
        subcommands = {FuzzCommand.class, CompareCommand.class},
        sortOptions = false,
        description = "Runs a region on a virtual clock: the same rules, schedulers, planner and executors as live, on"
                + " simulated hosts. The same options give the same result, byte for byte, but for \"measured\".")
public final class SimulateCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    CommandSpec spec;

    @Mixin
    SimulationOptions asked = new SimulationOptions();

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Writes the run as one page with charts there: index.html.")
    Path report;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Override
    public Integer call() {
        SimulationPlan plan = asked.plan();
        plan.record().ifPresent(folder -> OptionValues.writable("--record", folder));
        if (report != null) {
            OptionValues.writable("--report", report);
        }
        try (Stopped _ = new Stopped();
                Simulation simulation = new Simulation(plan)) {
            SimulationResult result = withProgress(simulation);
            if (report != null) {
                write(page(simulation, plan, result));
            }
            switch (format) {
                case TABLE -> ResultTable.of(result).forEach(System.out::println);
                case JSON, YAML -> new Printer(System.out, format).whole(JSON.valueToTree(result));
            }
        } catch (UncheckedIOException failed) {
            throw new Failed(
                    failed.getMessage() + ": " + failed.getCause().getMessage()
                            + "; the folder holds no log, give another one or make room",
                    failed);
        }
        return ExitCode.OK;
    }

    /** Tells a person who stops a run with Ctrl-C what is left of it. */
    private final class Stopped implements AutoCloseable {
        private volatile boolean running = true;

        Stopped() {
            Runtime.getRuntime().addShutdownHook(new Thread(this::tell, "stopped"));
        }

        private void tell() {
            if (running) {
                System.err.println("\ngodwit: stopped before the end of the run, so there is no result"
                        + (asked.record == null ? "" : "; what is in " + asked.record + " is no log, remove it"));
            }
        }

        @Override
        public void close() {
            running = false;
        }
    }

    /** The bar is for people: where errors go to a file, there is none. */
    private static SimulationResult withProgress(Simulation simulation) {
        if (!atTerminal()) {
            return simulation.run(_ -> {});
        }
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName("simulating")
                .setInitialMax(Simulation.PARTS)
                .clearDisplayOnFinish()
                .build()) {
            return simulation.run(bar::stepTo);
        }
    }

    @SuppressWarnings(
            "SystemConsoleNull") // was true of Java 22 to 24; 25 gives none again where input or output is a file
    private static boolean atTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /** Runs with these options as if they had been given to the command; nothing is shown. */
    public static SimulationResult result(List<String> options) {
        try (Simulation simulation =
                new Simulation(SimulationOptions.parse(options).plan())) {
            return simulation.run(_ -> {});
        }
    }

    private RunSeries page(Simulation simulation, SimulationPlan plan, SimulationResult result) {
        Course course = simulation.course();
        return new RunSeries(
                "%s, %d hosts, %d VMs".formatted(result.policy(), result.hosts(), result.vms()),
                given(),
                JSON.convertValue(result, new TypeReference<Map<String, Object>>() {}),
                plan.duration().toNanos() / 1e9,
                simulation.meter().violations().stream()
                        .map(violation -> violation.micros() / 1e6)
                        .toList(),
                Course.open(simulation.meter().violations(), simulation.originMicros()),
                simulation.figures().partitionSizes(),
                course.migrationEnds(),
                course.wattHours(),
                Arrays.stream(simulation.measured().decisionMillis()).boxed().toList());
    }

    /** What the command line said, without what this machine alone knows: where files are, and where to write. */
    private SequencedMap<String, String> given() {
        SequencedMap<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option : spec.options()) {
            boolean told = spec.commandLine().getParseResult().hasMatchedOption(option)
                    || List.of("--seed", "--duration").contains(option.longestName());
            boolean ours = List.of("--report", "--record", "--output").contains(option.longestName());
            if (told && !ours) {
                given.put(option.longestName(), withoutFolders(option.getValue().toString()));
            }
        }
        return given;
    }

    /** The last part of each path in what an option says. */
    static String withoutFolders(String value) {
        return value.replaceAll("[^:#,=]*/(?=[^/])", "");
    }

    private void write(RunSeries run) {
        Path file = report.resolve("index.html");
        try {
            Files.createDirectories(report);
            Files.writeString(file, ReportPage.of(run));
        } catch (IOException failed) {
            throw new Failed("cannot write " + file + ": " + failed.getMessage(), failed);
        }
        System.err.println("report: " + file);
    }
}
