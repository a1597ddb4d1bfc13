package io.godwit.executors.work;

import io.godwit.executors.migration.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whose turn it is: few moves at a time for each host, in or out, in the order of the log. */
final class Admission {
    private Admission() {}

    /**
     * Commands whose turn it is now, in order. One that must wait keeps its hosts from those behind it, so nobody is
     * overtaken for ever.
     *
     * @param waiting in the order of the log
     * @param busy moves in or out of each host that are under way
     */
    static List<Order> next(List<Order> waiting, Map<String, Integer> busy, int perHost) {
        Map<String, Integer> load = new HashMap<>(busy);
        Set<String> reserved = new HashSet<>();
        List<Order> admitted = new ArrayList<>();
        for (Order order : waiting) {
            String source = order.sourceHostId();
            String target = order.targetHostId();
            boolean room = load.getOrDefault(source, 0) < perHost && load.getOrDefault(target, 0) < perHost;
            if (room && !reserved.contains(source) && !reserved.contains(target)) {
                admitted.add(order);
                load.merge(source, 1, Integer::sum);
                load.merge(target, 1, Integer::sum);
            } else {
                reserved.add(source);
                reserved.add(target);
            }
        }
        return admitted;
    }
}
