package io.godwit.ops.bench;

import io.godwit.ops.cli.Failed;
import io.godwit.schemas.log.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How far a service has come in the log, by the offsets that its group has committed. */
final class GroupLag {
    private GroupLag() {}

    /** Committed offsets of a topic by segment; segments without a commit are missing. */
    static Map<Integer, Long> committed(Admin admin, String site, String service, Topic topic) {
        Map<Integer, Long> offsets = new TreeMap<>();
        allCommitted(admin, site, service).forEach((partition, offset) -> {
            if (partition.topic().equals(topic.of(site))) {
                offsets.put(partition.partition(), offset.offset());
            }
        });
        return offsets;
    }

    /** Records of a topic that stand in the log and are not yet taken, over all segments that the group has taken from. */
    static long records(Admin admin, String site, String service, Topic topic) {
        Map<Integer, Long> committed = committed(admin, site, service, topic);
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        committed
                .keySet()
                .forEach(segment -> wanted.put(new TopicPartition(topic.of(site), segment), OffsetSpec.latest()));
        try {
            long lag = 0;
            for (var end : admin.listOffsets(wanted).all().get().entrySet()) {
                lag += Math.max(
                        0, end.getValue().offset() - committed.get(end.getKey().partition()));
            }
            return lag;
        } catch (ExecutionException failed) {
            throw new Failed(
                    "cannot read the ends of " + topic.of(site) + ": "
                            + failed.getCause().getMessage(),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    private static Map<TopicPartition, OffsetAndMetadata> allCommitted(Admin admin, String site, String service) {
        String group = site + "." + service;
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (offset != null) { // nothing committed yet
                            offsets.put(partition, offset);
                        }
                    });
            return offsets;
        } catch (ExecutionException failed) {
            throw new Failed(
                    "cannot read what group " + group + " has committed: "
                            + failed.getCause().getMessage(),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }
}
