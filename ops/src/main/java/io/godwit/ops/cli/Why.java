package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit why MIGRATION}: the chain from a command, a VM or a host partition back to the samples. */
@Command(name = "why", description = "Why a VM moved or stayed: command, plan, detection, rule version, samples.")
public final class Why extends AskState implements Runnable {
    @Parameters(
            arity = "1..2",
            paramLabel = "[migration] MIGRATION",
            description =
                    "A command id; a VM for its newest migration at that time, or why it stayed; a host partition; or a"
                            + " request.")
    List<String> words;

    @Override
    public void run() {
        if (words.size() == 2 && !words.getFirst().equals("migration")) {
            throw new IllegalArgumentException(
                    "\"" + words.getFirst() + "\" cannot be explained; write: godwit why migration " + words.getLast());
        }
        String named = words.getLast();
        try (Log log = common.log()) {
            RegionState state = state(log);
            WhyChain chain = new WhyChain(log, state, ZoneId.systemDefault());
            Optional<Migrations.Migration> migration = WhyChain.find(state, named);
            List<String> lines = migration
                    .map(chain::lines)
                    .or(() -> state.partitions().byId(named).map(chain::lines))
                    .or(() -> state.requests().byId(named).map(chain::lines))
                    .or(() -> WhyChain.findSpared(state, named).map(chain::lines))
                    .or(() -> WhyChain.findStayed(state, named).map(chain::lines))
                    .orElseThrow(() -> MigrationCommands.unknown(named));
            if (common.format == Printer.Format.TABLE) {
                lines.forEach(System.out::println);
            } else {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("migration", migration.map(Migrations.Migration::id).orElse(null));
                row.put("chain", lines.stream().map(String::strip).toList());
                common.printer().one(row);
            }
        }
    }
}
