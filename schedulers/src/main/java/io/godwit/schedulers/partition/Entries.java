package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecord;

/**
 * Things of one kind by id, in the order of their ids, each of them an entry "KIND/ID" of the scheduler's state. Remembers
 * which entries have changed, so that the store is written entry by entry.
 */
final class Entries<T extends SpecificRecord> {
    private final String prefix;
    private final Class<T> type;
    private final TreeMap<String, T> byId = new TreeMap<>();
    private final TreeSet<String> changed = new TreeSet<>();

    Entries(String kind, Class<T> type) {
        this.prefix = kind + "/";
        this.type = type;
    }

    T get(String id) {
        return byId.get(id);
    }

    void put(String id, T thing) {
        byId.put(id, thing);
        changed.add(id);
    }

    void remove(String id) {
        if (byId.remove(id) != null) {
            changed.add(id);
        }
    }

    /** All of them by id; a copy, so that they may be changed meanwhile. */
    List<T> all() {
        return new ArrayList<>(byId.values());
    }

    /** Those whose id starts so, by id. */
    List<T> startingWith(String start) {
        String first = byId.isEmpty() ? null : byId.ceilingKey(start);
        if (first == null || !first.startsWith(start)) {
            return List.of(); // as for most hosts with each of their samples
        }
        return new ArrayList<>(byId.subMap(start, start + Character.MAX_VALUE).values());
    }

    int size() {
        return byId.size();
    }

    /** Takes an entry back from its bytes if it is of this kind. */
    boolean load(String key, byte[] value) {
        if (!key.startsWith(prefix)) {
            return false;
        }
        byId.put(key.substring(prefix.length()), EventCodec.decode(value, type));
        return true;
    }

    /** Adds what has changed since the last call: bytes, or null for what is gone. */
    void drainTo(Map<String, byte[]> changes) {
        for (String id : changed) {
            T thing = byId.get(id);
            changes.put(prefix + id, thing == null ? null : EventCodec.encode(thing));
        }
        changed.clear();
    }

    /** Adds all as bytes. */
    void writeTo(SortedMap<String, byte[]> entries) {
        byId.forEach((id, thing) -> entries.put(prefix + id, EventCodec.encode(thing)));
    }
}
