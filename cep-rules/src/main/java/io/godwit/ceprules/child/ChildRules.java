package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.segment.FedRules;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.Observation;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.units.ByteSize;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Operators' rules of one segment at work in a child JVM, within their budgets; goes on with a new one where that ends. */
final class ChildRules extends FedRules {
    /** A child that ends more often within one batch, for no reason that could be told, is given up. */
    private static final int ENDS_MAX = 3;

    private static final long WEIGH_EVERY_MILLIS = 60_000;

    private final OperatorsProcess process;
    private final OperatorsConfig budget;
    private final boolean ofThePast;
    private final Map<RuleId, RuleMeter> meters = new HashMap<>();
    private final Map<RuleId, Long> allocated = new HashMap<>(); // for look-backs that were not weighed
    private final Map<RuleId, Long> grown = new HashMap<>(); // allocated since it began or was weighed
    private final List<Offence> offences = new ArrayList<>();
    private long weighedMillis = -WEIGH_EVERY_MILLIS;
    private int generation;
    private boolean alone;

    ChildRules(int segment, LookBack lookBack, OperatorsProcess process, OperatorsConfig budget, boolean ofThePast) {
        super(segment, lookBack);
        this.ofThePast = ofThePast;
        this.process = process;
        this.budget = budget;
    }

    /** Carries {@link ChildLost} through what feeds. */
    private static final class Lost extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final transient ChildLost how;

