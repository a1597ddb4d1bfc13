package io.godwit.executors.work;

import io.godwit.executors.migration.Order;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Whose turn it is: few moves at a time for each host, in or out, and for each link between racks, in the order of the log. */
final class Admission {
    private final Limits limits;
    private final UnaryOperator<String> rackOf;
    private final Map<String, Integer> load = new HashMap<>();

    /** @param rackOf name of a host's rack, by the host's id; the same for all where racks are not known */
    Admission(Limits limits, UnaryOperator<String> rackOf) {
        this.limits = limits;
        this.rackOf = rackOf;
    }

    /** Counts a move that is under way. */
    void underWay(Order order) {
        Stream.concat(hosts(order).stream(), link(order).stream()).forEach(place -> load.merge(place, 1, Integer::sum));
    }

    /**
     * Commands whose turn it is now, in order. One that must wait keeps its hosts from those behind it, so nobody is
     * overtaken for ever; it keeps its link from those behind it only while the link is full.
     *
     * @param waiting in the order of the log
     */
    List<Order> next(Collection<Order> waiting) {
        Set<String> reserved = new HashSet<>();
        List<Order> admitted = new ArrayList<>();
        for (Order order : waiting) {
            boolean room = hosts(order).stream()
                            .allMatch(host -> load.getOrDefault(host, 0) < limits.perHost() && !reserved.contains(host))
                    && link(order).stream().allMatch(link -> load.getOrDefault(link, 0) < limits.perLink());
            if (room) {
                admitted.add(order);
                underWay(order);
            } else {
                reserved.addAll(hosts(order));
            }
        }
        return admitted;
    }

    private static List<String> hosts(Order order) {
        return List.of(order.sourceHostId(), order.targetHostId());
    }

    /** Empty within a rack. */
    private List<String> link(Order order) {
        String from = rackOf.apply(order.sourceHostId());
        String to = rackOf.apply(order.targetHostId());
        return from.equals(to) ? List.of() : List.of(from.compareTo(to) < 0 ? from + " - " + to : to + " - " + from);
    }
}
