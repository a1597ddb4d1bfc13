package io.godwit.ittests.secured;

import io.godwit.ops.broker.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoters;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A broker in this process that is reached over TLS alone and lets in by SASL/PLAIN: user godwit, password {@link #PASSWORD}. */
final class SecuredBroker implements AutoCloseable {
    static final String PASSWORD = "non-stop";

    private static final String KEY_PASSWORD = "non-guessed";

    private final KafkaRaftServer server;
    private final String bootstrap;
    private final Path certificate;

    private SecuredBroker(KafkaRaftServer server, String bootstrap, Path certificate) {
        this.server = server;
        this.bootstrap = bootstrap;
        this.certificate = certificate;
    }

    /** @param keys where its key and certificate come to stand */
    static SecuredBroker start(Path folder, Path keys) throws Exception {
        Path store = keys.resolve("broker.p12");
        Path certificate = keys.resolve("broker.pem");
        keytool(store, "-genkeypair", "-keyalg", "RSA", "-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1");
        keytool(store, "-exportcert", "-rfc", "-file", certificate.toString());
        int port = FreePort.any("127.0.0.1");
        int controllerPort = FreePort.any("127.0.0.1");
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setControllerListenerName("CONTROLLER")
                .setHasDynamicQuorum(true)
                .setInitialControllers(DynamicVoters.parse("1@127.0.0.1:" + controllerPort + ":" + Uuid.randomUuid()))
                .setPrintStream(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
                .run();
        KafkaRaftServer server =
                new KafkaRaftServer(new KafkaConfig(settings(folder, store, port, controllerPort), false), Time.SYSTEM);
        server.startup();
        return new SecuredBroker(server, "127.0.0.1:" + port, certificate);
    }

    private static void keytool(Path store, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "broker", "-keystore", store.toString(), "-storepass", KEY_PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + said);
        }
    }

    private static Map<String, String> settings(Path folder, Path store, int port, int controllerPort) {
        String listeners = "CLIENTS://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort;
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", folder.toString());
        settings.put("controller.quorum.bootstrap.servers", "127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "CLIENTS");
        settings.put("listener.security.protocol.map", "CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT");
        settings.put("listeners", listeners);
        settings.put("advertised.listeners", listeners);
        settings.put("ssl.keystore.type", "PKCS12");
        settings.put("ssl.keystore.location", store.toString());
        settings.put("ssl.keystore.password", KEY_PASSWORD);
        settings.put("ssl.truststore.type", "PEM");
        settings.put(
                "ssl.truststore.location", store.resolveSibling("broker.pem").toString());
        settings.put("sasl.enabled.mechanisms", "PLAIN");
        settings.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        settings.put(
                "listener.name.clients.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\""
                        + " password=\"inside\" user_broker=\"inside\" user_godwit=\"" + PASSWORD + "\";");
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        return settings;
    }

    String bootstrap() {
        return bootstrap;
    }

    /** What its clients trust. */
    Path certificate() {
        return certificate;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
