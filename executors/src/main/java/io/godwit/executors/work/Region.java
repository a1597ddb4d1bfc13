package io.godwit.executors.work;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.schemas.events.Position;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What an executor knows of its region beside the commands. Safe for use by several threads. */
public interface Region {
    /** How to reach a host of the inventory, of any segment; also one that left, as moves of it may be open. */
    Optional<HostAddress> host(String hostId);

    /** Whether the host is in the inventory now. */
    boolean member(String hostId);

    /** Lease epochs of a host below this one are over: a later one was granted, or given back; 0: none was seen. */
    long oldestEpoch(String hostId);

    /** Whether the mode in this segment is "off". */
    boolean off(int segment);

    /** The newest owner mark that definitions in the inventory show of a VM on any host but this one. */
    default OwnerMark ownerElsewhere(String vmId, String hostId) {
        return OwnerMark.NONE;
    }

    /**
     * Whether the host was proven to be down after a time, by fencing or by a person's word, and has not been called alive since.
     *
     * @param sinceMillis log time; what a command of before has begun there does not run any more
     */
    default boolean down(String hostId, long sinceMillis) {
        return false;
    }

    /** The domain XML of a VmDefined; fails where that record cannot be read. */
    CompletableFuture<String> definition(Position vmDefined);

    /** Log time of a segment's observations in microseconds since 1970; 0: nothing was observed there yet. */
    CompletableFuture<Long> logTimeMicros(int segment);
}
