package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.executors.Commands;
import io.godwit.executors.migration.Order;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    @Test
    void a_host_has_few_moves_at_a_time_in_or_out() {
        assertEquals(
                List.of("c1", "c2", "c4"),
                next(
                        List.of(),
                        order("c1", "h1", "h2"),
                        order("c2", "h3", "h1"),
                        order("c3", "h1", "h4"),
                        order("c4", "h5", "h6")));
    }

    @Test
    void moves_under_way_count() {
        assertEquals(
                List.of("c2"),
                next(
                        List.of(order("u1", "h2", "h8"), order("u2", "h9", "h2")),
                        order("c1", "h1", "h2"),
                        order("c2", "h3", "h4")));
    }

    @Test
    void nobody_overtakes_on_the_hosts_of_one_that_waits() {
        assertEquals(
                List.of("c3"),
                next(
                        List.of(order("u1", "h2", "h8"), order("u2", "h9", "h2")),
                        order("c1", "h1", "h2"),
                        order("c2", "h1", "h4"),
                        order("c3", "h5", "h6")));
    }

    @Test
    void moves_between_the_same_two_racks_wait_for_each_other_either_way_and_those_within_a_rack_do_not() {
        assertEquals(
                List.of("c1", "c3", "c4"),
                next(
                        new Limits(2, 1, 0),
                        List.of(),
                        order("c1", "a1", "b1"),
                        order("c2", "b2", "a2"),
                        order("c3", "a3", "a4"),
                        order("c4", "a5", "c1")));
    }

    @Test
    void the_smaller_of_two_bandwidth_limits_holds_and_0_is_none() {
        assertEquals(0, new Limits(2, 8, 0).bandwidth(0));
        assertEquals(5, new Limits(2, 8, 0).bandwidth(5));
        assertEquals(7, new Limits(2, 8, 7).bandwidth(0));
        assertEquals(5, new Limits(2, 8, 7).bandwidth(5));
        assertEquals(7, new Limits(2, 8, 7).bandwidth(9));
    }

    private static List<String> next(List<Order> underWay, Order... waiting) {
        return next(new Limits(2, 8, 0), underWay, waiting);
    }

    /** Hosts whose names begin with the same letter share a rack. */
    private static List<String> next(Limits limits, List<Order> underWay, Order... waiting) {
        Admission admission = new Admission(limits, host -> host.substring(0, 1));
        underWay.forEach(admission::underWay);
        return admission.next(List.of(waiting)).stream().map(Order::commandId).toList();
    }

    private static Order order(String id, String source, String target) {
        return new Order.ToMove(Commands.migrate(id, "vm-" + id, source, target), Commands.at(0, 0), 0);
    }
}
