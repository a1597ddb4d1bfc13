package io.godwit.ops.cli;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Rules;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule history|diff|rollback}: the versions of one rule. */
final class RuleVersions {
    private static final int CONTEXT_LINES = 3;

    private final String rule;
    private final List<Rules.Version> versions;

    private RuleVersions(String rule, List<Rules.Version> versions) {
        this.rule = rule;
        this.versions = versions;
    }

    /** Those that stand in the log; none where nobody has deployed it. */
    static RuleVersions of(Log log, String rule) {
        Rules rules = new Rules();
        log.scan(
                List.of(LogRange.all(Topic.RULES, 0)), // they stand in every segment
                record -> {
                    rules.take(record);
                    return true;
                });
        return new RuleVersions(
                rule,
                rules.all().stream()
                        .filter(version -> version.deployed().getRule().equals(rule))
                        .toList());
    }

    /** What differs between two texts, as unified diffs tell it; none where they are equal. */
    static List<String> difference(String fromName, String from, String toName, String to) {
        List<String> before = from.lines().toList();
        return UnifiedDiffUtils.generateUnifiedDiff(
                fromName, toName, before, DiffUtils.diff(before, to.lines().toList()), CONTEXT_LINES);
    }

    private static String name(RuleDeployed version) {
        return version.getRule() + " v" + version.getVersion();
    }

    static Failed unknown(String rule) {
        return new Failed("there is no rule " + rule + "; see: godwit rule list");
    }

    boolean builtIn() {
        return versions.stream().anyMatch(version -> version.deployed().getBuiltIn());
    }

    private Rules.Version newest() {
        if (versions.isEmpty()) {
            throw unknown(rule);
        }
        return versions.getLast();
    }

    /** The one that draws detections. */
    Rules.Version live() {
        return newestLive()
                .orElseThrow(() -> versions.isEmpty()
                        ? unknown(rule)
                        : new Failed("no version of rule " + rule + " is live; see: godwit rule history " + rule));
    }

    /** The same; empty: none is live. */
    Optional<Rules.Version> newestLive() {
        return versions.isEmpty() || versions.getLast().retired().isPresent()
                ? Optional.empty()
                : Optional.of(versions.getLast());
    }

    Rules.Version version(int number) {
        return versions.stream()
                .filter(version -> version.deployed().getVersion() == number)
                .findFirst()
                .orElseThrow(() -> new Failed("rule %s has no version %d; its versions are 1 to %d"
                        .formatted(rule, number, newest().deployed().getVersion())));
    }

    /** Appends a text that was admitted as the next version, of two who do so at once after the other's; returns its number. */
    static int deploy(SiteKafka kafka, RuleCheck.Admitted rule, String text, String reason) {
        try {
            return RuleLog.deploy(
                            kafka, new RuleSet.Wanted(rule.name(), text, rule.lookBack()), Operator.name(), reason)
                    .getVersion();
        } catch (KafkaException failed) {
            throw unwritten(failed);
        }
    }

    static Failed unwritten(KafkaException failed) {
        return new Failed(failed.getMessage() + "; nothing was changed", failed);
    }

    @Command(
            name = "history",
            description = "Every version of one rule: who deployed it when and why, and what of it is live.")
    static final class History extends AskState implements Runnable {
        @Parameters(paramLabel = "RULE")
        String rule;

        @Override
        public void run() {
            list(
                    List.of("version", "state", "quarantine", "at", "by", "reason", "retiredBy", "retiredReason"),
                    (state, rows) -> {
                        List<Rules.Version> versions = state.rules().all().stream()
                                .filter(version -> version.deployed().getRule().equals(rule))
                                .toList();
                        if (versions.isEmpty()) {
                            throw unknown(rule);
                        }
                        return versions.stream().map(rows::rule);
                    });
        }
    }

    @Command(name = "diff", description = "What differs between the texts of two versions of a rule.")
    static final class Diff implements Runnable {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Parameters(index = "0", paramLabel = "RULE")
        String rule;

        @Parameters(index = "1", paramLabel = "V1", arity = "0..1", description = "default: the one before V2")
        Integer older;

        @Parameters(index = "2", paramLabel = "V2", arity = "0..1", description = "default: the newest")
        Integer newer;

        @Override
        public void run() {
            try (Log log = common.log()) {
                RuleVersions versions = RuleVersions.of(log, rule);
                RuleDeployed to = newer == null
                        ? versions.newest().deployed()
                        : versions.version(newer).deployed();
                if (older == null && to.getVersion() == 1) {
                    throw new Failed("rule " + rule + " has one version only; there is nothing to compare it with");
                }
                RuleDeployed from = versions.version(older == null ? to.getVersion() - 1 : older)
                        .deployed();
                List<String> lines = difference(name(from), from.getText(), name(to), to.getText());
                lines.forEach(System.out::println);
                if (lines.isEmpty()) {
                    System.err.println("the texts are the same");
                }
            }
        }
    }

    @Command(name = "rollback", description = "Deploys the text of an earlier version again, as the next version.")
    static final class Rollback extends Reasoned implements Runnable {
        @Parameters(paramLabel = "RULE")
        String rule;

        @Option(
                names = "--to",
                paramLabel = "V",
                description = "Version whose text is taken (default: the one before).")
        Integer to;

        @Override
        public void run() {
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                RuleVersions versions = RuleVersions.of(log, rule);
                int newest = versions.newest().deployed().getVersion();
                if (versions.builtIn()) {
                    throw new Refused("rule " + rule + " is built in; its versions come with the product");
                }
                if (to == null && newest == 1) {
                    throw new Failed(
                            "rule %s has one version only; to silence it, use: godwit rule retire %s --reason …"
                                    .formatted(rule, rule));
                }
                int number = to == null ? newest - 1 : to;
                String text = versions.version(number).deployed().getText();
                String why = "back to v" + number + ": " + reason;
                int next = deploy(kafka, RuleText.admitted(rule + " v" + number, text), text, why);
                System.err.println("rule %s v%d has the text of v%d; see: godwit rule history %s"
                        .formatted(rule, next, number, rule));
            }
        }
    }
}
