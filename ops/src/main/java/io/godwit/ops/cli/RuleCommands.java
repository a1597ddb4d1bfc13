package io.godwit.ops.cli;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Rules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule …}: the rules that draw detections. */
@Command(
        name = "rule",
        description = "The rules that draw detections.",
        subcommands = {
            RuleTestCommand.class,
            RuleCommands.Deploy.class,
            RuleCommands.ListRules.class,
            RuleCommands.Retire.class
        })
public final class RuleCommands {
    @Command(name = "deploy", description = "Deploys a rule of your own; it takes effect without a restart.")
    static final class Deploy implements Runnable {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "FILE.epl")
        Path file;

        @Option(names = "--reason", required = true, description = "Why; it stands in the log.")
        String reason;

        @Override
        public void run() {
            String text = read(file);
            RuleCheck.Admitted rule = switch (RuleCheck.check(text)) {
                case RuleCheck.Admitted admitted -> admitted;
                case RuleCheck.Refused refused ->
                    throw new Refused(
                            "%s:%d:%d: %s".formatted(file, refused.line(), refused.column(), refused.message()));
            };
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                List<Rules.Version> versions = versions(log, rule.name());
                if (versions.stream().anyMatch(version -> version.deployed().getBuiltIn())) {
                    throw new Refused("rule " + rule.name() + " is built in; give yours another name in its header");
                }
                int version = 1
                        + versions.stream()
                                .mapToInt(one -> one.deployed().getVersion())
                                .max()
                                .orElse(0);
                EverySegment.append(
                        kafka,
                        Topic.RULES,
                        log.segments(),
                        rule.name(),
                        new RuleDeployed(
                                rule.name(),
                                version,
                                text,
                                Operator.name(),
                                reason,
                                false,
                                Math.toIntExact(Math.max(1, rule.lookBack().toSeconds()))));
                System.err.println("rule " + rule.name() + " v" + version + " is deployed; see: godwit rule list");
            }
        }

        private static String read(Path file) {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException unreadable) {
                throw new Failed("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
            }
        }
    }

    @Command(name = "list", description = "Every version of every rule.")
    static final class ListRules extends AskState implements Runnable {
        @Override
        public void run() {
            list(
                    List.of("rule", "version", "state", "origin", "lookBack", "at", "by", "reason"),
                    (state, rows) -> state.rules().all().stream().map(rows::rule));
        }
    }

    @Command(name = "retire", description = "Silences a rule of your own from now on.")
    static final class Retire implements Runnable {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Parameters(paramLabel = "RULE")
        String rule;

        @Option(names = "--reason", required = true, description = "Why; it stands in the log.")
        String reason;

        @Override
        public void run() {
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                Rules.Version live = versions(log, rule).stream()
                        .filter(version -> version.retired().isEmpty())
                        .reduce((_, newer) -> newer)
                        .orElseThrow(() -> new Failed("no rule " + rule + " is live; see: godwit rule list"));
                if (live.deployed().getBuiltIn()) {
                    throw new Refused(
                            "rule " + rule + " is built in; to have no moves, use: godwit site mode advise --reason …");
                }
                EverySegment.append(
                        kafka,
                        Topic.RULES,
                        log.segments(),
                        rule,
                        new RuleRetired(rule, live.deployed().getVersion(), Operator.name(), reason));
                System.err.println("rule " + rule + " v" + live.deployed().getVersion() + " is retired");
            }
        }
    }

    private static List<Rules.Version> versions(Log log, String rule) {
        Rules rules = new Rules();
        log.scan(
                List.of(LogRange.all(Topic.RULES, 0)),
                record -> { // they stand in every segment
                    rules.take(record);
                    return true;
                });
        return rules.all().stream()
                .filter(version -> version.deployed().getRule().equals(rule))
                .toList();
    }
}
