package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RealHostsTest {
    private static final RealHosts.Asked ASKED =
            new RealHosts.Asked(List.of(), Map.of("qemu+tls://h1/system", "host at qemu+tls://h1/system is silent"));

    @Test
    void a_host_is_written_with_or_without_a_name_and_an_address_to_probe() {
        assertEquals(
                new RealHosts.Written("r2", Optional.of("h1"), "qemu+unix:///system?socket=/a", "10.0.0.1:22"),
                RealHosts.parse("r2/h1=qemu+unix:///system?socket=/a,probe=10.0.0.1:22"));
        assertEquals(
                new RealHosts.Written("default", Optional.empty(), "test:///default", ""),
                RealHosts.parse("test:///default"));
        assertEquals(
                "probe=10.0.0.1 of \"qemu:///system\" is no address; write ADDRESS:PORT, as in probe=10.0.0.14:22",
                assertThrows(IllegalArgumentException.class, () -> RealHosts.parse("qemu:///system,probe=10.0.0.1"))
                        .getMessage());
    }

    @Test
    void a_silent_host_that_the_inventory_has_is_told_and_watched() {
        assertEquals(
                List.of("host at qemu+tls://h1/system is silent; it is in the inventory and is watched"),
                ASKED.silentYetKnown(Set.of("qemu+tls://h1/system")));
    }

    @Test
    void a_silent_host_that_was_never_seen_is_refused_with_the_remedy() {
        assertEquals(
                "host at qemu+tls://h1/system is silent\n"
                    + "To start without: leave it out of --libvirt, and add it when it answers, with: godwit host add",
                assertThrows(Failed.class, () -> ASKED.silentYetKnown(Set.of("qemu+tls://h2/system")))
                        .getMessage());
    }
}
