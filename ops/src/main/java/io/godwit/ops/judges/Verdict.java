package io.godwit.ops.judges;

import java.util.ArrayList;
import java.util.List;

/** Faults that judges have found, the first ones of a run. */
public final class Verdict {
    private static final int KEPT = 20;

    private final List<String> faults = new ArrayList<>();

    /** One judge's way to say that something is wrong. */
    interface Say {
        void fault(long millis, String what);
    }

    /** @param judge what it is called in its faults */
    Say of(Class<?> judge) {
        return (millis, what) -> {
            if (faults.size() < KEPT) {
                faults.add("at %d.%03d s, %s: %s".formatted(millis / 1000, millis % 1000, judge.getSimpleName(), what));
            }
        };
    }

    /** The first faults, in order; empty: none was found. */
    public List<String> faults() {
        return List.copyOf(faults);
    }
}
