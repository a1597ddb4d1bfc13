package io.godwit.ops.data;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where a region that runs on a data folder can be reached: what other verbs on this machine look up.
 *
 * @param pid process that runs it
 * @param bootstrap Kafka's address:port by site
 * @param http address:port of metrics and health; empty: none
 */
public record Endpoints(long pid, Map<String, String> bootstrap, String http) {
    public Endpoints {
        bootstrap = new TreeMap<>(bootstrap);
    }
}
