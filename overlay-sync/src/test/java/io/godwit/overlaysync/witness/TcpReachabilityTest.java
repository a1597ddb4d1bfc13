package io.godwit.overlaysync.witness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.godwit.schemas.events.HostJoined;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TcpReachabilityTest {
    private final TcpReachability reachability = new TcpReachability(Duration.ofSeconds(5));

    @Test
    void a_listening_host_answers() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertInstanceOf(Answer.Answered.class, reachability.probe(at("127.0.0.1:" + server.getLocalPort())));
        }
    }

    @Test
    void a_refused_connection_is_an_answer() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertInstanceOf(Answer.Answered.class, reachability.probe(at("127.0.0.1:" + port)));
    }

    @Test
    void a_name_that_does_not_resolve_is_silent() {
        assertInstanceOf(Answer.Silent.class, reachability.probe(at("no-such-host.invalid:22")));
    }

    @ParameterizedTest
    @CsvSource({
        "qemu+ssh://root@127.0.0.2/system,127.0.0.2,22",
        "qemu+tcp://127.0.0.2/system,127.0.0.2,16509",
        "qemu+tls://127.0.0.2/system,127.0.0.2,16514",
        "qemu://127.0.0.2/system,127.0.0.2,16514",
        "qemu+ssh://127.0.0.2:2222/system,127.0.0.2,2222"
    })
    void a_remote_uri_tells_where_to_knock(String uri, String host, int port) {
        assertEquals(Optional.of(new InetSocketAddress(host, port)), TcpReachability.addressOf("", uri));
    }

    @ParameterizedTest
    @CsvSource({"qemu:///system", "test:///default", "simulated:h1"})
    void a_local_uri_has_no_address(String uri) {
        assertEquals(Optional.empty(), TcpReachability.addressOf("", uri));
    }

    private static HostJoined at(String probeAddress) {
        return new HostJoined("h1", "a", "r1", "h1", 0, "qemu:///system", probeAddress, "test", "test");
    }
}
