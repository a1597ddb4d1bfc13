package io.godwit.ops.cli;

import io.godwit.ceprules.RuleBenchmark;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.StatementUse;
import io.godwit.ops.rules.HeaderCases;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.state.SegmentPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule check}: whether a rule may run, what it reads, and what it costs. */
@Command(
        name = "check",
        description = "Whether a rule may run, and if so all that it reads, what it remembers and what it costs.")
final class RuleCheckCommand implements Runnable {
    private static final int HOSTS = 1000;
    private static final int SECONDS = 6000; // shorter runs measure the compiler of the JVM
    private static final Duration SAMPLE_PERIOD = Duration.ofSeconds(10);

    @Parameters(paramLabel = "FILE.epl")
    Path file;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Option(names = "--no-cost", description = "Does not measure what the rule costs, which takes a few seconds.")
    boolean noCost;

    @Override
    public void run() {
        RuleCheck.Admitted rule = RuleText.admitted(file, RuleText.read(file));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("rule", rule.name());
        row.put("purpose", rule.header().purpose());
        row.put("detects", CommonOptions.lower(rule.header().kind()));
        DetectionTerms terms = rule.header().terms();
        row.put("action", CommonOptions.lower(terms.getAction()));
        row.put("mode", rule.header().draws() ? CommonOptions.lower(terms.getMode()) : "off");
        row.put("severity", CommonOptions.lower(terms.getSeverity()));
        row.put("owner", terms.getOwner());
        row.put("coolDown", seconds(Duration.ofMillis(terms.getCoolDownMillis())));
        row.put("lookBack", seconds(rule.lookBack()));
        row.put("hold", seconds(rule.header().hold()));
        row.put("reads", rule.uses().stream().map(RuleCheckCommand::reads).toList());
        row.put(
                "remembers",
                rule.uses().stream().map(RuleCheckCommand::remembers).toList());
        row.put(
                "hints",
                rule.uses().stream()
                        .filter(StatementUse::overHosts)
                        .map(RuleCheckCommand::seesOneSegment)
                        .toList());
        row.put("cases", HeaderCases.of(rule.header()).count());
        if (!noCost && rule.uses().stream().anyMatch(use -> use.eventType().equals("HostSample"))) {
            RuleBenchmark.Cost cost = RuleBenchmark.cost(rule.compiled(), HOSTS, SECONDS);
            row.put("nanosPerSample", Math.round(cost.nanosPerSample()));
            row.put("bytesPerHost", cost.bytesPerHost());
            System.err.printf(
                    "measured here on %d samples of %d hosts with a period of %d s; demand is 70 %% of the capacity on"
                            + " average, a filter that more of yours pass costs more%n",
                    cost.samples(), HOSTS, SAMPLE_PERIOD.toSeconds());
        }
        new Printer(System.out, format).one(row);
    }

    private static String reads(StatementUse use) {
        return "line %d: %s(%s)".formatted(use.line(), use.eventType(), String.join(" ", use.properties()));
    }

    private static String remembers(StatementUse use) {
        String what = use.window()
                .map(window -> window.compareTo(SAMPLE_PERIOD) >= 0
                                && use.eventType().equals("HostSample")
                        ? "%s of what passes its filter, so %d samples a host at most where one comes each %d s"
                                .formatted(
                                        seconds(window), use.samplesPerHost(SAMPLE_PERIOD), SAMPLE_PERIOD.toSeconds())
                        : seconds(window) + " of what passes its filter")
                .orElse("nothing");
        return "line %d: %s".formatted(use.line(), what);
    }

    private static String seesOneSegment(StatementUse use) {
        return ("line %d: counts over several hosts and sees those of one segment; a rack of more than %d lies in"
                        + " several segments and is counted in each apart")
                .formatted(use.line(), SegmentPlan.RACK_HOSTS_MAX);
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() + " s";
    }
}
