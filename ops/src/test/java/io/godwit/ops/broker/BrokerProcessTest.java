package io.godwit.ops.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.units.ByteSize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
final class BrokerProcessTest {
    private static final int OPEN = 8;

    @TempDir
    private Path folder;

    @Test
    void a_broker_killed_with_SIGKILL_starts_again_on_its_data_with_every_acknowledged_record() throws Exception {
        BrokerProcess first = BrokerProcess.start(folder, BrokerConfig.DEFAULTS, 0);
        SiteKafka kafka = new SiteKafka(KafkaSettings.of("a", first.bootstrap()));
        try (Admin admin = kafka.admin();
                Producer<byte[], byte[]> producer = kafka.idempotentProducer("test")) {
            admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all().get();
            for (int number = 0; number < 100; number++) {
                producer.send(new ProducerRecord<>("t", text(number))).get();
            }
        }
        CompletableFuture<String> told = new CompletableFuture<>();
        first.onDeath(told::complete);
        ProcessHandle.of(first.pid()).orElseThrow().destroyForcibly();
        assertTrue(told.get().contains("broker.log"), "the death is told with the place of its last words");

        try (BrokerProcess second = BrokerProcess.start(folder, BrokerConfig.DEFAULTS, first.port())) {
            assertEquals(first.clusterId(), second.clusterId());
            assertEquals(first.bootstrap(), second.bootstrap(), "the port of the last start is taken again");
            try (Consumer<byte[], byte[]> reader = kafka.reader("test")) {
                TopicPartition partition = new TopicPartition("t", 0);
                assertEquals(100, reader.endOffsets(Set.of(partition)).get(partition));
            }
        }
    }

    @Test
    void transactions_that_a_kill_left_open_are_ended_after_the_restart_so_that_nobody_waits_behind_them()
            throws Exception {
        BrokerProcess first = BrokerProcess.start(folder, BrokerConfig.DEFAULTS, 0);
        SiteKafka kafka = new SiteKafka(KafkaSettings.of("a", first.bootstrap()));
        List<Producer<byte[], byte[]>> open = new ArrayList<>();
        try (Admin admin = kafka.admin()) {
            admin.createTopics(List.of(new NewTopic("t", OPEN, (short) 1)))
                    .all()
                    .get();
            for (int number = 0; number < OPEN; number++) {
                Producer<byte[], byte[]> producer = kafka.transactionalProducer("test-" + number);
                open.add(producer);
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("t", number, null, text(number)))
                        .get();
            }
        }
        ProcessHandle broker = ProcessHandle.of(first.pid()).orElseThrow();
        broker.destroyForcibly();
        broker.onExit().get();
        open.forEach(producer -> producer.close(Duration.ZERO));

        try (BrokerProcess _ = BrokerProcess.start(folder, BrokerConfig.DEFAULTS, first.port());
                Consumer<byte[], byte[]> reader = kafka.reader("test")) {
            List<TopicPartition> partitions = IntStream.range(0, OPEN)
                    .mapToObj(number -> new TopicPartition("t", number))
                    .toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (partitions.stream().anyMatch(partition -> reader.position(partition) < 2)) { // record, end
                assertTrue(reader.poll(Duration.ofMillis(200)).isEmpty(), "what was not committed is told to nobody");
                assertTrue(
                        System.nanoTime() < until,
                        () -> "the end of a transaction is missing in one of "
                                + partitions.stream().map(reader::position).toList());
            }
        }
    }

    @Test
    void a_broker_ends_when_the_process_that_started_it_is_killed() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerParent.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String pid = parent.inputReader(StandardCharsets.UTF_8).readLine();
        Optional<ProcessHandle> broker = ProcessHandle.of(Long.parseLong(pid));
        assertTrue(broker.orElseThrow().isAlive());

        parent.destroyForcibly();

        assertFalse(broker.orElseThrow().onExit().get(30, TimeUnit.SECONDS).isAlive());
    }

    @Test
    void a_port_in_use_is_refused_by_name_with_the_remedy() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerConfig config = new BrokerConfig("127.0.0.1", taken.getLocalPort(), ByteSize.ofMebibytes(256));
            IOException refused = assertThrows(IOException.class, () -> BrokerProcess.start(folder, config, 0));
            assertEquals(
                    "port " + taken.getLocalPort()
                            + " of 127.0.0.1 is in use by another process; stop that one, or give another broker.port"
                            + " (0 takes a free one)",
                    refused.getMessage());
        }
    }

    private static byte[] text(int number) {
        return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
    }

    /** A process that starts a broker, says its process id, and waits to be killed. */
    static final class BrokerParent {
        private BrokerParent() {}

        public static void main(String[] arguments) throws Exception {
            try (BrokerProcess broker = BrokerProcess.start(Path.of(arguments[0]), BrokerConfig.DEFAULTS, 0)) {
                System.out.println(broker.pid());
                Thread.currentThread().join();
            }
        }
    }
}
