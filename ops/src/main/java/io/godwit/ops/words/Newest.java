package io.godwit.ops.words;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Sets that forget the oldest, so that what tells of a region may run for months. */
final class Newest {
    private Newest() {}

    static <T> Set<T> of(int most) {
        return Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<T, Boolean> eldest) {
                return size() > most;
            }
        });
    }
}
