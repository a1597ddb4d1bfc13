package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.godwit.ittests.kills.TestSite;
import io.godwit.ops.region.WebhookConfig;
import io.godwit.ops.webhooks.WebhookService;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.Severity;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules with action notify detect reaches whoever is to be told, whatever becomes of the others who are. */
class WebhookTest {
    private static final int WITHIN_SECONDS = 60;

    @TempDir
    Path folder;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final AtomicInteger failing = new AtomicInteger();

    private void hear(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean fails = failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        exchange.sendResponseHeaders(fails ? 503 : 204, -1);
        exchange.close();
        heard.add((fails ? "failed " : "") + exchange.getRequestHeaders().getFirst("Idempotency-Key") + " "
                + exchange.getRequestHeaders().getFirst("Authorization") + " " + body.contains("\"host\":\"h1\""));
    }

    private static void detect(TestSite site, int number, DetectionAction action) {
        site.put(
                Topic.DETECTIONS,
                number % 2,
                "h1",
                DetectionBegan.newBuilder()
                        .setId("d" + number)
                        .setKind(DetectionKind.CUSTOM)
                        .setHostId("h1")
                        .setSince(Instant.EPOCH)
                        .setMetric("vms")
                        .setValue(3)
                        .setThreshold(0)
                        .setUnit("VMs")
                        .setRule("crowded")
                        .setRuleVersion(1)
                        .setEvidence(List.of())
                        .setTerms(new DetectionTerms("ann", Severity.INFO, action, ActingMode.ADVISE, 0L))
                        .build());
        site.flush();
    }

    private String next() throws InterruptedException {
        String next = heard.poll(WITHIN_SECONDS, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came within " + WITHIN_SECONDS + " s");
        return next;
    }

    private static WebhookService start(TestSite site, Map<String, WebhookConfig> configs) {
        return WebhookService.start(configs, site.kafka().settings(), new Slot("notifier", "1"));
    }

    /** Until a webhook's place in a segment is the end of what was detected there. */
    private static void awaitPlaceAtEnd(TestSite site, CommittedOffsets places, String webhook, int segment) {
        try (Log log = new KafkaLog(site.kafka(), TestSite.SITE)) {
            places.await(
                    TestSite.SITE + ".webhook-" + webhook,
                    new TopicPartition(Topic.DETECTIONS.of(TestSite.SITE), segment),
                    log.end(Topic.DETECTIONS, segment),
                    Duration.ofSeconds(WITHIN_SECONDS));
        }
    }

    private static double posts(String webhook, String answer) {
        return CollectorRegistry.defaultRegistry.getSampleValue(
                "godwit_webhook_posts_total", new String[] {"webhook", "answer"}, new String[] {webhook, answer});
    }

    @Test
    void each_detection_is_told_once_more_after_a_failure_and_a_restart_and_beside_a_dead_receiver() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", this::hear);
        server.start();
        Path token = Files.writeString(folder.resolve("token"), "secret\n");
        Map<String, WebhookConfig> configs = Map.of(
                "pager",
                new WebhookConfig(
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/hook",
                        token.toString(),
                        Duration.ofSeconds(5),
                        Duration.ofHours(1)),
                "dead",
                new WebhookConfig("http://127.0.0.1:1/", "", Duration.ofSeconds(1), Duration.ofHours(1)));
        try (TestSite site = TestSite.start(folder, WebhookTest.class, 2);
                CommittedOffsets places = new CommittedOffsets(site.kafka())) {
            detect(site, 0, DetectionAction.NOTIFY); // before anybody was to be told
            try (WebhookService service = start(site, configs)) {
                for (String webhook : configs.keySet()) { // which a new one takes at its start
                    awaitPlaceAtEnd(site, places, webhook, 0);
                    awaitPlaceAtEnd(site, places, webhook, 1);
                }
                detect(site, 1, DetectionAction.DRAIN);
                detect(site, 3, DetectionAction.NOTIFY);
                assertEquals("d3-began Bearer secret true", next());
                failing.set(1);
                detect(site, 2, DetectionAction.NOTIFY);
                assertEquals("failed d2-began Bearer secret true", next());
                assertEquals("d2-began Bearer secret true", next());
                assertTrue(service.health().says().contains("dead: degraded"), service.health()::says);
            }
            assertEquals(1.0, posts("pager", "failed"));
            assertEquals(2.0, posts("pager", "taken"), "the one before, and the one that is told once more");
            assertTrue(posts("dead", "failed") > 0);
            detect(site, 4, DetectionAction.NOTIFY);
            try (WebhookService _ = start(site, configs)) {
                assertEquals("d4-began Bearer secret true", next());
            }
            site.mode("off");
            detect(site, 5, DetectionAction.NOTIFY);
            try (WebhookService _ = start(site, configs)) {
                awaitPlaceAtEnd(site, places, "pager", 1);
            }
            assertEquals(List.of(), List.copyOf(heard), "a site that is off has nothing told");
        } finally {
            server.stop(0);
        }
    }
}
