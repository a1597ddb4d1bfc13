package io.godwit.ops.simulate;

import io.godwit.ops.report.RunSeries.Level;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** How a run went over time, for its report. */
final class Course {
    private final long originMicros;
    private final List<Level> wattHours = new ArrayList<>();
    private final SequencedMap<String, List<Double>> migrationEnds = new LinkedHashMap<>();

    Course(long originMicros) {
        this.originMicros = originMicros;
        for (String outcome : List.of("succeeded", "failed", "refused", "aborted")) {
            migrationEnds.put(outcome, new ArrayList<>());
        }
    }

    void look(LoadMeter meter, long micros) {
        meter.advance(micros);
        wattHours.add(new Level(seconds(micros), meter.wattHours()));
    }

    void take(SpecificRecord event, long micros) {
        String outcome = switch (event) {
            case CommandSucceeded ended when ended.getSourceHostId().equals(ended.getTargetHostId()) -> ""; // resumed
            case CommandSucceeded _ -> "succeeded";
            case CommandFailed _ -> "failed";
            case CommandRefused _ -> "refused";
            case CommandAborted _ -> "aborted";
            default -> "";
        };
        if (!outcome.isEmpty()) {
            migrationEnds.get(outcome).add(seconds(micros));
        }
    }

    /** How many violations were open from each moment on at which one began or ended. */
    static List<Level> open(List<LoadMeter.Violation> violations, long originMicros) {
        SortedMap<Long, Integer> changes = new TreeMap<>();
        for (LoadMeter.Violation violation : violations) {
            changes.merge(violation.fromMicros(), 1, Integer::sum);
            changes.merge(violation.toMicros(), -1, Integer::sum);
        }
        List<Level> levels = new ArrayList<>();
        int open = 0;
        for (Map.Entry<Long, Integer> change : changes.entrySet()) {
            open += change.getValue();
            levels.add(new Level((change.getKey() - originMicros) / 1e6, open));
        }
        return levels;
    }

    List<Level> wattHours() {
        return wattHours;
    }

    SequencedMap<String, List<Double>> migrationEnds() {
        return migrationEnds;
    }

    private double seconds(long micros) {
        return (micros - originMicros) / 1e6;
    }
}
