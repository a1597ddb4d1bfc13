package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.observations.HostLabel;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.RuleId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The child JVM of one thread, started when the first operators' rule is to work and again when it has ended, with what it
 * knew gone. Used by that thread alone, but for {@link #pid} and {@link #unconfined}.
 */
public final class OperatorsProcess implements OperatorRules.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorsProcess.class);
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private final OperatorsConfig config;
    private final Runnable onRestart;
    private final boolean ofThePast;
    private final Map<RuleId, Integer> outOfMemory = new HashMap<>();
    private final Map<RuleId, RuleUse> uses = new HashMap<>();
    private final Map<RuleId, RuleVersion> loaded = new HashMap<>();
    private final Map<RuleId, Set<Integer>> segmentsOf = new HashMap<>();
    private final Map<Integer, Map<RuleId, Long>> allocated = new HashMap<>(); // by segment, in this child
    private volatile Optional<Child> child = Optional.empty();
    private int generation;
    private volatile Optional<String> unconfined = Optional.empty();
    private boolean ready;
    private boolean scarce;

    /** @param onRestart is run when a child has ended that was not told to */
    public OperatorsProcess(OperatorsConfig config, Runnable onRestart) {
        this(config, onRestart, false);
    }

    /**
     * One for replays, which has no budgets: which rule was quarantined where stands in the log. One that hangs ends the
     * replay.
     */
    public static OperatorsProcess ofThePast(OperatorsConfig config) {
        return new OperatorsProcess(config, () -> {}, true);
    }

    private OperatorsProcess(OperatorsConfig config, Runnable onRestart, boolean ofThePast) {
        this.config = config;
        this.onRestart = onRestart;
        this.ofThePast = ofThePast;
    }

    /** Who is told what a child tells while an order is carried out. */
    interface Listener {
        void ended(RuleId rule, Told.Ended ended);
    }

    @Override
    public OperatorRules of(int segment, LookBack lookBack) {
        return new ChildRules(segment, lookBack, this, config, ofThePast);
    }

    /** Grows with each child; what an earlier one knew is gone. Starts one where none runs. */
    int running() throws ChildLost {
        if (child.isPresent() && !child.get().isAlive()) {
            end();
        }
        if (child.isEmpty()) {
            start();
        }
        if (!ready) {
            if (!(next(START_MAX, Optional.empty()) instanceof Told.Ready(String why))) {
                throw new IllegalStateException("the rules' JVM is out of step");
            }
            try {
                unconfined = Child.confined(why, config.confine());
            } catch (OperatorsGone refused) {
                close();
                throw refused;
            }
            ready = true;
        }
        return generation;
    }

    /** Starts a child where none runs, and does not wait for it: rules are on their way. */
    public void warm() {
        if (child.isEmpty()) {
            start();
        }
    }

    /** Starts a child where none runs, and waits until it takes orders; what is amiss where none can be had. */
    public Optional<String> tryStart() {
        try {
            running();
            return Optional.empty();
        } catch (OperatorsGone gone) {
            return Optional.of(gone.getMessage());
        } catch (ChildLost lost) {
            return Optional.of("the JVM of operators' rules does not start: " + lost.getMessage());
        }
    }

    /** Whether what this one was told still counts. */
    boolean isAlive(int ofGeneration) {
        return child.isPresent() && ofGeneration == generation;
    }

    private void start() {
        child = Optional.of(Child.start(ConfinedJvm.What.RUNS_RULES, config, config.heap()));
        generation++;
        ready = false;
        scarce = false;
        loaded.clear();
        segmentsOf.clear();
        allocated.clear();
    }

    /** Gives an order that is not answered. */
    private void order(Order order) throws ChildLost {
        try {
            child.orElseThrow().send(out -> Order.write(order, out), Optional.empty());
        } catch (ChildLost lost) {
            throw noted(lost);
        }
    }

    /** Lets a rule begin in a segment; what it was compiled to is handed over once. */
    void add(int segment, CompiledRule rule) throws ChildLost {
        RuleId id = RuleId.of(rule);
        if (!rule.rule().equals(loaded.get(id))) {
            order(new Order.Load(rule));
            loaded.put(id, rule.rule());
        }
        segmentsOf.computeIfAbsent(id, _ -> new HashSet<>()).add(segment);
        order(new Order.Add(segment, id));
    }

    /** Lets the rules of a segment know who these hosts are. */
    void know(int segment, List<HostLabel> hosts) throws ChildLost {
        order(new Order.Know(segment, hosts));
    }

    /** Lets a rule end in a segment; one that is in none any more is forgotten. */
    void remove(int segment, RuleId rule) throws ChildLost {
        order(new Order.Remove(segment, rule));
        Set<Integer> segments = segmentsOf.getOrDefault(rule, new HashSet<>());
        segments.remove(segment);
        if (segments.isEmpty() && loaded.remove(rule) != null) {
            segmentsOf.remove(rule);
            order(new Order.Unload(rule));
        }
    }

    /** Feeds rules, and returns when all of them have come to their end. */
    void feed(Order.Feed feed, Listener listener) throws ChildLost {
        try {
            order(feed);
            carryOut(feed, listener);
        } catch (ChildLost lost) {
            throw lost.why() == ChildLost.Why.OUT_OF_MEMORY && lost.atWork().isEmpty()
                    ? new ChildLost(lost.why(), most(feed.segment()), lost.getMessage())
                    : lost;
        }
    }

    /** Of the rules of a segment the one that has allocated the most, which is a suspect and no more. */
    private Optional<RuleId> most(int segment) {
        return allocated.getOrDefault(segment, Map.of()).entrySet().stream()
                .max(Map.Entry.<RuleId, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey);
    }

    private void carryOut(Order.Feed feed, Listener listener) throws ChildLost {
        Optional<RuleId> atWork = Optional.empty();
        while (true) {
            switch (next(atWork.isEmpty() ? START_MAX : config.batchCpu().multipliedBy(ofThePast ? 20 : 2), atWork)) {
                case Told.Begins(int rule) -> atWork = Optional.of(feed.rules().get(rule));
                case Told.Ended ended -> {
                    allocated
                            .computeIfAbsent(feed.segment(), _ -> new HashMap<>())
                            .merge(feed.rules().get(ended.rule()), ended.allocatedBytes(), Long::sum);
                    listener.ended(feed.rules().get(ended.rule()), ended);
                    atWork = Optional.empty();
                }
                case Told.Done done -> {
                    scarce = done.scarce();
                    return;
                }
                case Told.Ready _, Told.Weighed _ -> throw new IllegalStateException("the rules' JVM is out of step");
            }
        }
    }

    /** Whether the child's memory gets scarce, as it said last. */
    boolean isScarce() {
        return scarce;
    }

    /** Lets a rule end, and tells how much memory came free with it. */
    long weigh(int segment, RuleId rule) throws ChildLost {
        order(new Order.Weigh(segment, rule));
        if (next(START_MAX, Optional.empty()) instanceof Told.Weighed(long bytes)) {
            return bytes;
        }
        throw new IllegalStateException("the rules' JVM is out of step");
    }

    private Told next(Duration cpu, Optional<RuleId> atWork) throws ChildLost {
        try {
            return Told.read(child.orElseThrow().next(cpu, atWork));
        } catch (ChildLost lost) {
            throw noted(lost);
        } catch (IOException broken) {
            throw Frames.broken(broken);
        }
    }

    /** Ends the child, if it has not ended, and says how it came to it. */
    private ChildLost noted(ChildLost lost) {
        end();
        LOG.atWarn()
                .addKeyValue("rule", lost.atWork().map(RuleId::toString).orElse("none"))
                .addKeyValue("why", lost.why())
                .log("the JVM of operators' rules is lost and started anew");
        return lost;
    }

    private void end() {
        child.ifPresent(gone -> {
            child = Optional.empty();
            gone.close();
            onRestart.run();
        });
    }

    /** How often memory ran out while a rule was at work, with this time. */
    int ranOutOfMemory(RuleId rule) {
        return outOfMemory.merge(rule, 1, Integer::sum);
    }

    void used(RuleId rule, RuleUse use) {
        uses.merge(rule, use, RuleUse::plus);
    }

    /** What a rule used, in all segments of this thread together. */
    public RuleUse use(RuleId rule) {
        return uses.getOrDefault(rule, RuleUse.NONE);
    }

    /** Why the child that began last is not confined, with the remedy; empty where it is. */
    public Optional<String> unconfined() {
        return unconfined;
    }

    /** Process of the child that runs now. */
    public Optional<Long> pid() {
        return child.map(Child::pid);
    }

    @Override
    public void close() {
        child.ifPresent(running -> {
            child = Optional.empty();
            running.close();
        });
    }
}
