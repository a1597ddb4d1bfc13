package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** What the verbs share that list what is over as well: how far back, so that the length of a log does not count. */
abstract class AskHistory extends AskState {
    private static final Duration SINCE = Duration.ofDays(1);

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description =
                    "Tells also what was over by then, back to that time: RFC 3339, local time, or how long ago as in"
                            + " -7d (default: a day before --at).")
    String since;

    private Instant from = Instant.EPOCH;

    /** Topics whose events are told that far back. */
    abstract Topic[] topics();

    @Override
    RegionState state(Log log) {
        Instant moment = moment().orElseGet(() -> common.present(log));
        from = Optional.ofNullable(since)
                .map(text -> Moment.parse(text, moment.atZone(ZoneId.systemDefault())))
                .orElseGet(() -> moment.minus(SINCE));
        if (from.isAfter(moment)) {
            throw new IllegalArgumentException("--since " + since + " is later than the moment that is asked for, "
                    + ZonedDateTime.ofInstant(moment, ZoneId.systemDefault()).toOffsetDateTime()
                    + "; give an earlier one");
        }
        if (since == null && leavesOut(log)) {
            System.err.println("godwit: what was over a day before is left out; --since -7d tells of a week");
        }
        return state(log, history(from));
    }

    /** What is read of what was over by then: all events of the topics, unless a verb needs less. */
    History history(Instant back) {
        return History.since(back, topics());
    }

    private boolean leavesOut(Log log) {
        return IntStream.range(0, log.segments())
                .anyMatch(segment -> from.isAfter(Instant.EPOCH)
                        && log.offsetAt(topics()[0], segment, from) > log.beginning(topics()[0], segment));
    }

    /** Whether something that ended then, or is open, is to be told. */
    final boolean told(Optional<Instant> ended) {
        return ended.isEmpty() || !ended.get().isBefore(from);
    }
}
