package io.godwit.ceprules.child;

/**
 * What a rule took to see observations, look-backs left out.
 *
 * @param cpuNanos CPU of its own; decoding and what rules share is not in it
 * @param rows that its statements made
 */
public record RuleUse(long cpuNanos, long rows) {
    public static final RuleUse NONE = new RuleUse(0, 0);

    public RuleUse plus(RuleUse more) {
        return new RuleUse(cpuNanos + more.cpuNanos, rows + more.rows);
    }
}
