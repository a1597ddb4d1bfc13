package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Feeds rules with the look-back first, where they are new, and then with what comes; who runs them is left open. */
public abstract class FedRules implements OperatorRules {
    /** As many observations are fed at once. */
    public static final int STRETCH = 500;

    /** Fed beyond what the rules need, so that the edges of what they need are whole. */
    static final Duration SLACK = Duration.ofSeconds(5);

    protected final int segment;
    private final LookBack lookBack;
    private final HostLabels labels;
    private int labelsKnown;
    private boolean asked;
    private final TreeMap<RuleId, CompiledRule> wanted = new TreeMap<>();
    private final TreeMap<RuleId, CompiledRule> fed = new TreeMap<>();

    protected FedRules(int segment, LookBack lookBack) {
        this.segment = segment;
        this.lookBack = lookBack;
        this.labels = new HostLabels(segment, lookBack);
    }

    @Override
    public final void want(List<CompiledRule> rules) {
        wanted.clear();
        rules.forEach(rule -> wanted.put(RuleId.of(rule), rule));
        asked = rules.stream().anyMatch(CompiledRule::asksForLabels);
        for (RuleId rule : List.copyOf(fed.keySet())) {
            if (!wanted.containsKey(rule)) {
                fed.remove(rule);
                remove(rule);
            }
        }
    }

    /** Rules that are to be at work, by id. */
    protected final Collection<CompiledRule> wanted() {
        return wanted.values();
    }

    /** A rule that may not go on is wanted no more. */
    protected final void drop(RuleId rule) {
        wanted.remove(rule);
        fed.remove(rule);
        remove(rule);
    }

    /** Who ran the rules is gone with their state; they get their look-back anew. */
    protected final void forget() {
        fed.clear();
        labelsKnown = 0;
    }

    /** Feeds rules that are new with what they need to know from before a place. */
    protected final void feedLookBack(Place place, Map<Long, Said> into) {
        for (List<CompiledRule> together : groups(wanted.values().stream()
                .filter(rule -> !fed.containsKey(RuleId.of(rule)))
                .toList())) {
            together.forEach(this::add);
            feedLookBack(place, together, into);
            fed(place, together);
            together.stream()
                    .filter(rule -> wanted.containsKey(RuleId.of(rule)))
                    .forEach(rule -> fed.put(RuleId.of(rule), rule));
        }
    }

    /** Rules that are new know all that was before. */
    protected void fed(Place place, List<CompiledRule> rules) {}

    /** How rules that are new are fed: all together, so that the log is read once. */
    protected List<List<CompiledRule>> groups(List<CompiledRule> fresh) {
        return fresh.isEmpty() ? List.of() : List.of(fresh);
    }

    /** The same for some rules, which are empty; each gets as much as it needs. */
    protected final void feedLookBack(Place place, List<CompiledRule> rules, Map<Long, Said> into) {
        if (asked) {
            labels.readBefore(); // what is observed before the place is of hosts that have joined by now
            knowLabels();
        }
        Map<RuleId, Long> fromMillis = new TreeMap<>();
        rules.forEach(rule -> fromMillis.put(
                RuleId.of(rule), place.logTime().minus(rule.feed()).minus(SLACK).toEpochMilli()));
        List<Observation> stretch = new ArrayList<>();
        long[] nowMillis = {0};
        Instant from = Instant.ofEpochMilli(Collections.min(fromMillis.values()));
        lookBack.read(segment, from, place.nextOffset(), record -> {
            Observation observation = Observation.of(record, nowMillis[0]);
            nowMillis[0] = observation.atMillis();
            stretch.add(observation);
            if (stretch.size() == STRETCH) {
                feedHeld(fromMillis, stretch, into);
                stretch.clear();
            }
        });
        if (!stretch.isEmpty()) {
            feedHeld(fromMillis, stretch, into);
        }
    }

    /** Before observations that come next are fed: who their hosts are, where any rule may ask. */
    protected final void knowHostsOf(List<Observation> next) {
        if (asked) {
            labels.readFor(next);
            knowLabels();
        }
    }

    private void knowLabels() {
        List<HostLabel> more = labels.after(labelsKnown);
        if (!more.isEmpty()) {
            know(more);
            labelsKnown += more.size();
        }
    }

    private void feedHeld(Map<RuleId, Long> fromMillis, List<Observation> stretch, Map<Long, Said> into) {
        List<RuleId> rules = fromMillis.entrySet().stream()
                .filter(rule -> wanted.containsKey(rule.getKey())) // one may be out since the last stretch
                .filter(rule -> stretch.getLast().atMillis() >= rule.getValue())
                .map(Map.Entry::getKey)
                .toList();
        feed(rules, stretch, true, into);
    }

    /** Puts what one rule said to what others said of the same observations. */
    protected static void put(List<Said> some, Map<Long, Said> into) {
        for (Said said : some) {
            into.merge(said.offset(), said, (one, other) -> {
                List<Signal> both = new ArrayList<>(one.signals());
                both.addAll(other.signals());
                both.sort(Signal.ORDER);
                return new Said(one.offset(), one.atMillis(), both);
            });
        }
    }

    /** Lets whoever runs the rules know these hosts, besides those that were told before. */
    protected abstract void know(List<HostLabel> hosts);

    /** Lets a rule begin, without any state. */
    protected abstract void add(CompiledRule rule);

    protected abstract void remove(RuleId rule);

    /**
     * Feeds some of the rules, which have seen all that was before.
     *
     * @param held whether this is look-back, for which no budgets over time count
     */
    protected abstract void feed(List<RuleId> rules, List<Observation> stretch, boolean held, Map<Long, Said> into);

    protected final List<RuleId> ids() {
        return List.copyOf(wanted.keySet());
    }
}
