package io.godwit.ops.simulate;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** On which host each VM was, and since when; in microseconds since 1970. */
final class Trails {
    private final Map<String, TreeMap<Long, String>> byVm = new TreeMap<>();

    /** A VM is on this host from now on. */
    void at(String vmId, long micros, String hostId) {
        byVm.computeIfAbsent(vmId, _ -> new TreeMap<>()).put(micros, hostId);
    }

    /** For how long VMs were on other hosts than there, all VMs together, in microseconds. */
    long apart(Trails there, long fromMicros, long toMicros) {
        Map<String, TreeMap<Long, String>> known = new HashMap<>(there.byVm);
        long apart = 0;
        for (Map.Entry<String, TreeMap<Long, String>> vm : byVm.entrySet()) {
            TreeMap<Long, String> here = vm.getValue();
            TreeMap<Long, String> other = known.getOrDefault(vm.getKey(), new TreeMap<>());
            TreeSet<Long> changes =
                    new TreeSet<>(here.subMap(fromMicros, toMicros).keySet());
            changes.addAll(other.subMap(fromMicros, toMicros).keySet());
            changes.add(toMicros);
            long since = fromMicros;
            for (long change : changes) {
                Map.Entry<Long, String> one = here.floorEntry(since);
                Map.Entry<Long, String> two = other.floorEntry(since);
                if (one != null && two != null && !one.getValue().equals(two.getValue())) {
                    apart += change - since;
                }
                since = change;
            }
        }
        return apart;
    }
}
