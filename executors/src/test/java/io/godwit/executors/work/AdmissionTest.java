package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.executors.Commands;
import io.godwit.executors.migration.Order;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    @Test
    void a_host_has_few_moves_at_a_time_in_or_out() {
        assertEquals(
                List.of("c1", "c2", "c4"),
                next(
                        Map.of(),
                        order("c1", "h1", "h2"),
                        order("c2", "h3", "h1"),
                        order("c3", "h1", "h4"),
                        order("c4", "h5", "h6")));
    }

    @Test
    void moves_under_way_count() {
        assertEquals(List.of("c2"), next(Map.of("h2", 2), order("c1", "h1", "h2"), order("c2", "h3", "h4")));
    }

    @Test
    void nobody_overtakes_on_the_hosts_of_one_that_waits() {
        assertEquals(
                List.of("c3"),
                next(Map.of("h2", 2), order("c1", "h1", "h2"), order("c2", "h1", "h4"), order("c3", "h5", "h6")));
    }

    private static List<String> next(Map<String, Integer> busy, Order... waiting) {
        return Admission.next(List.of(waiting), busy, 2).stream()
                .map(Order::commandId)
                .toList();
    }

    private static Order order(String id, String source, String target) {
        return new Order.ToMove(Commands.migrate(id, "vm-" + id, source, target), Commands.at(0, 0), 0);
    }
}
