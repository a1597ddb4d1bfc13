package io.godwit.schedulers.planner;

import static io.godwit.schedulers.planner.Problems.problem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Limits;
import org.junit.jupiter.api.Test;

class PlacementProblemTest {
    @Test
    void the_digest_stays_what_it_was_as_logs_name_it() {
        assertEquals(
                "f8f41b437a03211a4c35b64a67431f60dc6a82d868c844fb96efa69a432b4032",
                problem()
                        .host("h1", 1000)
                        .vm("a", "h1", 10)
                        .ban("a", "h2")
                        .overloaded("h1")
                        .digest());
    }

    @Test
    void a_vm_on_an_unknown_host_is_refused_by_name() {
        assertRefused(
                "VM a runs on host h9, which is not among the problem's hosts; add the host or leave the VM out",
                problem().host("h1", 1000).vm("a", "h9", 10),
                "h1");
    }

    @Test
    void a_subject_host_that_is_not_among_the_hosts_is_refused() {
        assertRefused(
                "subject host h9 is not among the problem's hosts; add it to them",
                problem().host("h1", 1000),
                "h9");
    }

    @Test
    void a_host_or_a_vm_that_stands_twice_is_refused() {
        assertRefused(
                "host h1 stands twice in a placement problem; give it once",
                problem().host("h1", 1000).host("h1", 1000),
                "h1");
        assertRefused(
                "VM a stands twice in a placement problem; give it once",
                problem().host("h1", 1000).vm("a", "h1", 1).vm("a", "h1", 1),
                "h1");
    }

    @Test
    void amounts_and_limits_out_of_bounds_are_refused_with_the_bound() {
        assertEquals(
                "memoryBytes of host h1 is 0; give 1 to 4503599627370496",
                assertThrows(IllegalArgumentException.class, () -> new Host("h1", "h1", 1, 0, 1, 0, 0))
                        .getMessage());
        assertEquals(
                "limits of a placement problem are 0 nodes, margin 0 permille, fill 1000 permille;"
                        + " give 1 node or more, a margin of 0 to 1000, a fill of 1 to 1000",
                assertThrows(IllegalArgumentException.class, () -> new Limits(0, 0, 1000))
                        .getMessage());
    }

    private static void assertRefused(String message, Problems problem, String overloaded) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> problem.overloaded(overloaded))
                        .getMessage());
    }
}
