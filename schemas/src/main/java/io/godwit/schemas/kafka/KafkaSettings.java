package io.godwit.schemas.kafka;

import java.time.Duration;
import java.util.Map;

/**
 * How to reach one site's Kafka, and how fast its groups notice a dead member.
 *
 * @param site site whose topics are meant
 * @param bootstrap address:port, comma separated
 * @param client client settings passed through to every client (TLS, SASL, …); win over ours
 * @param session how long a silent group member keeps its segments; at least the broker's group.min.session.timeout.ms
 * @param transactionTimeout how long the open transaction of a dead writer holds back its readers
 */
public record KafkaSettings(
        String site, String bootstrap, Map<String, String> client, Duration session, Duration transactionTimeout) {
    public static final Duration SESSION = Duration.ofSeconds(6);
    public static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(3);

    public KafkaSettings {
        client = Map.copyOf(client);
    }

    public static KafkaSettings of(String site, String bootstrap) {
        return new KafkaSettings(site, bootstrap, Map.of(), SESSION, TRANSACTION_TIMEOUT);
    }
}
