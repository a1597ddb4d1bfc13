package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.SegmentRuntime;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.observations.ObservationView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Operators' rules of one segment, each in an Esper runtime of its own: so that what one costs is measured, one that hangs is
 * known by name, and what one says depends on no other.
 */
public final class RuleRuns implements AutoCloseable {
    private final OpenDetections nothingOpen; // operators' rules see nothing of what stands open
    private final TreeMap<RuleId, Run> runs = new TreeMap<>();
    private final Map<String, HostLabel> hosts = new HashMap<>();

    public RuleRuns(int segment) {
        this.nothingOpen = new OpenDetections(segment);
    }

    /** An observation as rules see it. */
    public record Viewed(long offset, long atMillis, List<ObservationView> views) {}

    /** A rule, and its runtime from its first observation on. */
    private static final class Run {
        final CompiledRule rule;
        Optional<SegmentRuntime> runtime = Optional.empty();

        Run(CompiledRule rule) {
            this.rule = rule;
        }

        SegmentRuntime at(long millis) {
            if (runtime.isEmpty()) {
                runtime = Optional.of(new SegmentRuntime(false, List.of(rule), millis));
            }
            return runtime.get();
        }
    }

    /** Lets a rule begin, without any state. */
    public void add(CompiledRule rule) {
        remove(RuleId.of(rule));
        runs.put(RuleId.of(rule), new Run(rule));
    }

    /** Lets a rule end; nothing for one that never began. */
    public void remove(RuleId rule) {
        Run run = runs.remove(rule);
        if (run != null) {
            run.runtime.ifPresent(SegmentRuntime::close);
        }
    }

    /** The same, and nothing of it stays in memory. */
    public void unload(RuleId rule) {
        Run run = runs.get(rule);
        remove(rule);
        if (run != null) {
            run.rule.classes().unload();
        }
    }

    /** Lets rules know from now on who these hosts are; of others they see empty texts. */
    public void know(List<HostLabel> labels) {
        labels.forEach(label -> hosts.put(label.hostId(), label));
    }

    /** Made once for all rules. Observations that cannot be read are left out. */
    public List<Viewed> viewed(List<Observation> stretch) {
        Views views = new Views(nothingOpen, hostId -> hosts.getOrDefault(hostId, HostLabel.UNKNOWN));
        List<Viewed> viewed = new ArrayList<>(stretch.size());
        for (Observation observation : stretch) {
            observation.event().ifPresent(event -> {
                List<ObservationView> of = new ArrayList<>(2);
                views.of(event, observation.offset(), observation.atMillis(), of::add);
                viewed.add(new Viewed(observation.offset(), observation.atMillis(), of));
            });
        }
        return viewed;
    }

    /** Feeds one rule, and tells what it said. */
    public List<OperatorRules.Said> feed(RuleId rule, List<Viewed> stretch) {
        List<OperatorRules.Said> said = new ArrayList<>();
        if (stretch.isEmpty()) {
            return said;
        }
        SegmentRuntime runtime = runs.get(rule).at(stretch.getFirst().atMillis());
        for (Viewed observation : stretch) {
            runtime.advance(observation.atMillis());
            for (ObservationView view : observation.views()) {
                runtime.feed(view);
            }
            List<Signal> signals = eachSubjectOnce(runtime.drain());
            if (!signals.isEmpty()) {
                said.add(new OperatorRules.Said(observation.offset(), observation.atMillis(), signals));
            }
        }
        return said;
    }

    /** Rows that a rule made since the last call, repeated ones included. */
    public long rows(RuleId rule) {
        return runs.get(rule).runtime.map(SegmentRuntime::takeRows).orElse(0L);
    }

    /** Of rows that speak for the same subject at the same observation the first one counts, and the others say nothing new. */
    private static List<Signal> eachSubjectOnce(List<Signal> inOrder) {
        if (inOrder.size() < 2) {
            return inOrder;
        }
        List<Signal> once = new ArrayList<>();
        for (Signal signal : inOrder) {
            if (once.isEmpty() || !once.getLast().subject().equals(signal.subject())) {
                once.add(signal);
            }
        }
        return once;
    }

    @Override
    public void close() {
        List.copyOf(runs.keySet()).forEach(this::remove);
    }
}
