package io.godwit.schedulers.constraints.script;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The names of an inventory: a VM by id or name, a host by id, label or name, a rack by "site/rack" or name. */
public final class KnownNames implements Names {
    private final Map<String, List<String>> vms = new TreeMap<>();
    private final Map<String, List<String>> hosts = new TreeMap<>();
    private final Map<String, List<String>> racks = new TreeMap<>();
    private final TreeMap<String, List<String>> hostsByRack = new TreeMap<>();
    private final List<String> allVms;
    private final List<String> allHosts;

    /**
     * @param vmNames name by VM id
     * @param hostLabels site/rack/name by host id
     */
    public KnownNames(SortedMap<String, String> vmNames, SortedMap<String, String> hostLabels) {
        vmNames.forEach((id, name) -> add(vms, name, id));
        hostLabels.forEach((id, label) -> {
            int slash = label.lastIndexOf('/');
            add(hosts, label, id);
            add(hosts, label.substring(slash + 1), id);
            hostsByRack
                    .computeIfAbsent(label.substring(0, Math.max(0, slash)), _ -> new ArrayList<>())
                    .add(id);
        });
        hostsByRack.keySet().forEach(rack -> add(racks, rack.substring(rack.lastIndexOf('/') + 1), rack));
        // an id and a full name mean that one, whatever else is called so
        hostLabels.forEach((id, label) -> hosts.put(label, List.of(id)));
        hostsByRack.keySet().forEach(rack -> racks.put(rack, List.of(rack)));
        vmNames.keySet().forEach(id -> vms.put(id, List.of(id)));
        hostLabels.keySet().forEach(id -> hosts.put(id, List.of(id)));
        allVms = List.copyOf(vmNames.keySet());
        allHosts = List.copyOf(hostLabels.keySet());
    }

    private static void add(Map<String, List<String>> ids, String name, String id) {
        List<String> called = ids.computeIfAbsent(name, _ -> new ArrayList<>());
        if (!called.contains(id)) {
            called.add(id);
        }
    }

    @Override
    public List<String> vms(String named) {
        return vms.getOrDefault(named, List.of());
    }

    @Override
    public List<String> hosts(String named) {
        return hosts.getOrDefault(named, List.of());
    }

    @Override
    public List<String> allVms() {
        return allVms;
    }

    @Override
    public List<String> allHosts() {
        return allHosts;
    }

    @Override
    public List<String> racks(String named) {
        return racks.getOrDefault(named, List.of());
    }

    @Override
    public SortedMap<String, List<String>> hostsByRack() {
        return hostsByRack;
    }

    @Override
    public Collection<String> allRacks() {
        return racks.keySet();
    }

    @Override
    public Collection<String> all() {
        List<String> all = new ArrayList<>(vms.keySet());
        all.addAll(hosts.keySet());
        return all;
    }
}
