package io.godwit.ops.bench;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Fills a site's log with samples as monitors write them: ten VMs to a host, round after round over all hosts. */
final class SampleLog {
    private static final int VMS = 10;
    private static final int SEGMENTS = Topics.Shape.SEGMENTS;

    private SampleLog() {}

    /** Makes the topics and appends that many samples; returns when all are acknowledged. */
    static void fill(SiteKafka kafka, int hosts, int samples) {
        try (Admin admin = kafka.admin()) {
            List<String> _ = Topics.create(admin, kafka.site(), new Topics.Shape(SEGMENTS, 1, -1, false));
        }
        SplittableRandom random = new SplittableRandom(23);
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("bench-fill")) {
            for (int number = 0; number < samples; number++) {
                int host = number % hosts;
                String id = "sim-%s-h%05d".formatted(kafka.site(), host);
                Future<RecordMetadata> _ = producer.send(new ProducerRecord<>(
                        Topic.OBSERVATIONS.of(kafka.site()),
                        host % SEGMENTS,
                        id.getBytes(StandardCharsets.UTF_8),
                        EventCodec.encode(sample(kafka.site(), id, host, number, random))));
            }
            producer.flush();
        }
    }

    private static HostSampled sample(String site, String id, int host, int number, SplittableRandom random) {
        List<VmSample> vms = new ArrayList<>(VMS);
        long demand = 0;
        for (int vm = 0; vm < VMS; vm++) {
            long asked = random.nextLong(100, 1100);
            demand += asked;
            vms.add(new VmSample(
                    "vm-%s-%06d".formatted(site, host * VMS + vm),
                    VmState.RUNNING,
                    asked,
                    asked,
                    random.nextLong(1, 5) << 30,
                    random.nextLong(1, 200) << 20,
                    -1L,
                    -1L));
        }
        return new HostSampled(
                id,
                host % SEGMENTS,
                1_767_225_600_000_000L + number * 1000L,
                1000,
                "monitor-1",
                8000L,
                demand,
                Math.min(demand, 8000L),
                64L << 30,
                25L << 30,
                vms,
                "",
                0L);
    }
}
