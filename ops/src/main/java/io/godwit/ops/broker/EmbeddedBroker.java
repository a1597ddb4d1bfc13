package io.godwit.ops.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A KRaft broker and controller in this process, for one site. Kafka ends the process that it runs in on a fatal fault, so
 * {@link BrokerMain} gives it one of its own.
 */
final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE = 1;

    private final RaftNode node;

    private EmbeddedBroker(RaftNode node) {
        this.node = node;
    }

    /**
     * Formats the folder if it is new and starts; returns when clients can connect.
     *
     * @param folder where records are kept
     */
    static EmbeddedBroker start(Path folder, String address, int port, int controllerPort) throws IOException {
        String advertised = address.equals("0.0.0.0") ? "localhost" : address;
        if (!Files.exists(folder.resolve("meta.properties"))) {
            format(folder, advertised, controllerPort);
        }
        return new EmbeddedBroker(
                RaftNode.start(new KafkaConfig(settings(folder, address, advertised, port, controllerPort), false)));
    }

    /** Id of the cluster that a formatted folder holds. */
    static String clusterId(Path folder) throws IOException {
        Properties properties = new Properties();
        try (InputStream meta = Files.newInputStream(folder.resolve("meta.properties"))) {
            properties.load(meta);
        }
        return properties.getProperty("cluster.id");
    }

    private static void format(Path folder, String advertised, int controllerPort) throws IOException {
        Files.createDirectories(folder);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        String voter = NODE + "@" + advertised + ":" + controllerPort + ":" + Uuid.randomUuid();
        try {
            new Formatter()
                    .setNodeId(NODE)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setControllerListenerName("CONTROLLER")
                    .setHasDynamicQuorum(true) // else: "Voter set ... not expected when the kraft.version is 0"
                    .setInitialControllers(DynamicVoters.parse(voter))
                    .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8))
                    .run();
        } catch (Exception failed) {
            throw new IOException(
                    "cannot format " + folder + " for a broker: " + failed.getMessage() + " "
                            + said.toString(StandardCharsets.UTF_8),
                    failed);
        }
    }

    /** One broker, so every replication factor is 1; docs/kafka.md tells what each of the others is for. */
    private static Map<String, String> settings(
            Path folder, String address, String advertised, int port, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE));
        settings.put("log.dirs", folder.toString());
        settings.put("controller.quorum.bootstrap.servers", advertised + ":" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "CLIENTS");
        settings.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put(
                "listeners", "CLIENTS://" + address + ":" + port + ",CONTROLLER://" + address + ":" + controllerPort);
        settings.put(
                "advertised.listeners",
                "CLIENTS://" + advertised + ":" + port + ",CONTROLLER://" + advertised + ":" + controllerPort);
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "2");
        settings.put("num.recovery.threads.per.data.dir", "2");
        settings.put("background.threads", "2");
        settings.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 << 20)); // 128 MiB of heap otherwise
        settings.put("auto.create.topics.enable", "false");
        settings.put("message.max.bytes", Integer.toString(8 << 20));
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        // a broker killed with SIGKILL comes back only when its old registration has run out (RaftNode): 10.6 s with
        // stock settings. With 1.5 s a machine under load 15 was seen to fence its own broker, which then refuses every
        // write for a while
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("log.retention.check.interval.ms", "10000"); // so that --retain holds soon after it is passed
        settings.put("log.segment.delete.delay.ms", "5000");
        return settings;
    }

    /** Ends in order; returns when all is on disk. */
    @Override
    public void close() {
        node.close();
    }
}
