package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code godwit migration …}: what was moved. */
@Command(
        name = "migration",
        description = "What was moved.",
        subcommands = {MigrationCommands.ListMigrations.class, MigrationCommands.ShowMigration.class})
public final class MigrationCommands {
    @Command(name = "list", description = "Migrations, oldest first.")
    static final class ListMigrations extends AskHistory implements Runnable {
        @Override
        Topic[] topics() {
            return new Topic[] {Topic.COMMANDS, Topic.OUTCOMES};
        }

        @Override
        public void run() {
            list(
                    List.of("commanded", "id", "vm", "source", "target", "state", "took", "because"),
                    (state, rows) -> state.migrations().all().stream()
                            .filter(migration -> told(migration.ended()))
                            .sorted(Comparator.comparing((Migrations.Migration migration) ->
                                            migration.commanded().orElse(Instant.EPOCH))
                                    .thenComparing(Migrations.Migration::id))
                            .map(rows::migration));
        }
    }

    @Command(name = "show", description = "One migration.")
    static final class ShowMigration extends AskState implements Runnable {
        @Parameters(paramLabel = "MIGRATION", description = "Its command id, or a VM for its newest one.")
        String named;

        @Override
        public void run() {
            try (Log log = common.log()) {
                RegionState state = StateRebuild.named(log, moment());
                new Sought(log, moment(), state).migrations(named);
                common.printer()
                        .one(new StateRows(state, ZoneId.systemDefault())
                                .migration(WhyFound.migration(state, named).orElseThrow(() -> unknown(named))));
            }
        }
    }

    static Failed unknown(String named) {
        return new Failed(
                "no migration has id " + named + ", and no VM of that name was moved; see: godwit migration list");
    }
}