        Lost(ChildLost how) {
            super(how);
            this.how = how;
        }
    }

    @Override
    public Drawn take(Place place, List<Observation> next) {
        offences.clear();
        alone = false;
        int ends = 0;
        while (true) {
            Map<Long, Said> said = new TreeMap<>();
            try {
                int now = process.running();
                if (now != generation) {
                    forget();
                    grown.clear();
                    generation = now;
                }
                allocated.clear();
                feedLookBack(place, said);
                weighWhereScarce(place);
                knowHostsOf(next);
                feed(ids(), next, false, said);
                return new Drawn(List.copyOf(said.values()), List.copyOf(offences));
            } catch (Lost lost) {
                ends = judged(lost.how, next.size()) ? 0 : ends + 1;
                giveUp(ends, lost.how);
            } catch (ChildLost lost) {
                giveUp(++ends, lost);
            }
        }
    }

    /** Where memory has run out they are fed one by one, so that it is known whose it is. */
    @Override
    protected List<List<CompiledRule>> groups(List<CompiledRule> fresh) {
        return alone ? fresh.stream().map(List::of).toList() : super.groups(fresh);
    }

    private void giveUp(int ends, ChildLost lost) {
        if (ends >= ENDS_MAX) {
            throw new OperatorsGone(
                    "the JVM of operators' rules ended %d times in a row, last because %s; its last words stand in this process's standard error"
                            .formatted(ends, lost.getMessage()),
                    lost);
        }
    }

    /** Whether a rule is to blame, which is then out. */
    private boolean judged(ChildLost lost, int observations) {
        boolean exact = alone || lost.why() != ChildLost.Why.OUT_OF_MEMORY;
        alone |= lost.why() == ChildLost.Why.OUT_OF_MEMORY;
        Optional<RuleId> rule = lost.atWork();
        if (rule.isEmpty() || !exact) { // who was at work when it ran out first is told too late
            return false;
        }
        Optional<String> reason = switch (lost.why()) {
            case HUNG ->
                Optional.of(
                        "it did not come to its end within %d ms of CPU for a batch of at most %d observations, and its JVM was killed; cep.operators.batch-cpu is %d ms"
                                .formatted(
                                        2 * budget.batchCpu().toMillis(),
                                        Math.max(STRETCH, observations),
                                        budget.batchCpu().toMillis()));
            case OUT_OF_MEMORY ->
                process.ranOutOfMemory(rule.get()) < 2
                        ? Optional.empty() // perhaps another one's fault, which is found by weighing
                        : Optional.of(
                                "the JVM of operators' rules ran out of its %s of memory twice while it was at work, or had allocated the most; cep.operators.heap is for all rules together"
                                        .formatted(budget.heap()));
            case STALLED, ENDED -> Optional.empty();
        };
        reason.ifPresent(says -> out(rule.get(), says));
        return reason.isPresent();
    }

    private void out(RuleId rule, String reason) {
        if (ofThePast) {
            throw new OperatorsGone(
                    "rule %s cannot be run again in segment %d: %s".formatted(rule, segment, reason), null);
        }
        offences.add(new Offence(rule, reason));
        drop(rule);
    }

    /** A rule keeps no more than was allocated for it, so that few have to be weighed; those lose their state by it. */
    @Override
    protected void fed(Place place, List<CompiledRule> rules) {
        if (ofThePast) {
            return;
        }
        for (CompiledRule rule : rules) {
            if (ids().contains(RuleId.of(rule)) && allocated.getOrDefault(RuleId.of(rule), 0L) > most()) {
                weigh(place, rule);
            }
        }
    }

    /** While rules are at work, one at a time and seldom: each costs collections, and its look-back. */
    private void weighWhereScarce(Place place) {
        long now = place.logTime().toEpochMilli();
        if (ofThePast || !process.isScarce() || now - weighedMillis < WEIGH_EVERY_MILLIS) {
            return;
        }
        wanted().stream()
                .filter(rule -> grown.getOrDefault(RuleId.of(rule), 0L) > most())
                .max(Comparator.comparing(rule -> grown.get(RuleId.of(rule))))
                .ifPresent(rule -> {
                    weighedMillis = now;
                    weigh(place, rule);
                });
    }

    /** As much may a rule keep; where memory has run out, no more than half of what there is for all. */
    private long most() {
        return alone
                ? Math.min(budget.state().bytes(), budget.heap().bytes() / 2)
                : budget.state().bytes();
    }

    private void weigh(Place place, CompiledRule rule) {
        long bytes;
        grown.remove(RuleId.of(rule));
        try {
            bytes = process.weigh(segment, RuleId.of(rule));
        } catch (ChildLost lost) {
            throw new Lost(lost);
        }
        if (bytes <= most()) {
            add(rule);
            feedLookBack(place, List.of(rule), new TreeMap<>());
        } else if (bytes > budget.state().bytes()) {
            out(
                    RuleId.of(rule),
                    "it keeps %s for segment %d; cep.operators.state is %s"
                            .formatted(new ByteSize(bytes), segment, budget.state()));
        } else {
            out(
                    RuleId.of(rule),
                    "the JVM of operators' rules ran out of its %s of memory, more than half of which it keeps: %s for segment %d"
                            .formatted(budget.heap(), new ByteSize(bytes), segment));
        }
    }

    @Override
    protected void know(List<HostLabel> hosts) {
        try {
            process.know(segment, hosts);
        } catch (ChildLost lost) {
            throw new Lost(lost);
        }
    }

    @Override
    protected void add(CompiledRule rule) {
        try {
            process.add(segment, rule);
        } catch (ChildLost lost) {
            throw new Lost(lost);
        }
    }

    @Override
    protected void remove(RuleId rule) {
        meters.remove(rule);
        grown.remove(rule);
        if (process.isAlive(generation)) {
            try {
                process.remove(segment, rule);
            } catch (ChildLost gone) {
                generation = 0; // what is gone need not be removed
            }
        }
    }

    @Override
    protected void feed(List<RuleId> rules, List<Observation> stretch, boolean held, Map<Long, Said> into) {
        if (rules.isEmpty() || stretch.isEmpty()) {
            return;
        }
        Map<RuleId, Told.Ended> all = new TreeMap<>();
        try {
            process.feed(new Order.Feed(segment, alone, rules, stretch), all::put);
        } catch (ChildLost lost) {
            throw new Lost(lost);
        }
        all.forEach((rule, ended) -> {
            grown.merge(rule, ended.allocatedBytes(), Long::sum);
            if (held) {
                allocated.merge(rule, ended.allocatedBytes(), Long::sum);
            } else {
                process.used(rule, new RuleUse(ended.cpuNanos(), ended.rows()));
            }
            Optional<String> wrong = ended.failure().isEmpty()
                    ? over(rule, ended, stretch, held)
                    : Optional.of("it failed: " + ended.failure());
            if (wrong.isPresent()) {
                out(rule, wrong.get());
            } else {
                put(ended.said(), into);
            }
        });
    }

    /** Of a look-back the batches count, and not the rates: it is fed in one go. */
    private Optional<String> over(RuleId rule, Told.Ended ended, List<Observation> stretch, boolean held) {
        if (ofThePast) {
            return Optional.empty();
        }
        RuleMeter meter = held ? new RuleMeter(budget) : meters.computeIfAbsent(rule, _ -> new RuleMeter(budget));
        long to = stretch.getLast().atMillis();
        long from = stretch.getFirst().atMillis();
        return meter.add(from, to, ended.cpuNanos(), held ? 0 : ended.rows());
    }

    @Override
    public void close() {
        want(List.of());
    }
}
