package io.godwit.ceprules;

import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.kafka.CepWorker;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** The cep service: draws detections from the observations of a site. */
public final class CepService implements Service {
    private static final Map<String, CepMetrics> METRICS = new ConcurrentHashMap<>();

    private final CepWorker worker;

    private CepService(CepWorker worker) {
        this.worker = worker;
    }

    /** Returns at once; a broker that is not there yet is waited for. */
    public static CepService start(CepConfig config, KafkaSettings kafka, Slot slot) {
        RuleCompiler.keepIn(config.ruleCache());
        CepMetrics metrics = METRICS.computeIfAbsent(kafka.site(), CepMetrics::new);
        return new CepService(new CepWorker(config, kafka, slot, metrics, InstantSource.system()));
    }

    /** Up to which observation each segment of a site was taken; segments of which none was are left out. */
    public static Map<Integer, Long> committed(SiteKafka kafka) {
        String group = new Slot("cep", "any").group(kafka.site());
        try (Admin admin = kafka.admin()) {
            Map<Integer, Long> offsets = new TreeMap<>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (offset != null && partition.topic().equals(Topic.OBSERVATIONS.of(kafka.site()))) {
                            offsets.put(partition.partition(), offset.offset());
                        }
                    });
            return offsets;
        } catch (ExecutionException failed) {
            throw new KafkaException(
                    "cannot read the offsets of group " + group + ": "
                            + failed.getCause().getMessage(),
                    failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptException(interrupted);
        }
    }

    @Override
    public String name() {
        return "cep";
    }

    @Override
    public Health health() {
        return worker.health();
    }

    @Override
    public void close() {
        worker.close();
    }
}
