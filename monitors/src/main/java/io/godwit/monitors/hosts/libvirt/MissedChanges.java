package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Events of a time without a connection are lost; what they would have said of VMs that ran or run, from two looks. */
final class MissedChanges {
    /** In the words of the log. */
    record Change(String vmId, VmChange change) {}

    private MissedChanges() {}

    /**
     * In order of ids. A VM that is not there any more, not even shut off, was moved, undefined or died as one that nobody
     * had defined: which of these, libvirt does not know any more, so it counts as stopped.
     */
    static List<Change> between(Map<String, DomainStats> before, Map<String, DomainStats> now) {
        List<Change> changes = new ArrayList<>();
        for (DomainStats was : before.values()) {
            DomainStats is = now.get(was.vmId());
            if (was.active() && (is == null || !is.active())) {
                changes.add(new Change(was.vmId(), is == null ? VmChange.STOPPED : DomainStates.endOf(is.reason())));
            }
        }
        for (DomainStats is : now.values()) {
            DomainStats was = before.get(is.vmId());
            if (is.active() && (was == null || !was.active())) {
                changes.add(new Change(is.vmId(), DomainStates.beginningOf(is.state(), is.reason())));
            }
        }
        changes.sort(Comparator.comparing(Change::vmId));
        return changes;
    }
}
