package io.godwit.schedulers.constraints.script;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;

/** The VMs and hosts that a script may name. Lists are sorted. */
public interface Names {
    /** Ids of the VMs that are called so: none, one, or several where it is ambiguous. */
    List<String> vms(String named);

    /** Ids of the hosts that are called so. */
    List<String> hosts(String named);

    /** Ids of all VMs. */
    List<String> allVms();

    /** Ids of all hosts. */
    List<String> allHosts();

    /** Racks that are called so, as "site/rack": none, one, or several. */
    List<String> racks(String named);

    /** Ids of the hosts of each rack, by "site/rack". */
    SortedMap<String, List<String>> hostsByRack();

    /** All that {@link #racks} would find. */
    Collection<String> allRacks();

    /** All that {@link #vms} or {@link #hosts} would find, to name the nearest of an unknown one. */
    Collection<String> all();
}
