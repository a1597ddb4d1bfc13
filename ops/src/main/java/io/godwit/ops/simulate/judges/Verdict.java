package io.godwit.ops.simulate.judges;

import java.util.ArrayList;
import java.util.List;

/** Faults that judges have found, the first ones of a run. */
public final class Verdict {
    private static final int KEPT = 20;

    private final List<String> faults = new ArrayList<>();
    private int count;

    void fault(long millis, String what) {
        count++;
        if (faults.size() < KEPT) {
            faults.add("at %d.%03d s: %s".formatted(millis / 1000, millis % 1000, what));
        }
    }

    /** The first faults, in order; empty: none was found. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    public int count() {
        return count;
    }
}
