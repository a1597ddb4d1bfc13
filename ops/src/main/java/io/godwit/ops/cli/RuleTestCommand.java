package io.godwit.ops.cli;

import io.godwit.ops.rules.JUnitReport;
import io.godwit.ops.rules.RuleFolder;
import io.godwit.ops.rules.RuleFolder.RuleFile;
import io.godwit.ops.rules.RuleResult;
import io.godwit.ops.rules.TrialProcess;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule test}: rules on the scenarios beside them, without a region. */
@Command(
        name = "test",
        sortOptions = false,
        description =
                "Tests rules of your own on the scenarios in their headers and beside them, offline (docs/rules.md):"
                        + " for each NAME.epl its entry expect, NAME.test.yaml and NAME.*.test.yaml.",
        footer = "Exit code 0: all passed; 1: something did not, or could not be tried.")
final class RuleTestCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR|FILE.epl", description = "Folder with the rules, or one rule.")
    Path where;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "This rule alone, by the name of its file without .epl; may be given again.")
    List<String> only = List.of();

    @Option(names = "--strict", description = "A rule without scenarios has failed.")
    boolean strict;

    @Option(names = "--junit", paramLabel = "FILE", description = "Writes the results as JUnit's XML as well.")
    Path junit;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description =
                    "How long one rule may take with all its scenarios before it is killed and has failed (default:"
                            + " ${DEFAULT-VALUE}).")
    String timeOut;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            description = "Memory of the process in which the rules run (default: ${DEFAULT-VALUE}).")
    String heap;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Override
    public Integer call() throws InterruptedException {
        Duration longest = Durations.parse(timeOut);
        if (longest.isZero()) {
            throw new IllegalArgumentException("--timeout is " + timeOut + "; give 1ms or more");
        }
        RuleFolder found = found();
        List<RuleFile> rules = chosen(found);
        List<String> strays = only.isEmpty()
                ? found.strays().stream().map(RuleTestCommand::stray).toList()
                : List.of();
        List<RuleResult> results = new ArrayList<>();
        try (TrialProcess trial = new TrialProcess(longest, ByteSize.parse(heap))) {
            for (RuleFile rule : rules) {
                RuleResult result = trial.test(rule);
                results.add(result);
                if (format == Printer.Format.TABLE) {
                    lines(result).forEach(System.out::println);
                }
            }
        } catch (IOException failed) {
            throw new Failed("the rules could not be tried: " + failed.getMessage(), failed);
        }
        if (junit != null) {
            report(results, strays);
        }
        boolean passed = strays.isEmpty() && results.stream().allMatch(this::passed);
        if (format == Printer.Format.TABLE) {
            strays.forEach(stray -> System.out.println("FAIL  " + stray));
            System.out.println(summary(results));
        } else {
            strays.forEach(System.err::println);
            new Printer(System.out, format)
                    .whole(results.stream().map(this::row).toList());
        }
        return passed ? ExitCode.OK : ExitCode.FAILED;
    }

    private RuleFolder found() {
        try {
            if (Files.isDirectory(where)) {
                RuleFolder found = RuleFolder.of(where);
                if (found.rules().isEmpty()) {
                    throw new Failed("no rule stands in " + where + "; a rule is a file NAME.epl, see docs/rules.md");
                }
                return found;
            }
            return RuleFolder.file(where)
                    .map(rule -> new RuleFolder(List.of(rule), List.of()))
                    .orElseThrow(() -> new IllegalArgumentException(
                            where + " is no folder and no rule; give a folder that holds rules, or a file NAME.epl"));
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + where + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private List<RuleFile> chosen(RuleFolder found) {
        List<String> known = found.rules().stream().map(RuleFile::name).toList();
        for (String name : only) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("--only is " + name + ", and there is no such rule in " + where
                        + "; there are " + String.join(", ", known));
            }
        }
        return found.rules().stream()
                .filter(rule -> only.isEmpty() || only.contains(rule.name()))
                .toList();
    }

    private static String stray(Path file) {
        return file
                + " belongs to no rule, so nothing of it was tried; call it NAME.test.yaml, as its rule is called"
                + " NAME.epl";
    }

    private boolean passed(RuleResult result) {
        return result.passed() && !(strict && result.untested());
    }

    private List<String> lines(RuleResult result) {
        List<String> lines = new ArrayList<>();
        result.faults().forEach(fault -> lines.add("FAIL  " + result.rule() + ": " + fault));
        for (RuleResult.Tried tried : result.scenarios()) {
            lines.add((tried.passed() ? "ok    " : "FAIL  ") + result.rule() + ": " + tried.name()
                    + (tried.passed() ? "" : " (" + tried.place() + ")"));
            tried.misses().forEach(miss -> lines.add("        " + miss));
        }
        if (result.untested()) {
            lines.add((strict ? "FAIL  " : "none  ") + result.rule() + ": has no scenarios; write some into "
                    + result.file().replaceFirst("\\.epl$", ".test.yaml") + ", or under expect in its header");
        }
        return lines;
    }

    private String summary(List<RuleResult> results) {
        long scenarios =
                results.stream().mapToLong(result -> result.scenarios().size()).sum();
        long passed = results.stream()
                .flatMap(result -> result.scenarios().stream())
                .filter(RuleResult.Tried::passed)
                .count();
        String faulty = named(results, result -> !result.faults().isEmpty());
        String untested = named(results, RuleResult::untested);
        return counted(results.size(), "rule") + ", " + counted(scenarios, "scenario") + ": " + passed + " passed, "
                + (scenarios - passed) + " failed"
                + (faulty.isEmpty() ? "" : "; could not be tried whole: " + faulty)
                + (untested.isEmpty() ? "" : "; without scenarios: " + untested);
    }

    private static String named(List<RuleResult> results, Predicate<RuleResult> which) {
        return results.stream().filter(which).map(RuleResult::rule).collect(Collectors.joining(", "));
    }

    private static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private Map<String, Object> row(RuleResult result) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", result.rule());
        row.put("file", result.file());
        row.put("passed", passed(result));
        row.put("end", result.end().name().toLowerCase(Locale.ROOT));
        row.put("faults", result.faults());
        row.put(
                "scenarios",
                result.scenarios().stream().map(RuleTestCommand::row).toList());
        return row;
    }

    private static Map<String, Object> row(RuleResult.Tried tried) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", tried.name());
        row.put("place", tried.place());
        row.put("passed", tried.passed());
        row.put("misses", tried.misses());
        row.put("millis", tried.millis());
        return row;
    }

    private void report(List<RuleResult> results, List<String> strays) {
        try {
            if (junit.toAbsolutePath().getParent() != null) {
                Files.createDirectories(junit.toAbsolutePath().getParent());
            }
            try (OutputStream out = Files.newOutputStream(junit)) {
                JUnitReport.write(out, JUnitReport.RULES, results, strays, strict);
            }
        } catch (IOException | XMLStreamException unwritten) {
            throw new Failed(
                    "cannot write " + junit + ": " + unwritten.getMessage() + "; give another file with --junit",
                    unwritten);
        }
    }
}
