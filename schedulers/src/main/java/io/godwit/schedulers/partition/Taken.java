package io.godwit.schedulers.partition;

import java.util.List;
import java.util.Optional;

/**
 * What one input led to.
 *
 * @param outputs records to append in the input's transaction, in order; decisions first, then the journal's
 * @param unreadable why the input belongs to the dead letters; empty where it was understood
 * @param jobs solves to run outside the transaction; each ends with an answer to append
 */
public record Taken(List<Output> outputs, Optional<String> unreadable, List<SolveJob> jobs) {
    public Taken {
        outputs = List.copyOf(outputs);
        jobs = List.copyOf(jobs);
    }
}
