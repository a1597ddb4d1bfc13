package io.godwit.ops.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.godwit.ops.region.HttpConfig;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.DefaultExports;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics} (Prometheus' text format) and {@code /health}: 200 while every service of this process is ready,
 * 503 otherwise, with a JSON object that says for each what it does.
 */
public final class HealthServer implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final HttpServer server;
    private final ExecutorService threads;

    private HealthServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * @param services what runs in this process now
     * @throws IOException with the address and the remedy where it cannot listen there
     */
    public static HealthServer start(HttpConfig config, Supplier<List<Service>> services) throws IOException {
        DefaultExports.initialize();
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(config.address(), config.port()), 16);
        } catch (IOException taken) {
            throw new IOException(
                    "cannot listen on " + config.address() + ":" + config.port() + " for metrics and health ("
                            + taken.getMessage()
                            + "); stop who listens there, or give another http.port (0 takes a free one)",
                    taken);
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                2, Thread.ofPlatform().daemon().name("http-", 0).factory());
        server.setExecutor(threads);
        server.createContext("/metrics", HealthServer::metrics);
        server.createContext("/health", exchange -> health(exchange, services.get()));
        server.start();
        return new HealthServer(server, threads);
    }

    /** address:port that it listens on. */
    public String address() {
        return server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    private static void metrics(HttpExchange exchange) throws IOException {
        try (exchange) {
            String type =
                    TextFormat.chooseContentType(exchange.getRequestHeaders().getFirst("Accept"));
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, 0);
            try (Writer body = new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8)) {
                TextFormat.writeFormat(type, body, CollectorRegistry.defaultRegistry.metricFamilySamples());
            }
        }
    }

    private static void health(HttpExchange exchange, List<Service> services) throws IOException {
        try (exchange) {
            boolean ready = !services.isEmpty();
            Map<String, Object> says = new LinkedHashMap<>();
            for (Service service : services) {
                Health health = service.health();
                ready &= health.ready() && health.alive();
                says.merge(service.name(), health, (one, other) -> other);
            }
            byte[] body = JSON.writeValueAsBytes(says);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(ready ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
