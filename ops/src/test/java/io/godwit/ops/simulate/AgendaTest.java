package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AgendaTest {
    private final Agenda agenda = new Agenda(100);
    private final List<String> happened = new ArrayList<>();

    @Test
    void things_happen_in_the_order_of_their_moments_and_then_as_they_were_put_down() {
        agenda.at(300, () -> says("late"));
        agenda.at(200, () -> says("first"));
        agenda.at(200, () -> says("second"));
        agenda.runUntil(300);
        assertEquals(List.of("200 first", "200 second", "300 late"), happened);
    }

    @Test
    void what_is_put_down_for_the_past_happens_now() {
        agenda.at(200, () -> agenda.at(50, () -> says("at once")));
        agenda.at(200, () -> says("before it"));
        agenda.runUntil(250);
        assertEquals(List.of("200 before it", "200 at once"), happened);
        assertEquals(250, agenda.nowMicros());
    }

    @Test
    void what_is_due_after_the_moment_waits() {
        agenda.every(100, 150, () -> says("again"));
        agenda.runUntil(349);
        assertEquals(List.of("150 again", "250 again"), happened);
        agenda.runUntil(350);
        assertEquals(3, happened.size());
    }

    private void says(String what) {
        happened.add(agenda.nowMicros() + " " + what);
    }
}
