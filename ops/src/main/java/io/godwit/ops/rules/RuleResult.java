package io.godwit.ops.rules;

import java.util.List;

/**
 * What came of testing one rule.
 *
 * @param faults why it, or a file of its scenarios, could not be tried; empty where all was
 * @param scenarios those that were tried, in order
 */
public record RuleResult(String rule, String file, End end, List<String> faults, List<Tried> scenarios) {
    /** How it ended. */
    public enum End {
        /** All that could be tried was tried. */
        DONE,
        /** It took too long, or too much memory, and was ended. */
        STOPPED
    }

    /**
     * A scenario that was tried.
     *
     * @param place FILE:LINE:COLUMN
     * @param misses what differed from what was expected; empty where it passed
     */
    public record Tried(String name, String place, List<String> misses, long millis) {
        public boolean passed() {
            return misses.isEmpty();
        }
    }

    /** Whether it was tried without fault and draws nothing but what is expected. */
    public boolean passed() {
        return end == End.DONE && faults.isEmpty() && scenarios.stream().allMatch(Tried::passed);
    }

    /** Whether there is nothing to try, and nothing wrong either. */
    public boolean untested() {
        return end == End.DONE && faults.isEmpty() && scenarios.isEmpty();
    }
}
