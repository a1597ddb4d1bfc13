package io.godwit.ittests.lab;

/** When it is killed. */
enum Moment {
    /** The command is in the log; nobody was asked to move anything. */
    BEFORE,
    /** The first bytes of its memory were sent. */
    COPYING,
    /** The source has stopped the VM, the rest of its memory is on its way. */
    SWITCHING,
    /** The target was seen to run the VM for the first time. */
    ARRIVED,
    /** By post-copy: the VM runs on the target and its memory follows. */
    FOLLOWING;

    /** Sent when a copy counts as begun. */
    static final long COPIED_BYTES = 1 << 20;
}
