package io.godwit.ops.simulate;

import io.godwit.ops.report.RunSeries.Level;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.avro.specific.SpecificRecord;

/** How a run went over time, for its report. */
final class Course {
    private final long originMicros;
    private final List<Level> openViolations = new ArrayList<>();
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
        openViolations.add(new Level(seconds(micros), meter.violatingNow()));
        wattHours.add(new Level(seconds(micros), meter.wattHours()));
    }

    void take(SpecificRecord event, long micros) {
        String outcome = switch (event) {
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

    List<Level> openViolations() {
        return openViolations;
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
