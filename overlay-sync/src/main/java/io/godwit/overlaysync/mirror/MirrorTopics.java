package io.godwit.overlaysync.mirror;

import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Makes the copies of a site's topics at another site before anything is mirrored: topics that keep the time of their home. */
final class MirrorTopics {
    private static final int REPLICATION_MAX = 3;

    private MirrorTopics() {}

    /** Creates what is missing; fails where the source's topics are not there yet or a copy has another shape. */
    static void prepare(MirrorPlan.Direction direction) {
        try (Admin source = new SiteKafka(direction.source()).admin();
                Admin target = new SiteKafka(direction.target()).admin()) {
            String site = direction.source().site();
            String observations = Topic.OBSERVATIONS.of(site);
            int segments = source.describeTopics(List.of(observations))
                    .allTopicNames()
                    .get()
                    .get(observations)
                    .partitions()
                    .size();
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, observations);
            Map<ConfigResource, Config> configs =
                    source.describeConfigs(List.of(resource)).all().get();
            long bytes = Long.parseLong(configs.get(resource)
                    .get(TopicConfig.RETENTION_BYTES_CONFIG)
                    .value());
            Topics.Shape shape = new Topics.Shape(
                    segments, replication(target), bytes < 0 ? -1 : Math.multiplyExact(bytes, segments), true);
            Topics.create(target, site, shape);
            List<String> faults = Topics.check(target, site, shape);
            if (!faults.isEmpty()) {
                throw new KafkaException("the copy of site " + site + " at site "
                        + direction.target().site() + " is not as it must be: " + String.join("; ", faults));
            }
        } catch (ExecutionException failed) {
            throw new KafkaException(failed.getCause().getMessage(), failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        }
    }

    /** Replicas that a site's brokers can hold. */
    static int replication(Admin admin) throws ExecutionException, InterruptedException {
        return Math.min(REPLICATION_MAX, admin.describeCluster().nodes().get().size());
    }
}
