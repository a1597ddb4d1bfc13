package io.godwit.executors.work;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.OwnerMark;
import java.util.Optional;

/** A region as far as a fold of its log knows it; what must be read when it is asked for is left to its kinds. */
public abstract class FoldedRegion implements Region {
    protected final RegionFold fold;

    protected FoldedRegion(RegionFold fold) {
        this.fold = fold;
    }

    @Override
    public final Optional<HostAddress> host(String hostId) {
        return fold.host(hostId);
    }

    @Override
    public final boolean member(String hostId) {
        return fold.member(hostId);
    }

    @Override
    public final long oldestEpoch(String hostId) {
        return fold.oldestEpoch(hostId);
    }

    @Override
    public final boolean off(int segment) {
        return fold.off(segment);
    }

    @Override
    public final OwnerMark ownerElsewhere(String vmId, String hostId) {
        return fold.ownerElsewhere(vmId, hostId);
    }

    @Override
    public final boolean down(String hostId, long sinceMillis) {
        return fold.down(hostId, sinceMillis);
    }
}
