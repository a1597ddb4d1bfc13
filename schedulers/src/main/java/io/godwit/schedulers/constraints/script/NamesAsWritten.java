package io.godwit.schedulers.constraints.script;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Takes each name for an id, as nobody is there to ask: enough to check the syntax, and to read what was printed by ids. */
public final class NamesAsWritten implements Names {
    @Override
    public List<String> vms(String named) {
        return List.of(named);
    }

    @Override
    public List<String> hosts(String named) {
        return List.of(named);
    }

    @Override
    public List<String> allVms() {
        return List.of("$ALL_VMS");
    }

    @Override
    public List<String> allHosts() {
        return List.of("$ALL_HOSTS");
    }

    @Override
    public List<String> racks(String named) {
        return List.of(named);
    }

    @Override
    public SortedMap<String, List<String>> hostsByRack() {
        return new TreeMap<>(Map.of("$ALL_RACKS", List.of("$ALL_RACKS")));
    }

    @Override
    public Collection<String> allRacks() {
        return List.of();
    }

    @Override
    public Collection<String> all() {
        return List.of();
    }
}
