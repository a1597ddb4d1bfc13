package io.godwit.schemas.log;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The topics of a site: name, key, who writes it, how long it is kept. Every topic has the same number of segments, and
 * the record of a host stands in the segment that its HostJoined names.
 */
public enum Topic {
    INVENTORY("inventory.host.v1", "host id", "ops, monitors", Kept.FOR_EVER),
    OBSERVATIONS("observations.host.v1", "host id", "monitors, overlay-sync, cep-rules (Tick)", Kept.BY_SIZE),
    RULES("rules.rule.v1", "rule", "ops", Kept.FOR_EVER),
    DETECTIONS("detections.host.v1", "host id", "cep-rules", Kept.FOR_EVER),
    HOST_PARTITIONS("host-partitions.host.v1", "host id", "schedulers", Kept.FOR_EVER),
    JOURNAL("journal.host.v1", "segment", "schedulers", Kept.FOR_EVER),
    REQUESTS("requests.host.v1", "host id", "ops", Kept.FOR_EVER),
    COMMANDS("commands.host.v1", "acting host id", "schedulers", Kept.FOR_EVER),
    OUTCOMES("outcomes.host.v1", "acting host id", "executors", Kept.FOR_EVER),
    ENVIRONMENTS("environments.ve.v1", "VE", "ops, schedulers", Kept.FOR_EVER),
    CONTROLS("controls.site.v1", "subject", "ops", Kept.FOR_EVER),
    DEAD_LETTERS("dead-letters.site.v1", "none", "all", Kept.NINETY_DAYS),
    SEALS("seals.site.v1", "topic", "overlay-sync", Kept.FOR_EVER);

    /** How long a topic is kept. */
    public enum Kept {
        FOR_EVER,
        /** 14 days, or less where a size is set for a site's observations. */
        BY_SIZE,
        NINETY_DAYS;

        /** Kafka's retention.ms; -1 is for ever. */
        public long retentionMillis() {
            return switch (this) {
                case FOR_EVER -> -1;
                case BY_SIZE -> Duration.ofDays(14).toMillis();
                case NINETY_DAYS -> Duration.ofDays(90).toMillis();
            };
        }
    }

    private static final Map<String, Topic> BY_STAGE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Topic::stage, topic -> topic));

    private final String stage;
    private final String key;
    private final String writers;
    private final Kept kept;

    Topic(String stage, String key, String writers, Kept kept) {
        this.stage = stage;
        this.key = key;
        this.writers = writers;
        this.kept = kept;
    }

    /** Name without the site, as in "observations.host.v1". */
    public String stage() {
        return stage;
    }

    /** Kafka's name at a site, as in "rennes.observations.host.v1"; the same name at the sites that mirror it. */
    public String of(String site) {
        return site + "." + stage;
    }

    public String key() {
        return key;
    }

    public String writers() {
        return writers;
    }

    public Kept kept() {
        return kept;
    }

    /** The topic of a name without site; empty for a name that is none of ours. */
    public static Optional<Topic> ofStage(String stage) {
        return Optional.ofNullable(BY_STAGE.get(stage));
    }

    /** The topic of Kafka's name at a site; empty for a name that is none of that site's. */
    public static Optional<Topic> ofKafkaName(String site, String name) {
        return name.startsWith(site + ".") ? ofStage(name.substring(site.length() + 1)) : Optional.empty();
    }

    /** Kafka's names of all topics of a site, in the order of this list. */
    public static List<String> namesOf(String site) {
        return Arrays.stream(values()).map(topic -> topic.of(site)).collect(Collectors.toUnmodifiableList());
    }
}
