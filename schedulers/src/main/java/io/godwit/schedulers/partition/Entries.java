package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;

/**
 * Things of one kind by id, in the order of their ids, each of them an entry "KIND/ID" of the scheduler's state. Remembers
 * which entries have changed, so that the store is written entry by entry.
 */
final class Entries<T extends SpecificRecord> {
    private final String prefix;
    private final Class<T> type;
    private final TreeMap<String, T> byId = new TreeMap<>();
    private final Map<String, T> lookUp = new HashMap<>(); // the same, found sooner; never iterated
    private final Map<String, Integer> heads =
            new HashMap<>(); // how many ids begin so, up to their first "/"; never iterated
    private final TreeSet<String> changed = new TreeSet<>();
    private List<T> all; // follows from byId; null: to be made anew
    private final Predicate<T> nothing;
    private StateWatch watch; // null: nobody watches

    Entries(String kind, Class<T> type) {
        this(kind, type, _ -> false);
    }

    /** @param nothing tells the things that are as good as none to a decision */
    Entries(String kind, Class<T> type, Predicate<T> nothing) {
        this.prefix = kind + "/";
        this.type = type;
        this.nothing = nothing;
    }

    void watch(StateWatch by) {
        watch = by;
    }

    T get(String id) {
        if (watch != null) {
            watch.read(prefix + id);
        }
        return lookUp.get(id);
    }

    void put(String id, T thing) {
        keep(id, thing);
        changed.add(id);
        if (watch != null) {
            watch.wrote(prefix + id, nothing.test(thing));
        }
    }

    /** Keeps a thing that an input tells as it is. */
    void copy(String id, T thing) {
        keep(id, thing);
        changed.add(id);
        if (watch != null) {
            watch.copied(prefix + id);
        }
    }

    private void keep(String id, T thing) {
        byId.put(id, thing);
        all = null;
        if (lookUp.put(id, thing) == null) {
            count(id, 1);
        }
    }

    private void count(String id, int more) {
        int slash = id.indexOf('/');
        if (slash > 0) {
            heads.merge(id.substring(0, slash), more, (was, plus) -> was + plus == 0 ? null : was + plus);
        }
    }

    void remove(String id) {
        if (lookUp.remove(id) != null) {
            byId.remove(id);
            all = null;
            count(id, -1);
            changed.add(id);
            if (watch != null) {
                watch.wrote(prefix + id, true);
            }
        }
    }

    /** All of them by id, as they are now: they may be changed while these are looked at. */
    List<T> all() {
        if (watch != null) {
            watch.readAll(prefix);
        }
        if (all == null) {
            all = List.copyOf(byId.values());
        }
        return all;
    }

    /** Those whose id is HEAD/…, by id. */
    List<T> under(String head) {
        lookUnder(head);
        if (!heads.containsKey(head)) {
            return List.of(); // as for most hosts with each of their samples
        }
        return new ArrayList<>(
                byId.subMap(head + "/", head + "/" + Character.MAX_VALUE).values());
    }

    boolean anyUnder(String head, Predicate<T> which) {
        lookUnder(head);
        if (heads.containsKey(head)) {
            for (T thing :
                    byId.subMap(head + "/", head + "/" + Character.MAX_VALUE).values()) {
                if (which.test(thing)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void lookUnder(String head) {
        if (watch != null) {
            watch.readAll(prefix + head + "/");
        }
    }

    int size() {
        return byId.size();
    }

    /** Takes an entry back from its bytes if it is of this kind. */
    boolean load(String key, byte[] value) {
        if (!key.startsWith(prefix)) {
            return false;
        }
        keep(key.substring(prefix.length()), EventCodec.decode(value, type));
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
