package io.godwit.overlaysync.mirror;

import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is mirrored where, as MirrorMaker 2 wants it told. Each site's own topics go to every other site under their own
 * names; a copy is never mirrored on, because the lists of any two sites have no name in common (the identity policy cannot
 * see a cycle by itself).
 */
public final class MirrorPlan {
    /** MirrorMaker 2's name for the connector that copies records. */
    static final String CONNECTOR = "MirrorSourceConnector";

    private final List<KafkaSettings> sites;
    private final Set<String> targets;
    private final String address;

    /** One direction. */
    public record Direction(KafkaSettings source, KafkaSettings target) {}

    /**
     * @param sites all sites of the region, each with its Kafka
     * @param targets names of the sites that this process mirrors to
     * @param address where other workers of these targets reach this one
     * @throws IllegalArgumentException if a topic name would have two homes, or a target is no site
     */
    public MirrorPlan(List<KafkaSettings> sites, Set<String> targets, String address) {
        this.sites = List.copyOf(sites);
        this.targets = Set.copyOf(targets);
        this.address = address;
        Map<String, String> homes = new TreeMap<>();
        for (KafkaSettings site : sites) {
            for (String name : Topic.namesOf(site.site())) {
                String other = homes.put(name, site.bootstrap());
                if (other != null) {
                    throw new IllegalArgumentException(
                            "topic %s would be mirrored both ways: sites at %s and %s are both called %s; give each site a name of its own"
                                    .formatted(name, other, site.bootstrap(), site.site()));
                }
            }
        }
        for (String target : targets) {
            if (sites.stream().noneMatch(site -> site.site().equals(target))) {
                throw new IllegalArgumentException("mirror target " + target + " is no site; give one of "
                        + sites.stream().map(KafkaSettings::site).sorted().collect(Collectors.joining(", ")));
            }
        }
    }

    /** Every direction, by target, then source. */
    public List<Direction> directions() {
        List<Direction> directions = new ArrayList<>();
        for (KafkaSettings target : sites) {
            for (KafkaSettings source : sites) {
                if (targets.contains(target.site()) && !source.site().equals(target.site())) {
                    directions.add(new Direction(source, target));
                }
            }
        }
        return directions;
    }

    /**
     * The settings of MirrorMaker 2. Settings of its workers are not passed on from the top level, so they carry the
     * target's name as prefix; without it offsets are flushed once a minute and sessions last for the stock times.
     *
     * @param replicationOf replicas of MirrorMaker's own topics at a site: 1 where the site has one broker
     */
    public Map<String, String> settings(Map<String, Integer> replicationOf) {
        Map<String, String> settings = new HashMap<>();
        settings.put("clusters", sites.stream().map(KafkaSettings::site).collect(Collectors.joining(",")));
        settings.put("replication.policy.class", "org.apache.kafka.connect.mirror.IdentityReplicationPolicy");
        // exactly-once needs the way between workers, on any free port
        settings.put("dedicated.mode.enable.internal.rest", "true");
        settings.put("listeners", "http://" + address + ":0");
        // what we need is listed in service files; walking the whole class path takes seconds, three times
        settings.put("plugin.discovery", "service_load");
        settings.put("emit.heartbeats.enabled", "false");
        settings.put(
                "emit.checkpoints.enabled", "false"); // its translated group offsets are not exact; we use home offsets
        settings.put("sync.group.offsets.enabled", "false");
        settings.put("emit.offset-syncs.enabled", "false");
        settings.put("refresh.groups.enabled", "false");
        settings.put("sync.topic.acls.enabled", "false");
        settings.put("sync.topic.configs.enabled", "false"); // it would give the copies the broker's time
        settings.put("refresh.topics.interval.seconds", "60");
        settings.put("tasks.max", "1");
        for (KafkaSettings site : sites) {
            worker(settings, site, replicationOf.getOrDefault(site.site(), 1));
        }
        for (Direction direction : directions()) {
            direction(
                    settings,
                    direction,
                    replicationOf.getOrDefault(direction.target().site(), 1));
        }
        return settings;
    }

    private static void worker(Map<String, String> settings, KafkaSettings site, int replication) {
        Map<String, String> own = new HashMap<>(site.client());
        own.put("bootstrap.servers", site.bootstrap());
        own.put("plugin.discovery", "service_load");
        own.put("exactly.once.source.support", "enabled");
        own.put("offset.flush.interval.ms", "1000");
        own.put("session.timeout.ms", Long.toString(site.session().toMillis()));
        own.put("heartbeat.interval.ms", Long.toString(site.session().toMillis() / 4));
        own.put("scheduled.rebalance.max.delay.ms", "1000");
        own.put("producer.transaction.timeout.ms", "8000");
        own.put("producer.compression.type", "zstd");
        own.put("producer.max.request.size", Integer.toString(8 << 20));
        own.put("consumer.isolation.level", "read_committed");
        own.put("consumer.max.partition.fetch.bytes", Integer.toString(8 << 20));
        own.put("offset.storage.partitions", "1");
        own.put("status.storage.partitions", "1");
        for (String topic : List.of("offset.storage", "config.storage", "status.storage")) {
            own.put(topic + ".replication.factor", Integer.toString(replication));
        }
        own.forEach((key, value) -> settings.put(site.site() + "." + key, value));
    }

    private static void direction(Map<String, String> settings, Direction direction, int replication) {
        String prefix = direction.source().site() + "->" + direction.target().site() + ".";
        settings.put(prefix + "enabled", "true");
        settings.put(
                prefix + "topics",
                Topic.namesOf(direction.source().site()).stream()
                        .map(name -> Pattern.quote(name))
                        .collect(Collectors.joining(",")));
        settings.put(prefix + "consumer.isolation.level", "read_committed");
        settings.put(
                prefix + "heartbeats.topic.replication.factor", Integer.toString(replication)); // made, never written
        settings.put(prefix + "transforms", "home");
        settings.put(prefix + "transforms.home.type", HomeOffset.class.getName());
    }
}
