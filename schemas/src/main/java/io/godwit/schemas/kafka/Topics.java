package io.godwit.schemas.kafka;

import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of a site, and tells where existing ones differ from what our guarantees need. */
public final class Topics {
    private static final int RECORD_BYTES_MAX = 8 << 20;

    private Topics() {}

    /**
     * Shape of a site's topics.
     *
     * @param segments number of segments of every topic; from 1, fixed for the site's life
     * @param replication replicas of each segment; from 1
     * @param observationBytes how many bytes of observations are kept in all; -1 for 14 days without a bound
     * @param mirrored whether these are copies of another site's topics, which keep the time of their home
     */
    public record Shape(int segments, int replication, long observationBytes, boolean mirrored) {
        public static final int SEGMENTS = 12;
    }

    private static final Duration LEADERS_WITHIN = Duration.ofSeconds(30);
    private static final Duration ASK_AGAIN = Duration.ofMillis(50);

    /** Creates what is missing and returns the names that it created; existing topics are left as they are. */
    public static List<String> create(Admin admin, String site, Shape shape) {
        try {
            Set<String> there = admin.listTopics().names().get();
            List<NewTopic> missing = new ArrayList<>();
            for (Topic topic : Topic.values()) {
                if (!there.contains(topic.of(site))) {
                    missing.add(new NewTopic(topic.of(site), shape.segments(), (short) shape.replication())
                            .configs(configOf(topic, shape)));
                }
            }
            List<String> created = new ArrayList<>();
            for (var entry : admin.createTopics(missing).values().entrySet()) {
                try {
                    entry.getValue().get();
                    created.add(entry.getKey());
                } catch (ExecutionException failed) {
                    if (!(failed.getCause() instanceof TopicExistsException)) { // another process was first: fine
                        throw failed;
                    }
                }
            }
            awaitLeaders(admin, created, shape);
            return created;
        } catch (ExecutionException failed) {
            throw new KafkaException(
                    "cannot create the topics of site " + site + ": "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        }
    }

    /**
     * Waits until the brokers lead what was created. A producer that writes before may have its first batch refused and its
     * second one taken; the first can then never follow, and an idempotent producer tries for two minutes.
     */
    private static void awaitLeaders(Admin admin, List<String> created, Shape shape)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> newest = new HashMap<>();
        for (String name : created) {
            for (int segment = 0; segment < shape.segments(); segment++) {
                newest.put(new TopicPartition(name, segment), OffsetSpec.latest());
            }
        }
        long end = System.nanoTime() + LEADERS_WITHIN.toNanos();
        while (!newest.isEmpty()) {
            try {
                admin.listOffsets(newest)
                        .all()
                        .get(); // answered by the leader alone, and asked again until there is one
                return;
            } catch (ExecutionException failed) {
                // a broker that has not heard of the topic yet; nobody tells when it has
                if (!(failed.getCause() instanceof UnknownTopicOrPartitionException) || System.nanoTime() > end) {
                    throw failed;
                }
                Thread.sleep(ASK_AGAIN);
            }
        }
    }

    /** What is wrong with a site's topics, a sentence each, with the remedy; empty if all is well. */
    public static List<String> check(Admin admin, String site, Shape shape) {
        try {
            Set<String> there = admin.listTopics().names().get();
            List<String> missing = Topic.namesOf(site).stream()
                    .filter(name -> !there.contains(name))
                    .toList();
            if (!missing.isEmpty()) {
                return List.of("topics are missing: " + String.join(", ", missing)
                        + "; create them with: godwit topics create --site " + site);
            }
            List<String> faults = new ArrayList<>();
            Map<String, TopicDescription> described =
                    admin.describeTopics(Topic.namesOf(site)).allTopicNames().get();
            Map<ConfigResource, Config> configs = admin.describeConfigs(Topic.namesOf(site).stream()
                            .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                            .collect(Collectors.toList()))
                    .all()
                    .get();
            for (Topic topic : Topic.values()) {
                String name = topic.of(site);
                int segments = described.get(name).partitions().size();
                if (segments != shape.segments()) {
                    faults.add(
                            "%s has %d segments, the settings say %d; the number is fixed for a site's life: set segments to %d"
                                    .formatted(name, segments, shape.segments(), segments));
                }
                Config config = configs.get(new ConfigResource(ConfigResource.Type.TOPIC, name));
                configOf(topic, shape).forEach((key, value) -> {
                    boolean ours = key.equals(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
                            || key.equals(TopicConfig.CLEANUP_POLICY_CONFIG)
                            || (topic.kept() == Topic.Kept.FOR_EVER
                                    && (key.equals(TopicConfig.RETENTION_MS_CONFIG)
                                            || key.equals(TopicConfig.RETENTION_BYTES_CONFIG)));
                    if (ours && !config.get(key).value().equals(value)) {
                        faults.add(
                                "%s has %s=%s, it must be %s; set it with: kafka-configs --alter --topic %s --add-config %s=%s"
                                        .formatted(name, key, config.get(key).value(), value, name, key, value));
                    }
                });
            }
            return faults;
        } catch (ExecutionException failed) {
            throw new KafkaException(
                    "cannot check the topics of site " + site + ": "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        }
    }

    private static Map<String, String> configOf(Topic topic, Shape shape) {
        Map<String, String> config = new HashMap<>();
        config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, shape.mirrored() ? "CreateTime" : "LogAppendTime");
        config.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(topic.kept().retentionMillis()));
        if (topic.kept() == Topic.Kept.FOR_EVER) { // or the brokers' own bound on sizes would hold
            config.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        }
        config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(RECORD_BYTES_MAX));
        if (topic.kept() == Topic.Kept.BY_SIZE && shape.observationBytes() > 0) {
            long bytes = shape.observationBytes() / shape.segments();
            config.put(TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(bytes));
            // Kafka drops whole files, so a file holds at most an eighth of what is kept; below 1 MiB it refuses
            config.put(TopicConfig.SEGMENT_BYTES_CONFIG, Long.toString(Math.clamp(bytes / 8, 1 << 20, 256 << 20)));
        }
        if (shape.replication() >= 3) {
            config.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
            config.put(TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, "false");
        }
        return config;
    }
}
