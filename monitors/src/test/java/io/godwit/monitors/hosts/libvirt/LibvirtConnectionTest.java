package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.libvirt.LibvirtException;

class LibvirtConnectionTest {
    @Test
    void a_connection_that_is_closed_under_a_call_lives_until_the_call_ends_and_takes_no_other() throws Exception {
        WithLibvirt.orSkip();
        LibvirtRuntime.start();
        LibvirtConnection connection = new LibvirtConnection("test:///default");
        String type = connection.use(used -> {
            used.end();
            assertThrows(HostSilent.class, () -> connection.use(LibvirtConnection::getType));
            return used.getType();
        });
        assertEquals("TEST", type);
        assertThrows(LibvirtException.class, connection::getType);
    }
}
