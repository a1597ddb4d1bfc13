package io.godwit.ops.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/** Settings of a broker that our take-over times rest on; docs/kafka.md tells why. */
final class BrokerCheck {
    private static final long WAIT_SECONDS = 10;

    /** Upper bounds in milliseconds. */
    private static final Map<String, Long> AT_MOST = Map.of(
            "group.min.session.timeout.ms", 3000L,
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", 1000L);

    private BrokerCheck() {}

    /** What differs, a sentence each with the remedy; empty if all is well or may not be read. */
    static List<String> faults(Admin admin) throws InterruptedException {
        try {
            Node node = admin.describeCluster()
                    .nodes()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS)
                    .iterator()
                    .next();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, node.idString());
            Config config = admin.describeConfigs(List.of(broker))
                    .all()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS)
                    .get(broker);
            return faults(config);
        } catch (ExecutionException | TimeoutException unreadable) {
            return List.of(); // without the right to read them nothing can be said; the services survive either way
        }
    }

    static List<String> faults(Config config) {
        List<String> faults = new ArrayList<>();
        AT_MOST.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(bound -> {
            var entry = config.get(bound.getKey());
            if (entry != null && entry.value() != null && Long.parseLong(entry.value()) > bound.getValue()) {
                faults.add(
                        "the broker has %s=%s, take-over in time needs at most %d; set it in the broker's properties (docs/kafka.md)"
                                .formatted(bound.getKey(), entry.value(), bound.getValue()));
            }
        });
        return faults;
    }
}
