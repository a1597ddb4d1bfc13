package io.godwit.ops.cli;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.ceprules.rules.ShadowText;
import io.godwit.ops.rules.HeaderCases;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Rules;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit rule …}: the rules that draw detections. */
@Command(
        name = "rule",
        description = "The rules that draw detections.",
        subcommands = {
            RuleCheckCommand.class,
            RuleTestCommand.class,
            RuleBacktest.class,
            RuleCommands.Deploy.class,
            RuleCommands.Promote.class,
            RuleApply.class,
            RuleCommands.ListRules.class,
            RuleVersions.History.class,
            RuleVersions.Diff.class,
            RuleVersions.Rollback.class,
            RuleCommands.Retire.class
        })
public final class RuleCommands {
    @Command(name = "deploy", description = "Deploys a rule of your own; it takes effect without a restart.")
    static final class Deploy extends Reasoned implements Runnable {
        @Parameters(paramLabel = "FILE.epl")
        Path file;

        @Option(
                names = "--shadow",
                description = "Tries it as NAME-shadow in mode shadow, beside the version that is live: its detections"
                        + " stand apart and command nothing.")
        boolean shadow;

        @Option(
                names = "--skip-expect",
                description = "Deploys it also where the cases in its header (expect) do not hold.")
        boolean skipExpect;

        @Override
        public void run() {
            RuleCompiler.keepIn(common.region().cep().ruleCache()); // a cep of this machine finds it there
            String read = RuleText.read(file);
            RuleCheck.Admitted asWritten = RuleText.admitted(file, read);
            if (!skipExpect && HeaderCases.of(asWritten.header()).count() > 0) {
                CasesTrial.pass(List.of(file));
            }
            String text = shadow ? ShadowText.of(read) : read;
            RuleCheck.Admitted rule = shadow ? RuleText.admitted(file, text) : asWritten;
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                RuleVersions versions = RuleVersions.of(log, rule.name());
                if (versions.builtIn()) {
                    throw new Refused("rule " + rule.name() + " is built in; give yours another name in its header");
                }
                int version = RuleVersions.deploy(kafka, rule, text, reason);
                System.err.println("rule " + rule.name() + " v" + version + " is deployed; see: godwit rule list");
            }
        }
    }

    @Command(
            name = "promote",
            description = "Makes a rule live that was tried in shadow, with just the text that was tried, and ends the"
                    + " trial.")
    static final class Promote extends Reasoned implements Runnable {
        @Parameters(paramLabel = "FILE.epl")
        Path file;

        @Override
        public void run() {
            RuleCompiler.keepIn(common.region().cep().ruleCache()); // a cep of this machine finds it there
            String text = RuleText.read(file);
            RuleCheck.Admitted rule = RuleText.admitted(file, text);
            try {
                RuleDeployed live = RuleLog.promote(
                        common.home(), new RuleSet.Wanted(rule.name(), text, rule.lookBack()), Operator.name(), reason);
                System.err.println("rule " + rule.name() + " v" + live.getVersion()
                        + " is deployed, and its trial in shadow is over; see: godwit rule list");
            } catch (KafkaException failed) {
                throw RuleVersions.unwritten(failed);
            }
        }
    }

    @Command(name = "list", description = "Every version of every rule.")
    static final class ListRules extends AskState implements Runnable {
        @Override
        public void run() {
            list(
                    List.of(
                            "rule",
                            "version",
                            "state",
                            "quarantine",
                            "origin",
                            "mode",
                            "lookBack",
                            "at",
                            "by",
                            "reason"),
                    (state, rows) -> state.rules().all().stream().map(rows::rule));
        }
    }

    @Command(name = "retire", description = "Silences a rule of your own from now on.")
    static final class Retire extends Reasoned implements Runnable {
        @Parameters(paramLabel = "RULE")
        String rule;

        @Override
        public void run() {
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                Rules.Version live = RuleVersions.of(log, rule).live();
                if (live.deployed().getBuiltIn()) {
                    throw new Refused(
                            "rule " + rule + " is built in; to have no moves, use: godwit site mode advise --reason …");
                }
                RuleRetired retired = RuleLog.retire(kafka, rule, Operator.name(), reason);
                System.err.println("rule " + rule + " v" + retired.getVersion() + " is retired");
            } catch (KafkaException failed) {
                throw RuleVersions.unwritten(failed);
            }
        }
    }
}
