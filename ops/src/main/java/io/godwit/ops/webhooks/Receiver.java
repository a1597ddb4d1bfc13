package io.godwit.ops.webhooks;

import io.godwit.ops.region.WebhookConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Posts notices to one address. Redirects are not followed. Used by one thread. */
final class Receiver implements AutoCloseable {
    private static final int TIMED_OUT = 408;
    private static final int TOO_MANY = 429;

    private final WebhookConfig config;
    private final HttpClient client;

    Receiver(WebhookConfig config) {
        this.config = config;
        this.client = HttpClient.newBuilder().connectTimeout(config.timeout()).build();
    }

    /** What became of a post. */
    sealed interface Answer {
        record Taken() implements Answer {}

        /** The receiver wants no such thing, so it is not tried again. */
        record Refused(String why) implements Answer {}

        /** It may go well later. */
        record Failed(String why) implements Answer {}
    }

    Answer post(Notice notice) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(config.url()))
                    .timeout(config.timeout())
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", notice.key())
                    .POST(HttpRequest.BodyPublishers.ofString(notice.json()));
            if (!config.tokenFile().isEmpty()) {
                String token = Files.readString(Path.of(config.tokenFile()), StandardCharsets.UTF_8);
                request.header("Authorization", "Bearer " + token.strip());
            }
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 == 2) {
                return new Answer.Taken();
            }
            boolean forGood = status / 100 != 5 && status != TIMED_OUT && status != TOO_MANY;
            return forGood ? new Answer.Refused("status " + status) : new Answer.Failed("status " + status);
        } catch (IOException failed) {
            return new Answer.Failed(
                    failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage());
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
