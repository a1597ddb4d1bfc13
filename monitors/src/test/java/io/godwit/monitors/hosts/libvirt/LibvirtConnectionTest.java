package io.godwit.monitors.hosts.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.libvirt.LibvirtException;

class LibvirtConnectionTest {
    @Test
    void a_connection_that_is_closed_under_a_call_lives_until_the_call_ends_and_takes_no_other() throws Exception {
        WithLibvirt.orSkip();
        LibvirtRuntime.start();
        LibvirtConnection connection = new LibvirtConnection("test:///default");
        assertTrue(connection.hold());
        connection.close();
        assertFalse(connection.hold());
        assertEquals("TEST", connection.getType());
        connection.release();
        assertThrows(LibvirtException.class, connection::getType);
        assertEquals(0, connection.close());
    }
}
