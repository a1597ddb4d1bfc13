package io.godwit.schedulers;

import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.kafka.SchedulerMetrics;
import io.godwit.schedulers.kafka.SchedulerTopology;
import io.godwit.schedulers.partition.BrokenLog;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scheduler of a site, or its share of it: the segments that the group gives to this slot. */
public final class SchedulerService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(SchedulerService.class);
    private static final Duration CLOSE = Duration.ofSeconds(10);
    private static final int CACHE_BYTES = 32 << 20;

    private final KafkaStreams streams;
    private final ExecutorService solver; // one solve at a time in a process
    private final AtomicReference<String> broken = new AtomicReference<>("");

    private SchedulerService(KafkaStreams streams, ExecutorService solver) {
        this.streams = streams;
        this.solver = solver;
    }

    /**
     * Starts a scheduler; its topics must be there.
     *
     * @throws KafkaException if the broker does not answer or the topics are missing, with the remedy
     */
    public static SchedulerService start(SchedulerConfig config, KafkaSettings kafka, Slot slot) {
        int segments = segmentsOf(kafka);
        Planner planner = new RepairPlanner();
        RepairPlanner.warmUp();
        ExecutorService solver = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("solver-" + slot).factory());
        var topology = SchedulerTopology.build(
                kafka.site(),
                segments,
                planner,
                slot.toString(),
                DecidingCode.digest(),
                SchedulerMetrics.shared(),
                solver);
        SchedulerService service =
                new SchedulerService(new KafkaStreams(topology, properties(config, kafka, slot)), solver);
        service.streams.setUncaughtExceptionHandler(service::failed);
        service.streams.setStateListener((now, before) ->
                LOG.atInfo().addKeyValue("slot", slot).addKeyValue("state", now).log("scheduler changed its state"));
        service.streams.start();
        return service;
    }

    private static int segmentsOf(KafkaSettings kafka) {
        String topic = Topic.INVENTORY.of(kafka.site());
        try (Admin admin = new SiteKafka(kafka).admin()) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        } catch (ExecutionException failed) {
            throw new KafkaException(
                    "cannot read topic " + topic + " at " + kafka.bootstrap() + ": "
                            + failed.getCause().getMessage()
                            + "; start the broker, and create the topics with: godwit topics create --site "
                            + kafka.site(),
                    failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KafkaException(interrupted);
        }
    }

    static Properties properties(SchedulerConfig config, KafkaSettings kafka, Slot slot) {
        Properties properties = new Properties();
        Map<String, Object> base = new SiteKafka(kafka).base();
        base.remove("metadata.recovery.strategy"); // set per client below, Streams itself does not know it
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, slot.group(kafka.site()));
        properties.put(StreamsConfig.CLIENT_ID_CONFIG, slot + "@" + kafka.site());
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.stateDirectory()
                        .resolve(kafka.site())
                        .resolve(slot.toString())
                        .toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        // waits for nobody that has nothing to say, yet takes what is there already in the order of time
        properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, 0L);
        // state is small: every member counts as caught up, so work is shared at once and not after a warm-up
        properties.put(StreamsConfig.ACCEPTABLE_RECOVERY_LAG_CONFIG, Long.MAX_VALUE);
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), slot.toString());
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                Math.toIntExact(kafka.session().toMillis()));
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                Math.toIntExact(kafka.session().toMillis() / 4));
        properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        properties.put(StreamsConfig.consumerPrefix("metadata.recovery.strategy"), "rebootstrap");
        properties.put(StreamsConfig.producerPrefix("metadata.recovery.strategy"), "rebootstrap");
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(kafka.transactionTimeout().toMillis()));
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 8 << 20);
        properties.put(StreamsConfig.topicPrefix(TopicConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        properties.putAll(base); // the person's own client settings win
        return properties;
    }

    /** A broken log stops the scheduler before it writes; anything else is tried again from the last commit. */
    private StreamThreadExceptionResponse failed(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BrokenLog) {
                broken.set(cause.getMessage());
                LOG.atError().setCause(failure).log("scheduler stops: the log does not fit its state");
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            }
        }
        LOG.atWarn().setCause(failure).log("scheduler thread failed; another one goes on from the last commit");
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    @Override
    public String name() {
        return "scheduler";
    }

    @Override
    public Health health() {
        String why = broken.get();
        if (!why.isEmpty()) {
            return Health.failed("stopped: " + why);
        }
        return switch (streams.state()) {
            case RUNNING -> Health.ready("deciding");
            case CREATED, REBALANCING -> Health.starting("waiting for its segments and their state");
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
                Health.failed("Kafka Streams is in state " + streams.state() + "; restart the scheduler");
        };
    }

    /** Stays a member for a session, so that a restart in the same slot takes up its segments at once. */
    @Override
    public void close() {
        boolean _ = streams.close(
                CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP)
                        .withTimeout(CLOSE));
        solver.shutdownNow(); // a solve that was begun is asked for anew by whoever goes on
    }
}
