package io.godwit.ceprules.detections;

import io.godwit.schemas.events.DetectionTerms;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a rule said at one observation: that a level was crossed, one way or the other. Several may say the same. */
public sealed interface Signal {
    /** Rules and subjects in the order of their names: Esper's own order across rules is chance. */
    Comparator<Signal> ORDER =
            Comparator.comparing(Signal::rule).thenComparing(Signal::subject).thenComparingInt(Signal::ordinal);

    /** Reason of an end that begins no cool-down, as the detection may begin anew at once, under the new terms. */
    String OTHER_TERMS = "the rule says something else of what its detections may do";

    String rule();

    int ruleVersion();

    Subject subject();

    /** Observations that it rests on, oldest first; that of the moment is added where it is missing. */
    List<Seen> seen();

    /** One observation. */
    record Seen(long offset, String says) {}

    /**
     * A level was crossed: the detection begins if it does not stand open.
     *
     * @param terms what an operator's rule lets the detection do; empty: a built-in rule's
     */
    record Crossed(
            String rule,
            int ruleVersion,
            Subject subject,
            List<Seen> seen,
            String metric,
            long value,
            long threshold,
            String unit,
            Optional<DetectionTerms> terms)
            implements Signal {}

    /** The level was left with its margin: the detection ends if it stands open. */
    record Left(String rule, int ruleVersion, Subject subject, List<Seen> seen, String reason) implements Signal {}

    private static int ordinal(Signal signal) {
        return switch (signal) {
            case Left _ -> 0;
            case Crossed _ -> 1;
        };
    }
}
