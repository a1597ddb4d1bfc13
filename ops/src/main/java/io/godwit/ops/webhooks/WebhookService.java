package io.godwit.ops.webhooks;

import io.godwit.ops.region.WebhookConfig;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** All webhooks of one site. While the site's mode is off or shadow nothing is told, nor later what was detected then. */
public final class WebhookService implements Service {
    private static final Set<String> SILENT = Set.of("off", "shadow");

    private final TopicTail modes;
    private final Map<String, Webhook> webhooks = new TreeMap<>();
    private volatile String mode = "advise";

    private WebhookService(Map<String, WebhookConfig> configs, KafkaSettings settings, Slot slot, InstantSource clock) {
        SiteKafka kafka = new SiteKafka(settings);
        modes = new TopicTail(
                kafka,
                kafka.site(),
                "webhook-modes",
                List.of(Topic.CONTROLS),
                List.of(0), // each segment carries the same
                TopicTail.From.BEGINNING,
                this::take);
        configs.forEach(
                (name, config) -> webhooks.put(name, new Webhook(name, config, kafka, slot, this::silent, clock)));
    }

    public static WebhookService start(Map<String, WebhookConfig> configs, KafkaSettings settings, Slot slot) {
        return new WebhookService(configs, settings, slot, InstantSource.system());
    }

    /** Waits until the modes that were set up to now are read. */
    private boolean silent() {
        modes.caughtUp().join();
        return SILENT.contains(mode);
    }

    private void take(LogRecord record) {
        try {
            if (EventCodec.decode(record.value()) instanceof ModeChanged changed) {
                mode = changed.getMode();
            }
        } catch (UnreadableRecord damaged) {
            // schedulers tell it to the dead letters
        }
    }

    @Override
    public String name() {
        return "notifier";
    }

    /** As that of the webhook that is worst off. */
    @Override
    public Health health() {
        List<String> degraded = new ArrayList<>();
        for (Map.Entry<String, Webhook> webhook : webhooks.entrySet()) {
            Health health = webhook.getValue().health();
            if (!health.ready()) {
                return Health.starting(webhook.getKey() + ": " + health.says());
            }
            if (health.says().startsWith("degraded")) {
                degraded.add(webhook.getKey() + ": " + health.says());
            }
        }
        return degraded.isEmpty()
                ? Health.ready(webhooks.size() + " webhooks are told")
                : Health.degraded(String.join("; ", degraded));
    }

    @Override
    public void close() {
        webhooks.values().forEach(Webhook::close);
        modes.close();
    }
}
