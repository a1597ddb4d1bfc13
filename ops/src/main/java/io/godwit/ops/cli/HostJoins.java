package io.godwit.ops.cli;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Inventory;
import io.godwit.schemas.state.SegmentPlan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Adds hosts to the inventory of a site: each gets its segment here, once and for good. */
public final class HostJoins {
    private HostJoins() {}

    /**
     * A host to add.
     *
     * @param id libvirt's UUID of the host, or "sim-…"
     * @param uri how monitors and executors reach it
     * @param probeAddress address:port where others try to reach it, besides libvirt; empty: derived from the URI
     */
    public record Wanted(String id, String rack, String name, String uri, String probeAddress) {
        /** Without a probe address of its own. */
        public Wanted(String id, String rack, String name, String uri) {
            this(id, rack, name, uri, "");
        }
    }

    /** The inventory as it stands; a record that cannot be read is left to the dead letters. */
    public static Inventory inventory(Log log) {
        Inventory inventory = new Inventory(log.segments());
        List<LogRange> ranges = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            ranges.add(LogRange.all(Topic.INVENTORY, segment));
        }
        log.scan(ranges, record -> {
            try {
                inventory.take(record);
            } catch (UnreadableRecord _) {
                // the monitors tell of it
            }
            return true;
        });
        return inventory;
    }

    /** Appends those that are not in the inventory yet and returns what it appended. */
    public static List<HostJoined> append(
            SiteKafka kafka, Inventory inventory, int segments, List<Wanted> wanted, String by, String reason) {
        SegmentPlan plan = new SegmentPlan(segments, inventory.hosts().values());
        List<HostJoined> joined = new ArrayList<>();
        for (Wanted host : wanted) {
            if (!inventory.hosts().containsKey(host.id())) {
                int segment = plan.segmentFor(kafka.site(), host.rack());
                joined.add(new HostJoined(
                        host.id(),
                        kafka.site(),
                        host.rack(),
                        host.name(),
                        segment,
                        host.uri(),
                        host.probeAddress(),
                        by,
                        reason));
            }
        }
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("ops-inventory")) {
            var sent = joined.stream()
                    .map(host -> producer.send(new ProducerRecord<>(
                            Topic.INVENTORY.of(kafka.site()),
                            host.getSegment(),
                            host.getHostId().getBytes(StandardCharsets.UTF_8),
                            EventCodec.encode(host))))
                    .toList();
            for (var acknowledged : sent) {
                acknowledged.get();
            }
        } catch (ExecutionException failed) {
            throw new Failed(
                    "could not append to " + Topic.INVENTORY.of(kafka.site()) + ": "
                            + failed.getCause().getMessage()
                            + "; try again: what was added stays, what was not is added then",
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted while hosts were added; try again");
        }
        return joined;
    }
}
