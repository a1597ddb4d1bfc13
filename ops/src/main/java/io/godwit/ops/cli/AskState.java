package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the verbs that ask for state share: fold the log, up to a moment if one is named, and print a part of it. */
abstract class AskState {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "State of that moment: RFC 3339, local time, or how long ago as in -10m (default: now).")
    String at;

    final void list(List<String> columns, BiFunction<RegionState, StateRows, Stream<Map<String, Object>>> rows) {
        try (Log log = common.log()) {
            RegionState state = state(log);
            common.printer()
                    .list(
                            columns,
                            rows.apply(state, new StateRows(state, ZoneId.systemDefault()))
                                    .toList());
        }
    }

    final void one(Function<RegionState, Function<StateRows, Map<String, Object>>> row) {
        try (Log log = common.log()) {
            RegionState state = state(log);
            common.printer().one(row.apply(state).apply(new StateRows(state, ZoneId.systemDefault())));
        }
    }

    /** The moment that is asked for; empty: the present. */
    final Optional<Instant> moment() {
        return CommonOptions.moment(at);
    }

    /** What is open at the moment, and as much of what is over as the verb tells of. */
    RegionState state(Log log) {
        return state(log, History.NONE);
    }

    final RegionState state(Log log, History history) {
        return StateRebuild.of(log, moment(), common.present(log), history);
    }
}
