package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.Signal;
import io.godwit.ceprules.engine.CompiledRule;
import java.util.List;

/**
 * The operators' rules of one segment at work, in this process or in another. What each says of an observation depends on its
 * look-back alone, not on the others and not on where it runs. Used by one thread.
 */
public interface OperatorRules extends AutoCloseable {
    /** Rules at work in this process, without budgets. */
    Source HERE = RulesHere::new;

    /** Where a segment gets its own. */
    interface Source {
        OperatorRules of(int segment, LookBack lookBack);
    }

    /** What rules said of one observation, in {@link Signal#ORDER}, each subject of a rule once. */
    record Said(long offset, long atMillis, List<Signal> signals) {}

    /** A rule that may not go on, and why: which budget, its bound, what was measured. */
    record Offence(RuleId rule, String reason) {}

    /**
     * What came of some observations.
     *
     * @param said in the order of offsets; below the first of the observations: of the look-back of rules that are new
     * @param offences rules of which nothing counts from the first of the observations on
     */
    record Drawn(List<Said> said, List<Offence> offences) {}

    /** The rules that are to be at work from the next observation on; those that are new get their look-back with it. */
    void want(List<CompiledRule> rules);

    /**
     * Feeds the next observations, in order; none, to have no more than the look-back read.
     *
     * @param place where the segment stands before the first of them
     */
    Drawn take(Place place, List<Observation> next);

    @Override
    void close();
}
