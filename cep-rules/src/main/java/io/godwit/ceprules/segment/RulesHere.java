package io.godwit.ceprules.segment;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Operators' rules at work in this process: for logs of our own making, and as the measure of all others. */
final class RulesHere extends FedRules {
    private final RuleRuns runs;

    RulesHere(int segment, LookBack lookBack) {
        super(segment, lookBack);
        this.runs = new RuleRuns(segment);
    }

    @Override
    public Drawn take(Place place, List<Observation> next) {
        Map<Long, Said> said = new TreeMap<>();
        feedLookBack(place, said);
        knowHostsOf(next);
        feed(ids(), next, false, said);
        return new Drawn(List.copyOf(said.values()), List.of());
    }

    @Override
    protected void know(List<HostLabel> hosts) {
        runs.know(hosts);
    }

    @Override
    protected void add(CompiledRule rule) {
        runs.add(rule);
    }

    @Override
    protected void remove(RuleId rule) {
        runs.remove(rule);
    }

    @Override
    protected void feed(List<RuleId> rules, List<Observation> stretch, boolean held, Map<Long, Said> into) {
        List<RuleRuns.Viewed> viewed = runs.viewed(stretch);
        rules.forEach(rule -> put(runs.feed(rule, viewed), into));
    }

    @Override
    public void close() {
        runs.close();
    }
}
