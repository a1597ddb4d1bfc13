package io.godwit.ops.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.region.HttpConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HealthServerTest {
    @Test
    void a_port_in_use_is_told_by_address_with_the_remedy() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpConfig config = new HttpConfig("127.0.0.1", taken.getLocalPort());
            String told = assertThrows(IOException.class, () -> HealthServer.start(config, () -> List.of()))
                    .getMessage();
            assertTrue(told.contains("cannot listen on 127.0.0.1:" + taken.getLocalPort()), told);
            assertTrue(told.contains("give another http.port"), told);
        }
    }

    @Test
    void a_process_whose_services_have_not_started_is_not_ready() throws Exception {
        try (HealthServer server = HealthServer.start(new HttpConfig("127.0.0.1", 0), () -> List.of());
                HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest health = HttpRequest.newBuilder(URI.create("http://" + server.address() + "/health"))
                    .build();
            assertEquals(
                    503,
                    client.send(health, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }
}
