package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.Events;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** A log in memory to which tests write what happened, in seconds since a fixed start. */
final class LogOf {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final long GIB = 1L << 30;

    final MemoryLog log;

    LogOf(int segments) {
        log = new MemoryLog("a", segments);
    }

    LogRecord append(int second, int segment, String key, SpecificRecord event) {
        Topic topic = Events.BY_TOPIC.entrySet().stream()
                .filter(entry -> entry.getValue().contains(event.getClass()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        return log.append(topic, segment, START.plusSeconds(second), key, EventCodec.encode(event));
    }

    void joined(int second, int segment, String host) {
        joined(second, segment, host, "r1");
    }

    void joined(int second, int segment, String host, String rack) {
        append(
                second,
                segment,
                host,
                new HostJoined(host, "a", rack, host + "-name", segment, "simulated:" + host, "", "test", "test"));
    }

    LogRecord sampled(int second, int segment, String host, VmSample... vms) {
        return append(second, segment, host, sample(segment, host, vms));
    }

    static HostSampled sample(int segment, String host, VmSample... vms) {
        long demand = List.of(vms).stream()
                .mapToLong(VmSample::getCpuDemandMillicores)
                .sum();
        return new HostSampled(
                host,
                segment,
                1_000_000L,
                1000,
                "monitor-1",
                8000L,
                demand,
                demand,
                32 * GIB,
                vms.length * GIB,
                List.of(vms),
                "",
                0L);
    }

    static VmSample vm(String id, long demand) {
        return vm(id, VmState.RUNNING, demand);
    }

    static VmSample vm(String id, VmState state, long demand) {
        return new VmSample(id, state, demand, demand, GIB, 1L << 20, -1L, -1L);
    }

    RegionState state() {
        return StateRebuild.of(log, java.util.Optional.empty(), START.plusSeconds(1000));
    }

    RegionState stateAt(int second) {
        return StateRebuild.of(log, java.util.Optional.of(START.plusSeconds(second)), START);
    }
}
