package io.godwit.ops.cli;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.constraints.script.ConstraintScript;
import io.godwit.schedulers.constraints.script.KnownNames;
import io.godwit.schedulers.constraints.script.Names;
import io.godwit.schedulers.constraints.script.NamesAsWritten;
import io.godwit.schedulers.constraints.script.Reading;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.state.Vm;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code godwit constraint …}: what operators demand of where VMs run. */
@Command(
        name = "constraint",
        description = "What you demand of where VMs run and of the order of moves (docs/constraints.md).",
        subcommands = {
            ConstraintCommands.Check.class,
            ConstraintCommands.Apply.class,
            ConstraintCommands.ListConstraints.class,
            ConstraintCommands.Withdraw.class
        })
public final class ConstraintCommands {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    /** Well below what a record may have, since a snapshot holds it beside others. */
    private static final int EVENT_BYTES_MAX = 4 << 20;

    @Command(
            name = "check",
            description = "Checks scripts of constraints against the VMs and hosts of a site, and changes nothing. Each"
                    + " fault is told as FILE:LINE:COLUMN.")
    static final class Check implements Runnable {
        @Mixin
        CommonOptions common = new CommonOptions();

        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "FILE", arity = "1..*")
        List<Path> files;

        @Option(
                names = "--offline",
                description = "Checks the syntax alone, without asking a log which VMs and hosts there are; so it is"
                        + " where no region is named and none has run on this machine.")
        boolean offline;

        @Override
        public void run() {
            PrintWriter err = spec.commandLine().getErr();
            Names names = names(err);
            int faults = 0;
            for (Path file : files) {
                switch (ConstraintScript.read(ScriptFile.text(file), names)) {
                    case Reading.Understood understood -> err.println(file + ": " + counted(understood.constraints()));
                    case Reading.Refused refused -> faults += tell(err, file, refused);
                }
            }
            if (faults > 0) {
                throw new Refused(plural(faults, "fault"));
            }
        }

