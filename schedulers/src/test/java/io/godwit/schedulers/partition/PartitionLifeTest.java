package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lives of host partitions and leases: what the code does not know cannot happen, and the page shows all of it. */
class PartitionLifeTest {
    private static final Path PAGE = Path.of("..", "docs", "host-partition-states.md");

    /** With -Dgodwit.docs=write it writes the page instead. */
    @Test
    void the_page_shows_the_tables_of_the_code() throws IOException {
        if (System.getProperty("godwit.docs", "").equals("write")) {
            Files.writeString(PAGE, page(), StandardCharsets.UTF_8);
        }
        assertEquals(
                page(),
                Files.readString(PAGE, StandardCharsets.UTF_8),
                "write it anew: mvn -pl schedulers -am test -Dtest=PartitionLifeTest -Dgodwit.docs=write"
                        + " -Dsurefire.failIfNoSpecifiedTests=false");
    }

    @Test
    void a_change_that_the_table_does_not_have_stops_the_scheduler() {
        OpenPartition growing = HostPartitions.fresh("p-0-1", "h1", Instant.EPOCH, Scope.NEAREST)
                .setDetectionId("d")
                .setDetection(new Position("detections", 0, 0L, "", ""))
                .build();
        OpenPartition asking =
                OpenPartition.newBuilder(growing).setAsked(List.of(1)).build();

        assertEquals(PartitionChange.ASKS, PartitionChange.between("p-0-1", growing, asking));
        assertTrue(assertThrows(BrokenLog.class, () -> PartitionChange.between("p-0-1", null, asking))
                .getMessage()
                .contains("from NONE to ASKING"));
    }

    @Test
    void a_lease_changes_hands_only_when_free_and_under_the_next_epoch() {
        HostLease free = lease("", 4);
        HostLease held = lease("p-0-1", 5);

        assertEquals(LeaseChange.LENT, LeaseChange.between(free, held));
        assertEquals(LeaseChange.LENT, LeaseChange.between(null, lease("p-0-1", 1)));
        assertThrows(BrokenLog.class, () -> LeaseChange.between(free, lease("p-0-1", 4)));
        assertThrows(BrokenLog.class, () -> LeaseChange.between(held, lease("p-0-2", 6)));
    }

    private static HostLease lease(String holder, long epoch) {
        return new HostLease(new Lease("h1", epoch), holder, 0, Instant.EPOCH, "", false, Instant.EPOCH);
    }

    private static String page() {
        String partitions = Stream.of(PartitionChange.values())
                .map(change -> arrow(name(change.from), name(change.to), change.cause))
                .collect(Collectors.joining("\n"));
        String leases = Stream.of(LeaseChange.values())
                .map(change -> arrow(change.from.name(), change.to.name(), change.cause))
                .collect(Collectors.joining("\n"));
        return """
            # States of host partitions and leases

            Generated from `PartitionChange` and `LeaseChange`, which the scheduler itself consults: a change that is not here
            stops it before it writes. `PartitionLifeTest` compares this page with them.

            ## A host partition

            ```mermaid
            stateDiagram-v2
            %s
            ```

            ## A lease

            ```mermaid
            stateDiagram-v2
                [*] --> FREE
            %s
            ```
            """.formatted(partitions, leases);
    }

    private static String name(PartitionPhase phase) {
        return phase == PartitionPhase.NONE ? "[*]" : phase.name();
    }

    private static String arrow(String from, String to, String cause) {
        return "    " + from + " --> " + to + ": " + cause.replace(";", ",").replace(":", " –");
    }
}
