package io.godwit.ops.region;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Where detections of rules with action notify are posted to. Keys as in region.yaml, below "webhooks", by a name of your own.
 *
 * @param url address that takes the posts, http or https
 * @param tokenFile file whose text goes along as a bearer token; empty: none
 * @param timeout how long a post may take; 1 s to 1 min
 * @param giveUpAfter how long what could not be posted is tried again; 1 min to 7 d
 */
public record WebhookConfig(String url, String tokenFile, Duration timeout, Duration giveUpAfter) {
    public static final WebhookConfig DEFAULTS =
            new WebhookConfig("", "", Duration.ofSeconds(10), Duration.ofHours(24));

    public WebhookConfig {
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout.toMillis() + " ms; give 1s to 1m, or drop the key for 10s");
        }
        if (giveUpAfter.compareTo(Duration.ofMinutes(1)) < 0 || giveUpAfter.compareTo(Duration.ofDays(7)) > 0) {
            throw new IllegalArgumentException(
                    "give-up-after is " + giveUpAfter.toSeconds() + " s; give 1m to 7d, or drop the key for 24h");
        }
    }

    /** What is wrong with the address; empty: nothing. */
    Optional<String> fault() {
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException wrong) {
            return Optional.of("\"" + url + "\" is no URL");
        }
        String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http") || scheme.equals("https");
        return http && address.getHost() != null
                ? Optional.empty()
                : Optional.of("\"" + url + "\" names no host by http");
    }
}
