package io.godwit.ops.webhooks;

import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.time.Duration;
import java.util.Locale;

/** What is counted of webhooks, for Prometheus. */
final class WebhookMetrics {
    /** What became of a post. */
    enum Post {
        TAKEN,
        REFUSED,
        FAILED,
        GIVEN_UP
    }

    private static final Counter POSTS = Counter.build(
                    "godwit_webhook_posts_total",
                    "Posts, by what became of them: taken, refused for good, failed (tried again), given-up (the last"
                            + " try).")
            .labelNames("webhook", "answer")
            .register();
    private static final Gauge LAG = Gauge.build(
                    "godwit_webhook_lag_seconds",
                    "Age of what was posted last, when it was; grows while a receiver is away.")
            .labelNames("webhook")
            .register();

    private WebhookMetrics() {}

    static void posted(String webhook, Post post, Duration age) {
        POSTS.labels(webhook, post.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .inc();
        LAG.labels(webhook).set(age.toMillis() / 1e3);
    }
}
