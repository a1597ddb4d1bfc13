package io.godwit.ops.cli;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.ops.rules.HeaderCases;
import io.godwit.ops.rules.RuleFolder;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit rule apply -f DIR}: makes the live rules those of a folder, as a repository holds them. */
@Command(
        name = "apply",
        sortOptions = false,
        description =
                "Deploys every rule of a folder whose text is not live yet, all at once or none. A folder that was"
                        + " applied already changes nothing.")
final class RuleApply implements Runnable {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = {"-f", "--from"},
            paramLabel = "DIR",
            required = true,
            description = "Folder with the rules, each a file NAME.epl.")
    Path folder;

    @Option(names = "--prune", description = "Retires rules of your own that are live and not in the folder.")
    boolean prune;

    @Option(names = "--dry-run", description = "Tells what would change, and changes nothing.")
    boolean dryRun;

    @Option(
            names = "--skip-expect",
            description = "Deploys also rules of which the cases in their headers (expect) do not hold.")
    boolean skipExpect;

    @Option(names = "--reason", description = "Why; it stands in the log. Needed without --dry-run.")
    String reason;

    private final Map<String, Path> fileOfCases = new TreeMap<>(); // by rule

    @Override
    public void run() {
        if (!dryRun && reason == null) {
            throw new IllegalArgumentException("--reason is missing; say why, or try it first with --dry-run");
        }
        RuleCompiler.keepIn(common.region().cep().ruleCache()); // a cep of this machine finds them there
        RuleSet set = new RuleSet(wanted(), prune);
        List<SpecificRecord> changes = tried(set);
        if (!skipExpect) {
            CasesTrial.pass(withCases(changes));
        }
        if (!dryRun) {
            changes = applied(set);
        }
        common.printer()
                .list(
                        List.of("change", "rule", "version"),
                        changes.stream().map(RuleApply::row).toList());
        System.err.println(
                changes.isEmpty()
                        ? "the live rules are those of " + folder + " already"
                        : dryRun ? "nothing was changed, as this is a dry run" : "done; see: godwit rule list");
    }

    /** Every rule of the folder; what is wrong with any of them is told of all at once. */
    private List<RuleSet.Wanted> wanted() {
        Map<String, Path> files = new TreeMap<>();
        List<RuleSet.Wanted> wanted = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (RuleFolder.RuleFile file : rules()) {
            String text = RuleText.read(file.epl());
            switch (RuleCheck.check(text)) {
                case RuleCheck.Refused refused ->
                    faults.add(
                            "%s:%d:%d: %s".formatted(file.epl(), refused.line(), refused.column(), refused.message()));
                case RuleCheck.Admitted rule -> {
                    Path other = files.put(rule.name(), file.epl());
                    if (other != null) {
                        faults.add("%s: the rule is called %s, and so is that of %s; give each its own name"
                                .formatted(file.epl(), rule.name(), other));
                    }
                    HeaderCases cases = HeaderCases.of(rule.header());
                    cases.faults().forEach(fault -> faults.add(file.epl() + ":" + fault));
                    if (cases.count() > 0) {
                        fileOfCases.put(rule.name(), file.epl());
                    }
                    wanted.add(new RuleSet.Wanted(rule.name(), text, rule.lookBack()));
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new Refused(String.join("\n", faults) + "\nnothing was changed");
        }
        return wanted;
    }

    private List<RuleFolder.RuleFile> rules() {
        try {
            List<RuleFolder.RuleFile> rules = RuleFolder.of(folder).rules();
            if (rules.isEmpty()) {
                throw new IllegalArgumentException(folder + " holds no rule; each is a file NAME.epl");
            }
            return rules;
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
        }
    }

    private List<SpecificRecord> tried(RuleSet set) {
        try (Log log = common.log()) {
            RuleBook book = RuleLog.read(log);
            return set.changes(book, Operator.name(), "");
        }
    }

    /** Files of the rules that are to change and carry cases. */
    private List<Path> withCases(List<SpecificRecord> changes) {
        return changes.stream()
                .filter(RuleDeployed.class::isInstance)
                .map(change -> ((RuleDeployed) change).getRule())
                .filter(fileOfCases::containsKey)
                .map(fileOfCases::get)
                .toList();
    }

    private List<SpecificRecord> applied(RuleSet set) {
        SiteKafka kafka = common.home();
        try {
            return RuleLog.apply(kafka, set, Operator.name(), reason);
        } catch (KafkaException failed) {
            throw RuleVersions.unwritten(failed);
        }
    }

    private static Map<String, Object> row(SpecificRecord change) {
        Map<String, Object> row = new LinkedHashMap<>();
        switch (change) {
            case RuleDeployed deployed -> {
                row.put("change", deployed.getVersion() == 1 ? "new" : "next version");
                row.put("rule", deployed.getRule());
                row.put("version", deployed.getVersion());
            }
            case RuleRetired retired -> {
                row.put("change", "retired");
                row.put("rule", retired.getRule());
                row.put("version", retired.getVersion());
            }
            default -> throw new IllegalArgumentException(change.getSchema().getName() + " is no change of a rule");
        }
        return row;
    }
}
