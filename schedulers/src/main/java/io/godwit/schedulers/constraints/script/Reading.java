package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.Constraint;
import java.util.List;

/** What a script means, as a whole or not at all. */
public sealed interface Reading {
    /** @param constraints in the order of the script, by ids */
    record Understood(List<Constraint> constraints) implements Reading {
        public Understood {
            constraints = List.copyOf(constraints);
        }
    }

    /** @param faults at least one; by line and column */
    record Refused(List<Fault> faults) implements Reading {
        public Refused {
            faults = List.copyOf(faults);
        }
    }
}
