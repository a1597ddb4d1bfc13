package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit timeline}: what happened in a stretch of time, a line for each event. */
@Command(
        name = "timeline",
        description = "What happened in a stretch of time, in the log's order: a line for each event.")
public final class TimelineCommand implements Runnable {
    private static final Duration STRETCH = Duration.ofHours(1);

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "The beginning: RFC 3339, local time, or how long ago as in -10m (default: an hour before the"
                    + " end).")
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "The end, in the same forms (default: the log's end).")
    String to;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Only what concerns this host, or the whole site: id, label (site/rack/name) or name.")
    String host;

    @Option(
            names = {"--vm", "--ve"},
            paramLabel = "VM",
            description = "Only what concerns this VM, or the whole site: id or name.")
    String vm;

    @Option(names = "--positions", description = "Shows where each record stands, too.")
    boolean positions;

    @Override
    public void run() {
        try (Log log = common.log()) {
            Optional<Instant> end = CommonOptions.moment(to);
            Instant start = CommonOptions.moment(from)
                    .orElseGet(() -> end.orElseGet(() -> common.present(log)).minus(STRETCH));
            end.filter(moment -> moment.isBefore(start)).ifPresent(_ -> {
                throw new IllegalArgumentException("--to " + to + " is before "
                        + (from == null ? "the beginning" : "--from " + from) + "; give the earlier one to --from");
            });
            Timeline timeline = new Timeline(log);
            List<Timeline.Entry> all = timeline.between(start, end);
            List<Timeline.Entry> entries =
                    all.stream().filter(wanted(timeline, all)).toList();
            List<String> columns = new ArrayList<>(List.of("time", "what", "subject", "detail"));
            if (positions) {
                columns.add("position");
            }
            common.printer()
                    .list(columns, entries.stream().map(TimelineCommand::row).toList());
            if (entries.isEmpty()) {
                System.err.println("nothing happened then; give --from and --to in the log's own time");
            }
            if (timeline.unreadable() > 0) {
                System.err.println(timeline.unreadable() + " records are damaged and were passed over");
            }
        }
    }

    /** What concerns nobody in particular concerns all. */
    private Predicate<Timeline.Entry> wanted(Timeline timeline, List<Timeline.Entry> all) {
        Predicate<Timeline.Entry> wanted = _ -> true;
        if (host != null) {
            String id = one(
                    "host",
                    host,
                    timeline.names().hostsCalled(host),
                    all,
                    entry -> entry.concerned().hostIds());
            wanted = wanted.and(entry ->
                    entry.concerned().nobody() || entry.concerned().hostIds().contains(id));
        }
        if (vm != null) {
            String id = one(
                    "VM",
                    vm,
                    timeline.names().vmsCalled(vm),
                    all,
                    entry -> entry.concerned().vmIds());
            wanted = wanted.and(entry ->
                    entry.concerned().nobody() || entry.concerned().vmIds().contains(id));
        }
        return wanted;
    }

    /** The one that is called so, or whose id stands in an event though the inventory does not know it. */
    private static String one(
            String kind,
            String named,
            List<String> called,
            List<Timeline.Entry> all,
            Function<Timeline.Entry, Set<String>> ids) {
        if (called.size() > 1) {
            throw new Failed("more than one " + kind + " is called " + named + ": " + String.join(", ", called)
                    + "; name it by id");
        }
        if (called.isEmpty() && all.stream().noneMatch(entry -> ids.apply(entry).contains(named))) {
            throw new Failed("no " + kind + " was called " + named + " up to then; name it by "
                    + (kind.equals("host")
                            ? "label or id, as in: godwit host list"
                            : "id, as in: godwit vm list -o json"));
        }
        return called.isEmpty() ? named : called.getFirst();
    }

    private static Map<String, Object> row(Timeline.Entry entry) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("time", StateRows.time(entry.at(), ZoneId.systemDefault()));
        row.put("what", entry.told().word());
        row.put("subject", entry.told().subject());
        row.put("detail", entry.told().detail());
        row.put("event", entry.event());
        row.put("hostIds", List.copyOf(entry.concerned().hostIds()));
        row.put("vmIds", List.copyOf(entry.concerned().vmIds()));
        row.put("position", WhyChain.place(entry.position()));
        return row;
    }
}
