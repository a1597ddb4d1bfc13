package io.godwit.schemas.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes the Kafka clients of one site, all with the settings that our guarantees rest on. Keys and values are bytes. */
public final class SiteKafka {
    private static final int SCAN_WAIT_MILLIS = 10;

    private final KafkaSettings settings;

    public SiteKafka(KafkaSettings settings) {
        this.settings = settings;
    }

    public KafkaSettings settings() {
        return settings;
    }

    public String site() {
        return settings.site();
    }

    public Admin admin() {
        Map<String, Object> config = base();
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, 5000);
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, 15000);
        return Admin.create(config);
    }

    /** For observations and operators' records: acknowledged by all replicas, no doubles from retries, no transaction. */
    public Producer<byte[], byte[]> idempotentProducer(String clientId) {
        Map<String, Object> config = producer(clientId);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The same with some producer settings of the caller's own; the site's client settings win over them. */
    public Producer<byte[], byte[]> idempotentProducer(String clientId, Map<String, Object> own) {
        Map<String, Object> config = producer(clientId);
        config.putAll(own);
        config.putAll(settings.client());
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** For derived records. The caller runs initTransactions, which fences an older process with the same id. */
    public Producer<byte[], byte[]> transactionalProducer(String transactionalId) {
        Map<String, Object> config = producer(transactionalId);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        config.put(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Math.toIntExact(settings.transactionTimeout().toMillis()));
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A static member of the slot's group: segments move only when the slot's process is gone for a session. */
    public Consumer<byte[], byte[]> groupConsumer(Slot slot) {
        return groupConsumer(slot, settings.session());
    }

    /** The same with another session, for a service that must conclude sooner. */
    public Consumer<byte[], byte[]> groupConsumer(Slot slot, Duration session) {
        return groupConsumer(slot, session, slot + "@" + site());
    }

    /** The same with some consumer settings of the caller's own; the site's client settings win over them. */
    public Consumer<byte[], byte[]> groupConsumer(Slot slot, Map<String, Object> own) {
        return groupConsumer(slot, settings.session(), slot + "@" + site(), own);
    }

    /** The same with a client id that tells the other members something, such as an address. */
    public Consumer<byte[], byte[]> groupConsumer(Slot slot, Duration session, String clientId) {
        return groupConsumer(slot, session, clientId, Map.of());
    }

    private Consumer<byte[], byte[]> groupConsumer(
            Slot slot, Duration session, String clientId, Map<String, Object> own) {
        Map<String, Object> config = consumer(clientId);
        config.putAll(own);
        config.putAll(settings.client());
        config.put(ConsumerConfig.GROUP_ID_CONFIG, slot.group(site()));
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, slot.toString());
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Math.toIntExact(session.toMillis()));
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.toIntExact(session.toMillis() / 4));
        config.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A reader without a group, for tails and scans. */
    public Consumer<byte[], byte[]> reader(String clientId) {
        return new KafkaConsumer<>(consumer(clientId), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * A reader for many short scans. A client asks for more than was wanted, and can ask for something else only when that
     * is answered: with stock settings half a second later where nothing is to come, so each scan would wait for the last.
     */
    Consumer<byte[], byte[]> scanner(String clientId) {
        Map<String, Object> config = consumer(clientId);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, SCAN_WAIT_MILLIS);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** What Kafka Streams and Connect start from. */
    public Map<String, Object> base() {
        Map<String, Object> config = new HashMap<>();
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrap());
        config.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 50);
        config.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
        config.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 60000);
        config.put("metadata.recovery.strategy", "rebootstrap");
        config.put("enable.metrics.push", false);
        config.putAll(settings.client());
        return config;
    }

    /** Settings of every reader: committed records only, no automatic commits, from the start where nothing is known. */
    public Map<String, Object> consumer(String clientId) {
        Map<String, Object> config = base();
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                IsolationLevel.READ_COMMITTED.toString().toLowerCase(Locale.ROOT));
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 20000);
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 << 20);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 64 << 20);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.putAll(settings.client());
        return config;
    }

    private Map<String, Object> producer(String clientId) {
        Map<String, Object> config = base();
        config.put(ProducerConfig.CLIENT_ID_CONFIG, clientId);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10000);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 60000);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 8 << 20);
        config.putAll(settings.client());
        return config;
    }
}
