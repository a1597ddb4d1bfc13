package io.godwit.ops.broker;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's controller and broker in one process. As KafkaRaftServer, but the broker is started only once the controller has
 * ended the registration that an earlier, killed process left.
 *
 * <p>A broker that starts before that takes itself for the leader of its partitions, as the old metadata say, and ends the
 * transactions that the kill had left open. When the old registration runs out a moment later, every partition is without a
 * leader, and Kafka 4.1 to 4.3 at least takes such partitions for deleted: it calls the transaction ended and never writes its
 * end into them (KAFKA-20734). Whoever reads committed records alone would then wait there for ever.
 */
final class RaftNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final long FENCED_MAX_SECONDS = 30;

    private final ControllerServer controller;
    private final BrokerServer broker;

    private RaftNode(ControllerServer controller, BrokerServer broker) {
        this.controller = controller;
        this.broker = broker;
    }

    /** Returns when clients can connect. */
    static RaftNode start(KafkaConfig config) {
        var directories = KafkaRaftServer.initializeLogDirs(config, LOG, "");
        var properties = directories._1();
        SharedServer shared = new SharedServer(
                config,
                properties,
                Time.SYSTEM,
                Server.initializeMetrics(
                        config, Time.SYSTEM, properties.clusterId().orElseThrow()),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        BrokerServer broker = new BrokerServer(shared);
        ControllerServer controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2());
        RaftNode node = new RaftNode(controller, broker);
        boolean started = false;
        try {
            controller.startup();
            awaitFenced(shared);
            broker.startup();
            started = true;
            return node;
        } finally {
            if (!started) {
                node.close();
            }
        }
    }

    private static void awaitFenced(SharedServer shared) {
        Fenced fenced = new Fenced();
        try {
            shared.loader().installPublishers(List.of(fenced)).get(FENCED_MAX_SECONDS, TimeUnit.SECONDS);
            fenced.all.get(FENCED_MAX_SECONDS, TimeUnit.SECONDS);
            shared.loader().removeAndClosePublisher(fenced).get(FENCED_MAX_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException late) {
            throw new CompletionException(
                    "the controller did not end the broker's earlier registration within " + FENCED_MAX_SECONDS + " s",
                    late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CompletionException(interrupted);
        }
    }

    /** Knows when no broker counts as alive, so that none leads a partition. */
    private static final class Fenced implements MetadataPublisher {
        final CompletableFuture<Void> all = new CompletableFuture<>();

        @Override
        public String name() {
            return "fenced";
        }

        @Override
        public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
            if (image.cluster().brokers().values().stream().allMatch(BrokerRegistration::fenced)) {
                boolean _ = all.complete(null);
            }
        }

        @Override
        public void close() {}
    }

    /** Ends in order; returns when all is on disk. */
    @Override
    public void close() {
        broker.shutdown(); // first, it needs the controller for that
        controller.shutdown();
        broker.awaitShutdown();
        controller.awaitShutdown();
    }
}
