package io.godwit.ops.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class TrailsTest {
    private final Trails one = new Trails();
    private final Trails two = new Trails();

    @Test
    void only_the_time_on_different_hosts_counts() {
        one.at("vm", 0, "a");
        one.at("vm", 30, "b");
        two.at("vm", 0, "a");
        two.at("vm", 50, "b");
        two.at("vm", 80, "c");
        assertEquals(20 + 20, one.apart(two, 0, 100));
        assertEquals(20 + 20, two.apart(one, 0, 100));
        assertEquals(10, one.apart(two, 40, 80));
    }

    @Test
    void a_vm_that_one_of_them_does_not_know_is_nowhere_apart() {
        one.at("vm", 0, "a");
        one.at("other", 60, "a");
        two.at("other", 0, "b");
        assertEquals(40, one.apart(two, 0, 100));
    }
}
