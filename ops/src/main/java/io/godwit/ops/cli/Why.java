package io.godwit.ops.cli;

import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit why ID}: the chain from what was done, or refused, back to the samples. */
@Command(
        name = "why",
        description =
                "Why a VM moved, stayed or was acted on, and what a detection led to: command, plan, detection, rule"
                        + " version, samples.")
public final class Why extends AskState implements Runnable {
    /** What an id may be of. */
    enum Kind {
        MIGRATION,
        COMMAND,
        DETECTION,
        REFUSAL
    }

    @Parameters(
            arity = "1..2",
            paramLabel = "[migration|command|detection|refusal] ID",
            description =
                    "A command id; a VM for its newest migration at that time, or why it stayed; a detection, a host"
                        + " partition, or a request. With refusal: a command, a request or a plan that was refused.")
    List<String> words;

    @Option(names = "--graph", description = "Prints the chain as text of Graphviz's dot.")
    boolean graph;

    @Option(
            names = "--closure",
            description =
                    "Of a migration: all records that it rests on, and whether it is decided again on these alone.")
    boolean closure;

    @Override
    public void run() {
        Optional<Kind> kind = kind();
        String named = words.getLast();
        if (graph && closure) {
            throw new IllegalArgumentException("--graph draws the chain and --closure lists records; give one of them");
        }
        if (graph && common.format != Printer.Format.TABLE) {
            throw new IllegalArgumentException("--graph prints text of Graphviz; drop it, or -o");
        }
        try (Log log = common.log()) {
            RegionState state = StateRebuild.named(log, moment());
            seek(log, moment(), state, kind, named);
            if (closure) {
                new WhyClosure(common, log)
                        .print(migration(state, kind, named)
                                .orElseThrow(() -> new Failed("no migration is meant by " + named
                                        + "; --closure is of migrations: see godwit migration list")));
                return;
            }
            print(chain(log, moment(), state, kind, named), migration(state, kind, named));
        }
    }

    private static Optional<Migrations.Migration> migration(RegionState state, Optional<Kind> kind, String named) {
        return kind.isEmpty() || kind.get() != Kind.DETECTION ? WhyFound.migration(state, named) : Optional.empty();
    }

    /** The answer, by a state that knows all which it may lead to. */
    static Chain chain(Log log, Optional<Instant> at, RegionState state, Optional<Kind> kind, String named) {
        WhyChain why = new WhyChain(log, state, ZoneId.systemDefault());
        Optional<Migrations.Migration> migration = migration(state, kind, named);
        return switch (kind.orElse(null)) {
            case null ->
                migration
                        .map(why::of)
                        .or(() -> state.partitions().byId(named).map(why::of))
                        .or(() -> state.requests().byId(named).map(why::of))
                        .or(() -> state.detections().byId(named).map(why::of))
                        .or(() -> stayed(why, state, named))
                        .or(() -> ActionRecord.find(log, named, at).map(why::of))
                        .orElseThrow(() -> MigrationCommands.unknown(named));
            case MIGRATION ->
                migration
                        .map(why::of)
                        .or(() -> stayed(why, state, named))
                        .orElseThrow(() -> MigrationCommands.unknown(named));
            case COMMAND ->
                WhyFound.migrationById(state, named)
                        .map(why::of)
                        .or(() -> ActionRecord.find(log, named, at).map(why::of))
                        .orElseThrow(() -> new Failed("no command has id " + named
                                + "; godwit timeline -o json names those of a stretch of time"));
            case DETECTION ->
                WhyFound.detection(state, named)
                        .map(why::of)
                        .orElseThrow(() -> new Failed("no detection has id " + named
                                + ", and none was of a host or VM of that name; see: godwit detection list"));
            case REFUSAL -> refusal(log, at, state, why, named);
        };
    }

    /** Reads what the chain may lead to, and nothing else. */
    static void seek(Log log, Optional<Instant> at, RegionState state, Optional<Kind> kind, String named) {
        Sought sought = new Sought(log, at, state);
        if (kind.isEmpty() || kind.get() != Kind.DETECTION) {
            sought.migrations(named);
            Optional<MigrateVm> command = WhyFound.migration(state, named).flatMap(Migrations.Migration::command);
            if (command.isPresent()) {
                sought.partition(
                        command.get().getPartitionId(),
                        command.get().getDetectionId(),
                        command.get().getDetection());
                return;
            }
            Optional<ActionRecord> action = ActionRecord.find(log, named, at);
            if (action.isPresent()) {
                action.get().decidedIn(sought::partition);
                return;
            }
        }
        if (kind.isEmpty() || kind.get() == Kind.DETECTION) {
            sought.detections(named);
            Optional<Detections.Detection> detection = WhyFound.detection(state, named);
            if (detection.isPresent()
                    && (kind.isPresent() || detection.get().id().equals(named))) {
                sought.answers(detection.get());
                return;
            }
        }
        sought.partitions(named);
    }

    private Optional<Kind> kind() {
        if (words.size() < 2) {
            return Optional.empty();
        }
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(words.getFirst().toUpperCase(Locale.ROOT))) {
                return Optional.of(kind);
            }
        }
        throw new IllegalArgumentException("\"" + words.getFirst()
                + "\" cannot be explained; write migration, command, detection or refusal, or the id alone: godwit why "
                + words.getLast());
    }

    private static Optional<Chain> stayed(WhyChain why, RegionState state, String named) {
        return WhyFound.spared(state, named)
                .map(why::of)
                .or(() -> WhyFound.stayed(state, named).map(why::of));
    }

    /** A command that its executor refused, a request that was, a plan that the judge refused, or a host partition without one. */
    private static Chain refusal(Log log, Optional<Instant> at, RegionState state, WhyChain why, String id) {
        Optional<Chain> refused = WhyFound.migrationById(state, id)
                .filter(migration -> migration.stage() == Migrations.Stage.REFUSED)
                .map(why::of)
                .or(() -> state.requests()
                        .byId(id)
                        .filter(request -> request.answer()
                                .filter(answer -> answer.answered().getAnswer().equals("refused"))
                                .isPresent())
                        .map(why::of))
                .or(() -> state.partitions()
                        .byId(id)
                        .filter(partition -> !partition.refused().isEmpty()
                                || partition
                                        .closed()
                                        .filter(closed -> closed.getEnd() == PartitionEnd.INFEASIBLE)
                                        .isPresent())
                        .map(why::of))
                .or(() -> ActionRecord.find(log, id, at)
                        .filter(action -> action.outcome()
                                .filter(ActionRecord.End::refused)
                                .isPresent())
                        .map(why::of));
        return refused.orElseThrow(() -> new Failed("nothing with id " + id
                + " was refused: no command, no request, and no plan of a host partition; see: godwit why " + id));
    }

    private void print(Chain chain, Optional<Migrations.Migration> migration) {
        if (graph) {
            ChainText.dot(chain).forEach(System.out::println);
        } else if (common.format == Printer.Format.TABLE) {
            ChainText.lines(chain).forEach(System.out::println);
        } else {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("migration", migration.map(Migrations.Migration::id).orElse(null));
            row.putAll(ChainText.row(chain));
            common.printer().one(row);
        }
    }
}
