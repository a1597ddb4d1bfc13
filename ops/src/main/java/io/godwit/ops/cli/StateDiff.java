package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit diff}: what differs between the states of two moments. */
@Command(
        name = "diff",
        description = "What differs between the states of two moments; godwit timeline tells what happened in between.")
public final class StateDiff implements Runnable {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--at",
            required = true,
            paramLabel = "TIME",
            description = "A moment, given twice: RFC 3339, local time, or how long ago as in -10m; now is one, too.")
    List<String> at;

    @Override
    public void run() {
        if (at.size() != 2) {
            throw new IllegalArgumentException("--at is given " + (at.size() == 1 ? "once" : at.size() + " times")
                    + "; give two moments: godwit diff --at -1h --at now");
        }
        List<Instant> moments = at.stream()
                .map(moment -> CommonOptions.moment(moment).orElseThrow())
                .sorted()
                .toList();
        try (Log log = common.log()) {
            List<Map<String, Object>> rows = between(facts(log, moments.getFirst()), facts(log, moments.getLast()));
            common.printer().list(List.of("what", "subject", "change", "before", "after"), rows);
            if (rows.isEmpty()) {
                System.err.println("nothing differs");
            }
        }
    }

    private static StateFacts facts(Log log, Instant moment) {
        RegionState state = StateRebuild.of(log, Optional.of(moment), moment);
        return new StateFacts(state, new StateRows(state, ZoneId.systemDefault()));
    }

    /** By kind, then id. */
    static List<Map<String, Object>> between(StateFacts before, StateFacts after) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (StateFacts.Kind kind : StateFacts.Kind.values()) {
            TreeSet<String> ids = new TreeSet<>(before.of(kind).keySet());
            ids.addAll(after.of(kind).keySet());
            for (String id : ids) {
                StateFacts.Fact then = before.of(kind).get(id);
                StateFacts.Fact now = after.of(kind).get(id);
                if (then == null) {
                    rows.add(row(kind, id, now.name(), kind.begins, null, now.says()));
                } else if (now == null) {
                    rows.add(row(kind, id, then.name(), kind.ends, then.says(), null));
                } else {
                    addChanges(rows, kind, id, then, now);
                }
            }
        }
        return rows;
    }

    private static void addChanges(
            List<Map<String, Object>> rows,
            StateFacts.Kind kind,
            String id,
            StateFacts.Fact then,
            StateFacts.Fact now) {
        Map<String, String> aspects = new LinkedHashMap<>(then.aspects());
        now.aspects().forEach(aspects::putIfAbsent);
        for (String aspect : aspects.keySet()) {
            String was = then.aspects().get(aspect);
            String is = now.aspects().get(aspect);
            if (was == null || !was.equals(is)) {
                rows.add(row(kind, id, now.name(), aspect, was, is));
            }
        }
    }

    private static Map<String, Object> row(
            StateFacts.Kind kind, String id, String name, String change, String before, String after) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", kind == StateFacts.Kind.VM ? "VM" : Words.word(kind).replace('-', ' '));
        row.put("subject", name);
        row.put("change", change);
        row.put("before", before);
        row.put("after", after);
        row.put("id", id);
        return row;
    }
}
