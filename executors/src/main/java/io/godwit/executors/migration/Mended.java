package io.godwit.executors.migration;

/** What came of a look for what a move left behind. */
public enum Mended {
    /** Both hosts answered, and nothing was left to put right. */
    CLEAN,
    /** Something was put right; look again. */
    DONE,
    /** A host did not answer, a move of the VM runs, or something could not be put right yet. */
    NOT_YET
}
