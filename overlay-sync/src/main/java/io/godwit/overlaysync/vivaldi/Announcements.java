package io.godwit.overlaysync.vivaldi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which coordinates others should hear of: those that have moved notably, and each one again from time to time. */
public final class Announcements {
    private record Announced(Coordinate coordinate, long millis) {}

    private final long againMillis;
    private final Map<String, Announced> last = new TreeMap<>();

    /** @param againMillis after which time a coordinate is announced although it has not moved */
    public Announcements(long againMillis) {
        this.againMillis = againMillis;
    }

    /** Remembers what stands in the log. */
    public void announced(String id, Coordinate coordinate, long nowMillis) {
        last.put(id, new Announced(coordinate, nowMillis));
    }

    /** Ids of those to announce now, sorted; each counts as announced. */
    public List<String> due(NetworkMap map, Collection<String> ids, long nowMillis) {
        List<String> due = new ArrayList<>();
        for (String id : ids) {
            if (map.knows(id)) {
                Announced before = last.get(id);
                if (before == null
                        || nowMillis - before.millis >= againMillis
                        || map.of(id).differsNotablyFrom(before.coordinate)) {
                    due.add(id);
                    announced(id, map.of(id), nowMillis);
                }
            }
        }
        due.sort(null);
        return due;
    }
}
