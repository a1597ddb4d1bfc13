package io.godwit.ittests.lab;

import java.util.EnumSet;
import java.util.Set;

/** Who is killed in the middle of a migration. */
enum Party {
    SOURCE_DAEMON,
    TARGET_DAEMON,
    SOURCE_QEMU,
    TARGET_QEMU,
    EXECUTOR,
    BROKER,
    SOURCE_CABLE,
    TARGET_CABLE,
    SOURCE_HOST,
    TARGET_HOST,
    /** Not killed: hangs with all its processes, and goes on. */
    SOURCE_FROZEN,
    TARGET_FROZEN;

    /** All but those that hang, whose cases take longest. */
    static final Set<Party> KILLED = EnumSet.range(SOURCE_DAEMON, TARGET_HOST);
}
