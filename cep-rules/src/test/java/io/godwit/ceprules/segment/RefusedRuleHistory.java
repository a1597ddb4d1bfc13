package io.godwit.ceprules.segment;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.Unchecked;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** A random history as a build drew it that has a built-in rule more, whose text this build refuses. */
public final class RefusedRuleHistory {
    private static final String RUNS = """
        // name: idle-host
        // look-back: 60s
        select hostId, cpuDemandMillicores as value from HostSample(cpuPermille < 300)
        """;
    private static final String REFUSED = RUNS.replace("cpuPermille", "cpuQuantile");

    private final History history;
    private final List<SpecificRecord> said;

    private RefusedRuleHistory(History history, List<SpecificRecord> said) {
        this.history = history;
        this.said = said;
    }

    public static RefusedRuleHistory random(long seed, int seconds) {
        History history = RestartTest.random(seed, seconds);
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        rules.forEach(rule -> deploy(history.log, rule.rule()));
        rules.add(Unchecked.compile(new RuleVersion("idle-host", 1, RUNS, true)));
        deploy(history.log, new RuleVersion("idle-host", 1, REFUSED, true));
        return new RefusedRuleHistory(history, history.detections(rules));
    }

    private static void deploy(MemoryLog log, RuleVersion rule) {
        log.append(
                Topic.RULES,
                History.SEGMENT,
                Instant.EPOCH,
                rule.name(),
                EventCodec.encode(new RuleDeployed(rule.name(), 1, rule.text(), "godwit", "test", true, 60)));
    }

    /** Everything that the other build said. */
    public List<SpecificRecord> said() {
        return said;
    }

    /** How many of its records were written before an observation was taken. */
    public int saidBelow(long offset) {
        int count = 0;
        while (count < said.size() && RecordedDetections.nextOffsetAfter(said.get(count)) <= offset) {
            count++;
        }
        return count;
    }

    /** Writes records to the detections topic. */
    public void record(List<SpecificRecord> records) {
        records.forEach(record ->
                history.log.append(Topic.DETECTIONS, History.SEGMENT, Instant.EPOCH, "k", EventCodec.encode(record)));
    }

    public MemoryLog log() {
        return history.log;
    }

    public long end() {
        return history.end();
    }

    public LogRecord observation(long offset) {
        return history.record(offset);
    }

    public List<LogRecord> rules() {
        List<LogRecord> rules = new ArrayList<>();
        history.log.scan(List.of(LogRange.all(Topic.RULES, History.SEGMENT)), rules::add);
        return rules;
    }

    /** Detections of the other rules. */
    public List<SpecificRecord> withoutIdleHost(List<SpecificRecord> records) {
        return records.stream()
                .filter(record -> switch (record) {
                    case DetectionBegan began -> !began.getRule().equals("idle-host");
                    case DetectionEnded ended -> !ended.getRule().equals("idle-host");
                    default -> false;
                })
                .toList();
    }

    /** Whether a record began a detection of a rule that no later one ends. */
    public boolean isOpenAtEnd(List<SpecificRecord> records, SpecificRecord record, String rule) {
        return record instanceof DetectionBegan began
                && began.getRule().equals(rule)
                && records.stream()
                        .noneMatch(other -> other instanceof DetectionEnded ended
                                && ended.getId().equals(began.getId()));
    }
}
