package io.godwit.ops.region;

/**
 * One site of the region.
 *
 * @param bootstrap address:port of its Kafka, comma separated; empty: the embedded broker on this machine
 */
public record SiteConfig(String bootstrap) {
    public static final SiteConfig DEFAULTS = new SiteConfig("");
}