        private Names names(PrintWriter err) {
            if (offline || !common.namesRegion()) {
                err.println("syntax only: names of VMs and hosts are not looked up"
                        + (offline ? "" : "; name a region with --data, --config or --bootstrap to have that done"));
                return new NamesAsWritten();
            }
            try (Log log = common.log()) {
                return known(StateRebuild.of(log, Optional.empty(), Instant.now()));
            }
        }
    }

    @Command(
            name = "apply",
            description = "Puts a script of constraints into force, in place of the one of the same name.")
    static final class Apply extends Reasoned implements Runnable {
        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "FILE")
        Path file;

        @Option(
                names = "--name",
                required = true,
                description = "Name under which it holds: lower-case letters, digits, hyphens, at most 40, a letter"
                        + " first.")
        String name;

        @Option(
                names = "--dry-run",
                description = "Checks it, says which of its constraints are broken now, and changes nothing.")
        boolean dryRun;

        @Override
        public void run() {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("--name is \"" + name
                        + "\"; give lower-case letters, digits and hyphens, at most 40, a letter first");
            }
            PrintWriter err = spec.commandLine().getErr();
            String text = ScriptFile.text(file);
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                RegionState state = StateRebuild.of(log, Optional.empty(), Instant.now());
                List<Constraint> constraints = read(text, state, err);
                StateRows rows = new StateRows(state, ZoneId.systemDefault());
                BrokenConstraints now = new BrokenConstraints(state, rows);
                constraints.forEach(constraint -> now.broken(constraint)
                        .ifPresent(how -> err.println("broken now: " + rows.constraint(constraint) + " " + how)));
                ConstraintsApplied applied = applied(text, constraints);
                if (dryRun) {
                    err.println(
                            "constraints " + name + ": " + counted(constraints) + "; nothing is applied (--dry-run)");
                    return;
                }
                EverySegment.append(kafka, Topic.CONTROLS, log.segments(), name, applied);
                err.println(
                        "constraints " + name + ": " + counted(constraints) + " in force; see: godwit constraint list");
            }
        }

        private List<Constraint> read(String text, RegionState state, PrintWriter err) {
            return switch (ConstraintScript.read(text, known(state))) {
                case Reading.Understood understood -> {
                    if (understood.constraints().isEmpty()) {
                        throw new Refused(file + " demands nothing; to end what " + name
                                + " demands, use: godwit constraint withdraw " + name + " --reason …");
                    }
                    yield understood.constraints();
                }
                case Reading.Refused refused ->
                    throw new Refused(plural(tell(err, file, refused), "fault") + "; nothing is applied");
            };
        }

        private ConstraintsApplied applied(String text, List<Constraint> constraints) {
            ConstraintsApplied applied = new ConstraintsApplied(
                    name,
                    text,
                    constraints.stream()
                            .map(constraint -> Form.of(constraint).stated())
                            .toList(),
                    Operator.name(),
                    reason);
            int bytes = EventCodec.encode(applied).length;
            if (bytes > EVENT_BYTES_MAX) {
                throw new Refused(file + " takes " + bytes + " bytes in the log, with all the ids that it stands for;"
                        + " the most is " + EVENT_BYTES_MAX + ": split it into scripts of several names");
            }
            return applied;
        }
    }

    @Command(name = "list", description = "The constraints in force, by the name of their script.")
    static final class ListConstraints extends AskState implements Runnable {
        @Override
        public void run() {
            list(List.of("name", "constraints", "brokenNow", "since", "by", "reason"), (state, rows) -> {
                BrokenConstraints now = new BrokenConstraints(state, rows);
                return state.controls().constraints().stream().map(script -> row(script, rows, now));
            });
        }

        private static Map<String, Object> row(Controls.Constraints script, StateRows rows, BrokenConstraints now) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", script.applied().getName());
            try {
                List<Constraint> constraints = script.applied().getConstraints().stream()
                        .map(stated -> Form.of(stated).constraint())
                        .toList();
                List<String> broken = constraints.stream()
                        .flatMap(one -> now.broken(one).map(how -> rows.constraint(one) + " " + how).stream())
                        .toList();
                row.put("constraints", counted(constraints));
                row.put("brokenNow", broken.size());
                row.put("broken", broken);
                row.put(
                        "demands",
                        constraints.stream().map(ConstraintScript::print).toList());
            } catch (IllegalArgumentException newer) {
                row.put("constraints", newer.getMessage());
            }
            row.put("since", rows.time(script.since()));
            row.put("by", script.applied().getAuthor());
            row.put("reason", script.applied().getReason());
            row.put("text", script.applied().getText());
            return row;
        }
    }

    @Command(name = "withdraw", description = "Ends what a script of constraints demands.")
    static final class Withdraw extends Reasoned implements Runnable {
        @Spec
        CommandSpec spec;

        @Parameters(paramLabel = "NAME")
        String name;

        @Override
        public void run() {
            SiteKafka kafka = common.home();
            try (Log log = CommonOptions.open(kafka)) {
                List<String> inForce = inForce(log);
                if (!inForce.contains(name)) {
                    throw new Failed("no constraints are in force under the name " + name
                            + (inForce.isEmpty() ? "; there are none" : "; there are " + String.join(", ", inForce)));
                }
                EverySegment.append(
                        kafka,
                        Topic.CONTROLS,
                        log.segments(),
                        name,
                        new ConstraintsWithdrawn(name, Operator.name(), reason));
                spec.commandLine().getErr().println("constraints " + name + " are withdrawn");
            }
        }

        private static List<String> inForce(Log log) {
            Controls controls = new Controls();
            log.scan(
                    List.of(LogRange.all(Topic.CONTROLS, 0)),
                    record -> { // they stand in every segment
                        try {
                            controls.take(record);
                        } catch (UnreadableRecord _) {
                            // the schedulers tell of it
                        }
                        return true;
                    });
            return controls.constraints().stream()
                    .map(script -> script.applied().getName())
                    .toList();
        }
    }

    private static Names known(RegionState state) {
        TreeMap<String, String> vms = new TreeMap<>();
        for (Vm vm : state.vms()) {
            vms.put(vm.id(), vm.name());
        }
        TreeMap<String, String> hosts = new TreeMap<>();
        for (Host host : state.hosts()) {
            hosts.put(host.id(), host.label());
        }
        return new KnownNames(vms, hosts);
    }

    /** Returns how many there are. */
    private static int tell(PrintWriter err, Path file, Reading.Refused refused) {
        ScriptFile.faults(file, refused).forEach(err::println);
        return refused.faults().size();
    }

    /** As in "3 constraints (ban 1, spread 2)". */
    private static String counted(List<Constraint> constraints) {
        TreeMap<String, Long> byWord = constraints.stream()
                .collect(Collectors.groupingBy(
                        constraint -> Form.of(constraint).word().word(), TreeMap::new, Collectors.counting()));
        String words = byWord.entrySet().stream()
                .map(word -> word.getKey() + " " + word.getValue())
                .collect(Collectors.joining(", "));
        return plural(constraints.size(), "constraint") + (words.isEmpty() ? "" : " (" + words + ")");
    }

    private static String plural(int count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }
}
