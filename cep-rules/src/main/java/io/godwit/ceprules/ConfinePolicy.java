package io.godwit.ceprules;

/** Whether the JVMs of operators' rules take from themselves, for good, what rules need not: files, sockets, processes. */
public enum ConfinePolicy {
    /** Where they cannot, no operators' rule runs. */
    REQUIRED,

    /** Where they cannot, operators' rules run, and health says so. */
    WHERE_POSSIBLE,

    /** They do not try. */
    OFF
}
