package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Which versions of which rules were deployed and retired. Every segment carries a copy of each record. */
public final class Rules {
    /** One version of a rule; retired is empty while nobody has retired it. */
    public record Version(RuleDeployed deployed, Instant at, Optional<RuleRetired> retired) {}

    private final Map<String, TreeMap<Integer, RuleDeployed>> deployed = new TreeMap<>();
    private final Map<String, TreeMap<Integer, Long>> firstMillis = new TreeMap<>();
    private final Map<String, TreeMap<Integer, RuleRetired>> retired = new TreeMap<>();

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case RuleDeployed version -> {
                deployed.computeIfAbsent(version.getRule(), _ -> new TreeMap<>())
                        .putIfAbsent(version.getVersion(), version);
                firstMillis
                        .computeIfAbsent(version.getRule(), _ -> new TreeMap<>())
                        .merge(version.getVersion(), record.timestampMillis(), Math::min);
            }
            case RuleRetired version ->
                retired.computeIfAbsent(version.getRule(), _ -> new TreeMap<>())
                        .putIfAbsent(version.getVersion(), version);
            default -> {} // nothing else stands in this topic
        }
    }

    /** Every version, by rule, then version. */
    public List<Version> all() {
        List<Version> all = new ArrayList<>();
        deployed.forEach((rule, versions) -> versions.forEach((number, version) -> all.add(new Version(
                version,
                Instant.ofEpochMilli(firstMillis.get(rule).get(number)),
                Optional.ofNullable(retired.getOrDefault(rule, new TreeMap<>()).get(number))))));
        return all;
    }

    /** Whether a later version of the rule was deployed. */
    public boolean superseded(Version version) {
        return deployed.get(version.deployed().getRule()).lastKey()
                > version.deployed().getVersion();
    }

    /** The version of each rule that counts: the newest one, unless it was retired. */
    public List<Version> live() {
        return all().stream()
                .filter(version -> version.retired().isEmpty() && !superseded(version))
                .toList();
    }
}
