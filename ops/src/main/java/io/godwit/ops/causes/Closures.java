package io.godwit.ops.causes;

import io.godwit.ceprules.DetectionCauses;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.schedulers.replay.Causes;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The closures of the decisions of a stretch of a site's past, each of which is followed through the same traces. */
public final class Closures {
    /** Newest snapshots are no older, as they are ten minutes apart. */
    private static final Duration SNAPSHOTS = Duration.ofMinutes(20);

    private final Log log;
    private final Instant from;
    private final Instant to;
    private final Causes causes;
    private final RuleBook rules;
    private final Admission admission;
    private final Map<Integer, DetectionCauses> detections = new HashMap<>(); // looked up by segment

    /**
     * @param from schedulers are followed from their newest snapshots before this log time
     * @param to log time up to which decisions are followed
     * @param admission looks through operators' rules of the log
     */
    public Closures(Log log, Instant from, Instant to, Admission admission) {
        this.admission = admission;
        this.log = log;
        this.from = from;
        this.to = to;
        this.causes = new Causes(log, from, to);
        this.rules = RuleLog.read(log);
    }

    /**
     * The closure of a decision; empty where it was not made in the stretch, or the inputs of the stretch are not all kept.
     *
     * @param at log time of its record
     */
    public Optional<Closure> of(Decision decision, Instant at) {
        return causes.of(decision).map(found -> {
            TreeSet<Place> records = new TreeSet<>();
            found.inputs()
                    .forEach((segment, inputs) -> inputs.forEach(input -> {
                        records.add(Place.of(input));
                        if (input.topic() == Topic.DETECTIONS) {
                            detections(segment).of(input).forEach(cause -> records.add(Place.of(cause)));
                        }
                    }));
            return new Closure(from, at, records, new TreeMap<>(found.entries()));
        });
    }

    private DetectionCauses detections(int segment) {
        return detections.computeIfAbsent(
                segment,
                _ -> new DetectionCauses(log, rules, segment, from.minus(SNAPSHOTS), to.plusMillis(1), admission));
    }
}
