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

    /** A decision was made. */
    void said(SpecificRecord event);
}
