package io.godwit.monitors;

import io.godwit.monitors.hosts.HostProbe;
import io.godwit.monitors.kafka.InventoryMember;
import io.godwit.monitors.kafka.ObservationWriter;
import io.godwit.monitors.kafka.OtherMonitors;
import io.godwit.monitors.watch.HostWatch;
import io.godwit.monitors.watch.Membership;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.io.IOException;
import java.util.List;

/** Inventory → hosts → observations. Shares the hosts of a site with the other monitors by segment. */
public final class MonitorService implements Service {
    private final OtherMonitors others;
    private final ObservationWriter writer;
    private final HostWatch watch;
    private final InventoryMember member;

    private MonitorService(OtherMonitors others, ObservationWriter writer, HostWatch watch, InventoryMember member) {
        this.others = others;
        this.writer = writer;
        this.watch = watch;
        this.member = member;
    }

    /**
     * Starts a monitor.
     *
     * @param openers adapters for the kinds of hosts; the first that takes a host's URI watches it
     * @throws IllegalArgumentException where monitor.listen cannot be listened at
     */
    public static MonitorService start(
            MonitorConfig config, KafkaSettings settings, Slot slot, List<HostProbe.Opener> openers) {
        SiteKafka kafka = new SiteKafka(settings);
        OtherMonitors others;
        try {
            others = new OtherMonitors(
                    kafka, slot, Endpoint.parse("monitor.listen", config.listen()), config.roundTripPeriod());
        } catch (IOException taken) {
            throw new IllegalArgumentException(
                    "monitor.listen is %s, which cannot be listened at (%s); give a free address:port, or port 0 for any"
                            .formatted(config.listen(), taken.getMessage()),
                    taken);
        }
        Membership membership = new Membership(settings.session(), System.nanoTime());
        ObservationWriter writer = new ObservationWriter(kafka, slot + "@" + settings.site(), config.samplePeriod());
        HostWatch watch = new HostWatch(config, slot.toString(), others.endpoint(), openers, writer, membership);
        watch.start();
        InventoryMember member = new InventoryMember(kafka, slot, others.clientId(), membership, watch, writer);
        others.start(membership, writer);
        return new MonitorService(others, writer, watch, member);
    }

    @Override
    public String name() {
        return "monitor";
    }

    @Override
    public Health health() {
        Health health = member.health();
        return health.ready() ? Health.ready(health.says() + ", " + watch.size() + " hosts") : health;
    }

    @Override
    public void close() {
        others.close();
        member.close();
        watch.close();
        writer.close();
    }
}
