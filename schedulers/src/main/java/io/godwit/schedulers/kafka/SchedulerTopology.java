package io.godwit.schedulers.kafka;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * What a scheduler reads → one processor per segment, with its state → host partitions, commands, journal, dead letters.
 * Every record goes to the segment that its decision names, whatever its key.
 */
public final class SchedulerTopology {
    /** Name of the store; its changelog is APPLICATION-scheduler-state-changelog. */
    public static final String STORE = "scheduler-state";

    /** What a scheduler reads, in the order of the topics. */
    public static final List<Topic> INPUTS = List.of(
            Topic.INVENTORY,
            Topic.OBSERVATIONS,
            Topic.DETECTIONS,
            Topic.HOST_PARTITIONS,
            Topic.OUTCOMES,
            Topic.CONTROLS,
            Topic.REQUESTS);

    /** What a scheduler writes. */
    public static final List<Topic> OUTPUTS =
            List.of(Topic.HOST_PARTITIONS, Topic.JOURNAL, Topic.COMMANDS, Topic.DEAD_LETTERS);

    private static final String PROCESSOR = "decide";

    private SchedulerTopology() {}

    /**
     * @param segments number of segments of the site
     * @param reader slot, as it stands in dead letters
     * @param code digest of the deciding code
     * @param solver runs solves that can last, beside the thread that decides
     */
    public static Topology build(
            String site,
            int segments,
            Planner planner,
            String reader,
            String code,
            SchedulerMetrics metrics,
            Executor solver) {
        Topology topology = new Topology();
        List<String> sources = new ArrayList<>();
        for (Topic topic : INPUTS) {
            String source = "from-" + topic.stage();
            topology.addSource(source, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic.of(site));
            sources.add(source);
        }
        topology.addProcessor(
                PROCESSOR,
                () -> new SegmentProcessor(site, segments, planner, reader, code, metrics, solver),
                sources.toArray(String[]::new));
        topology.addStateStore(store(), PROCESSOR);
        for (Topic topic : OUTPUTS) {
            topology.addSink(
                    sinkOf(topic),
                    topic.of(site),
                    new ByteArraySerializer(),
                    (String _, Appended appended) -> appended.value(),
                    (String _, byte[] _, Appended appended, int _) -> Optional.of(Set.of(appended.segment())),
                    PROCESSOR);
        }
        return topology;
    }

    static String sinkOf(Topic topic) {
        return switch (topic) {
            case HOST_PARTITIONS -> "to-host-partitions";
            case JOURNAL -> "to-journal";
            case COMMANDS -> "to-commands";
            case DEAD_LETTERS -> "to-dead-letters";
            case INVENTORY, OBSERVATIONS, RULES, DETECTIONS, REQUESTS, OUTCOMES, ENVIRONMENTS, CONTROLS, SEALS ->
                throw new IllegalArgumentException("a scheduler does not write " + topic.stage());
        };
    }

    /** In memory, told to a changelog once per commit; small files there, so that compaction keeps restarts short. */
    private static StoreBuilder<KeyValueStore<String, byte[]>> store() {
        return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray())
                .withCachingEnabled()
                .withLoggingEnabled(Map.of(
                        "segment.bytes", Integer.toString(4 << 20),
                        "segment.ms", "300000",
                        "min.cleanable.dirty.ratio", "0.2",
                        "delete.retention.ms", "60000",
                        "max.message.bytes", Integer.toString(8 << 20)));
    }
}
