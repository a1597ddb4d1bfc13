package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EventBean;
import com.espertech.esper.common.client.EventType;
import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.detections.Subject;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Turns the rows of a rule into signals. */
final class SignalReader {
    private final CompiledRule rule;

    SignalReader(CompiledRule rule) {
        this.rule = rule;
    }

    /** Whether a statement with these columns speaks of hosts; others only keep state. */
    boolean reads(String[] columns) {
        List<String> names = Arrays.asList(columns);
        return rule.rule().builtIn() ? names.contains("signal") : names.contains("hostId");
    }

    void read(EventBean row, List<Signal> into) {
        if (row.get("hostId") instanceof String) {
            into.add(rule.rule().builtIn() ? builtIn(row) : operators(row));
        }
    }

    private Signal builtIn(EventBean row) {
        EventType type = row.getEventType();
        String vmId = type.isProperty("vmId") ? (String) row.get("vmId") : "";
        Subject subject = new Subject(rule.header().kind(), "", (String) row.get("hostId"), vmId);
        List<Signal.Seen> seen = seen(row.get("evidence"), row.get("says"));
        String name = rule.rule().name();
        int version = rule.rule().version();
        return "ended".equals(row.get("signal"))
                ? new Signal.Left(name, version, subject, seen, (String) row.get("reason"))
                : new Signal.Crossed(
                        name,
                        version,
                        subject,
                        seen,
                        (String) row.get("metric"),
                        ((Number) row.get("value")).longValue(),
                        ((Number) row.get("threshold")).longValue(),
                        (String) row.get("unit"),
                        Optional.empty());
    }

    private static List<Signal.Seen> seen(Object offsets, Object says) {
        List<Signal.Seen> seen = new ArrayList<>();
        for (int i = 0; i < Array.getLength(offsets); i++) {
            long offset = ((Number) Array.get(offsets, i)).longValue();
            if (offset >= 0) { // -1 stands for an observation that is not known
                seen.add(new Signal.Seen(offset, (String) Array.get(says, i)));
            }
        }
        return seen;
    }

    /** Of an operator's rule the row itself is what was seen; the place of the moment is added by who decides. */
    private Signal operators(EventBean row) {
        EventType type = row.getEventType();
        String vmId = type.isProperty("vmId") ? Objects.toString(row.get("vmId"), "") : "";
        long value = type.isProperty("value") && row.get("value") instanceof Number number
                ? Math.round(number.doubleValue())
                : 0;
        return new Signal.Crossed(
                rule.rule().name(),
                rule.rule().version(),
                new Subject(rule.header().kind(), rule.rule().name(), (String) row.get("hostId"), vmId),
                List.of(),
                rule.header().metric(),
                value,
                rule.header().threshold(),
                rule.header().unit(),
                Optional.of(rule.header().terms()));
    }
}
