package io.godwit.overlaysync;

import io.godwit.overlaysync.kafka.Sealing;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seals the topics of a site that the group gives to this slot, in one thread. */
public final class SealService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(SealService.class);
    private static final long FAILURE_PAUSE_MILLIS = 1000;

    private final SiteKafka kafka;
    private final Slot slot;
    private final Duration period;
    private final Thread thread;
    private volatile boolean closing;
    private volatile Health health = Health.starting("joins its group");

    private SealService(KafkaSettings settings, Slot slot, Duration period) {
        this.kafka = new SiteKafka(settings);
        this.slot = slot;
        this.period = period;
        this.thread = Thread.ofPlatform().name(slot.toString()).unstarted(this::run);
    }

    /** @param period how old a record may be before it is sealed */
    public static SealService start(KafkaSettings own, Slot slot, Duration period) {
        SealService service = new SealService(own, slot, period);
        service.thread.start();
        return service;
    }

    @Override
    public String name() {
        return "sealer";
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(15));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            try (Sealing sealing = new Sealing(kafka, slot, period)) {
                while (!closing) {
                    sealing.step();
                    if (sealing.assigned()) {
                        health = Health.ready("seals " + sealing.chains() + " segments of topics");
                    }
                }
            } catch (RuntimeException failed) {
                if (!closing) {
                    health = Health.starting("lost its input and joins again: " + failed.getMessage());
                    LOG.atWarn().addKeyValue("slot", slot).setCause(failed).log("sealer lost its input, joins again");
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }
}
