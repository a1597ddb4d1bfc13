package io.godwit.schedulers.constraints.script;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The faults of a script that were found so far; each once, and not more than a person reads. */
final class Faults {
    private static final int FAULTS_MAX = 50;

    private final Set<Fault> found = new LinkedHashSet<>();

    void add(Token at, String message) {
        add(new Fault(at.line(), at.column(), message));
    }

    void add(Fault fault) {
        if (!isFull()) {
            found.add(fault);
        }
    }

    boolean isFull() {
        return found.size() >= FAULTS_MAX;
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** By line and column; the last one says so where there may be more. */
    List<Fault> all() {
        List<Fault> all = new ArrayList<>(found);
        all.sort(Comparator.comparingInt(Fault::line).thenComparingInt(Fault::column));
        if (isFull()) {
            Fault last = all.getLast();
            all.set(
                    all.size() - 1,
                    new Fault(
                            last.line(),
                            last.column(),
                            last.message() + " (no more than " + FAULTS_MAX + " faults are told at once)"));
        }
        return all;
    }
}
