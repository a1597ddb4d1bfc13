package io.godwit.ops.region;

import io.godwit.ceprules.CepConfig;
import io.godwit.executors.ExecutorConfig;
import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.monitors.hosts.simulated.HostsConfig;
import io.godwit.ops.broker.BrokerConfig;
import io.godwit.overlaysync.OverlayConfig;
import io.godwit.schedulers.SchedulerConfig;
import io.godwit.schemas.kafka.Topics;
import io.godwit.schemas.units.ByteSize;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * One region: its sites, its log, and the settings of each service. Read from region.yaml.
 *
 * @param region name of the region; names its data folder
 * @param sites sites by name; the first one is asked where none is named
 * @param segments segments of every topic; equal in the whole region and fixed for a site's life
 * @param replication replicas of every segment; 3 where there are several brokers
 * @param retain observations that are kept, in bytes, per site
 * @param webhooks who is told of detections of rules with action notify, by a name of your own
 */
public record RegionConfig(
        String region,
        Map<String, SiteConfig> sites,
        int segments,
        int replication,
        ByteSize retain,
        KafkaConfig kafka,
        BrokerConfig broker,
        HttpConfig http,
        HostsConfig hosts,
        LibvirtSettings libvirt,
        RealHostsConfig realHosts,
        MonitorConfig monitor,
        CepConfig cep,
        SchedulerConfig scheduler,
        ExecutorConfig executor,
        FencingConfig fencing,
        OverlayConfig overlay,
        Map<String, WebhookConfig> webhooks) {
    /** Name of the one site where none is named. */
    public static final String SITE = "local";

    private static final ByteSize RETAIN_MIN = ByteSize.ofMebibytes(16); // before DEFAULTS, which is checked against it

    public static final RegionConfig DEFAULTS = new RegionConfig(
            "local",
            Map.of(SITE, SiteConfig.DEFAULTS),
            Topics.Shape.SEGMENTS,
            1,
            ByteSize.ofGibibytes(2),
            KafkaConfig.DEFAULTS,
            BrokerConfig.DEFAULTS,
            HttpConfig.DEFAULTS,
            HostsConfig.DEFAULTS,
            LibvirtSettings.DEFAULTS,
            RealHostsConfig.DEFAULTS,
            MonitorConfig.DEFAULTS,
            CepConfig.DEFAULTS,
            SchedulerConfig.DEFAULTS,
            ExecutorConfig.DEFAULTS,
            FencingConfig.DEFAULTS,
            OverlayConfig.DEFAULTS,
            Map.of());

    public RegionConfig {
        sites = new LinkedHashMap<>(sites);
        webhooks = new TreeMap<>(webhooks);
        webhooks.forEach((name, webhook) -> {
            if (!name.matches("[a-z0-9][a-z0-9-]{0,40}")) {
                throw new IllegalArgumentException(
                        "webhooks names a webhook \"" + name + "\"; give 1 to 41 of a-z, 0-9 and -");
            }
            webhook.fault().ifPresent(fault -> {
                throw new IllegalArgumentException(
                        "webhooks." + name + ".url is " + fault + "; give one as in https://pager.example/godwit");
            });
        });
        if (!region.matches("[a-z0-9][a-z0-9-]{0,40}")) {
            throw new IllegalArgumentException(
                    "region is \"" + region + "\"; give 1 to 41 of a-z, 0-9 and -, or drop the key for local");
        }
        if (sites.isEmpty()) {
            throw new IllegalArgumentException("sites is empty; name at least one site, or drop the key for " + SITE);
        }
        for (String site : sites.keySet()) {
            if (!site.matches("[a-z0-9][a-z0-9-]{0,40}")) {
                throw new IllegalArgumentException("sites names a site \"" + site
                        + "\"; give 1 to 41 of a-z, 0-9 and -: it begins the names of its topics");
            }
        }
        if (segments < 1 || segments > 1000) {
            throw new IllegalArgumentException("segments is " + segments + "; give 1 to 1000, or drop the key for 12");
        }
        if (replication < 1 || replication > 7) {
            throw new IllegalArgumentException(
                    "replication is " + replication + "; give 1 to 7, or drop the key for 1");
        }
        if (retain.bytes() < RETAIN_MIN.bytes()) {
            throw new IllegalArgumentException(
                    "retain is " + retain + "; give at least " + RETAIN_MIN + ", or drop the key for 2GiB");
        }
    }

    /** The same with other observations kept. */
    public RegionConfig withRetain(ByteSize kept) {
        return new RegionConfig(
                region,
                sites,
                segments,
                replication,
                kept,
                kafka,
                broker,
                http,
                hosts,
                libvirt,
                realHosts,
                monitor,
                cep,
                scheduler,
                executor,
                fencing,
                overlay,
                webhooks);
    }

    /** The same with another simulated data centre. */
    public RegionConfig withHosts(HostsConfig simulated) {
        return new RegionConfig(
                region,
                sites,
                segments,
                replication,
                retain,
                kafka,
                broker,
                http,
                simulated,
                libvirt,
                realHosts,
                monitor,
                cep,
                scheduler,
                executor,
                fencing,
                overlay,
                webhooks);
    }

    /** The same with another distance of samples. */
    public RegionConfig withSamplePeriod(Duration period) {
        MonitorConfig sampling = new MonitorConfig(period, monitor.roundTripPeriod(), monitor.listen());
        return new RegionConfig(
                region,
                sites,
                segments,
                replication,
                retain,
                kafka,
                broker,
                http,
                hosts,
                libvirt,
                realHosts,
                sampling,
                cep,
                scheduler,
                executor,
                fencing,
                overlay,
                webhooks);
    }

    /** How the topics of each site are shaped. */
    public Topics.Shape shape() {
        return new Topics.Shape(segments, replication, retain.bytes(), false);
    }
}
