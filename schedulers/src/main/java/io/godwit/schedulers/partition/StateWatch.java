package io.godwit.schedulers.partition;

import org.apache.avro.specific.SpecificRecord;

/**
 * Sees which entries of a scheduler's state its decisions read and change, in their order: for those who ask what a decision
 * rests on. Live schedulers have none.
 */
public interface StateWatch {
    /** An entry was looked at, which may not be there. */
    void read(String key);

    /** All entries whose keys begin so were looked at. */
    void readAll(String prefix);

    /** An entry was given a value that rests on what was read before, or was taken out. */
    void wrote(String key, boolean nothing);

    /** An entry was given a value that rests on the input alone. */
    void copied(String key);

    /** How much was seen so far in this turn. */
    int mark();

    /**
     * What was read since a mark led to nothing.
     *
     * @param guard entry without which it leads to nothing in any case
     */
    void inVain(int mark, String guard);

    /** A decision was made. */
    void said(SpecificRecord event);
}
