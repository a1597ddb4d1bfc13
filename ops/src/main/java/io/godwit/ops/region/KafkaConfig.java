package io.godwit.ops.region;

import io.godwit.ops.settings.Settings;
import io.godwit.schemas.kafka.KafkaSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How Kafka is reached, by every process of the region.
 *
 * @param client Kafka client settings passed through to every client, as in security.protocol; win over ours
 * @param clientFiles Kafka client settings whose values are secrets: each names the file that holds its value
 * @param session how long a silent service keeps its segments; from 1s
 * @param transactionTimeout how long the open transaction of a dead service holds back its readers; from 1s
 */
public record KafkaConfig(
        Map<String, String> client, Map<String, Path> clientFiles, Duration session, Duration transactionTimeout) {
    private static final Duration BOUND = Duration.ofSeconds(1); // before DEFAULTS, which is checked against it

    public static final KafkaConfig DEFAULTS =
            new KafkaConfig(Map.of(), Map.of(), KafkaSettings.SESSION, KafkaSettings.TRANSACTION_TIMEOUT);

    public KafkaConfig {
        client = Map.copyOf(client);
        clientFiles = Map.copyOf(clientFiles);
        if (session.compareTo(BOUND) < 0) {
            throw new IllegalArgumentException(
                    "kafka.session is " + Settings.text(session) + "; give at least 1s, or drop the key for 6s");
        }
        if (transactionTimeout.compareTo(BOUND) < 0) {
            throw new IllegalArgumentException("kafka.transaction-timeout is " + Settings.text(transactionTimeout)
                    + "; give at least 1s, or drop the key for 3s");
        }
    }

    /** Settings for one site's Kafka, with the secrets read from their files. */
    public KafkaSettings at(String site, String bootstrap) throws IOException {
        Map<String, String> all = new TreeMap<>(client);
        for (Map.Entry<String, Path> secret : clientFiles.entrySet()) {
            if (!Files.isReadable(secret.getValue())) {
                throw new IOException("kafka.client-files." + secret.getKey() + " names " + secret.getValue()
                        + ", which cannot be read; put the secret there, readable for this user");
            }
            all.put(
                    secret.getKey(),
                    Files.readString(secret.getValue(), StandardCharsets.UTF_8).strip());
        }
        return new KafkaSettings(site, bootstrap, all, session, transactionTimeout);
    }
}
