package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Writes observations of one segment, second by second, and says what a detector draws from them. */
final class History {
    static final int SEGMENT = 0;
    static final long START_MILLIS = Instant.parse("2026-03-01T10:00:00Z").toEpochMilli();
    static final long CAPACITY = 8000;
    static final long MEMORY = 64L << 30;

    final MemoryLog log = new MemoryLog("rennes", 1);
    long atMillis = START_MILLIS;
    String monitor = "monitor-1";
    int periodMillis = 1000;

    static List<CompiledRule> builtIn() {
        return BuiltInRules.all().stream().map(RuleCompiler::compile).toList();
    }

    static CompiledRule custom(String text) {
        return RuleCompiler.compile(
                new RuleVersion(io.godwit.ceprules.rules.RuleHeader.parse(text).name(), 1, text, false));
    }

    History later(long millis) {
        atMillis += millis;
        return this;
    }

    History add(String key, SpecificRecord event) {
        log.append(Topic.OBSERVATIONS, SEGMENT, Instant.ofEpochMilli(atMillis), key, EventCodec.encode(event));
        return this;
    }

    History join(String host, String rack) {
        HostJoined joined =
                new HostJoined(host, "rennes", rack, "name-of-" + host, SEGMENT, "simulated:" + host, "", "me", "test");
        log.append(Topic.INVENTORY, SEGMENT, Instant.ofEpochMilli(atMillis), host, EventCodec.encode(joined));
        return this;
    }

    History raw(byte[] value) {
        log.append(Topic.OBSERVATIONS, SEGMENT, Instant.ofEpochMilli(atMillis), "x", value);
        return this;
    }

    History tick() {
        return add("0", new Tick(SEGMENT, atMillis / 1000, "cep-1"));
    }

    History alive() {
        return add("0", new MonitorAlive(monitor, SEGMENT, 1, ""));
    }

    History sample(String host, long demand) {
        return sample(host, demand, 8L << 30, vm("vm-of-" + host, VmState.RUNNING));
    }

    History sample(String host, long demand, long memory, VmSample... vms) {
        return add(host, sampled(host, demand, memory, "", 0, vms));
    }

    /** Of a host whose monitor tells what kind it is. */
    History sample(String host, String cpuModel, long migrationBytesPerSecond) {
        return add(host, sampled(host, 700, 8L << 30, cpuModel, migrationBytesPerSecond));
    }

    private HostSampled sampled(
            String host, long demand, long memory, String cpuModel, long migrationBytesPerSecond, VmSample... vms) {
        return new HostSampled(
                host,
                SEGMENT,
                atMillis * 1000,
                periodMillis,
                monitor,
                CAPACITY,
                demand,
                demand,
                MEMORY,
                memory,
                List.of(vms),
                cpuModel,
                migrationBytesPerSecond);
    }

    static VmSample vm(String id, VmState state) {
        return new VmSample(id, state, 700L, 700L, 1L << 30, -1L, -1L, -1L);
    }

    History probe(String host, boolean answered) {
        return add(host, new ProbeAnswered(host, "overlay-1", answered, answered ? 500L : -1L));
    }

    History lost(String host) {
        return add(host, new HostLost(host, "connection reset", monitor));
    }

    History news(String host, String vm, VmChange change) {
        return add(host, new VmChanged(host, vm, change, "", atMillis * 1000, monitor));
    }

    /** Watched seconds in which nothing else happens. */
    History watch(int seconds) {
        for (int i = 0; i < seconds; i++) {
            later(1000).alive().tick();
        }
        return this;
    }

    LogRecord record(long offset) {
        return log.at(Topic.OBSERVATIONS, SEGMENT, offset).orElseThrow();
    }

    long end() {
        return log.end(Topic.OBSERVATIONS, SEGMENT);
    }

    /** A detector at the beginning, with these rules active from there. */
    SegmentDetector fresh(List<CompiledRule> rules, List<SpecificRecord> into) {
        SegmentDetector detector = SegmentDetector.open(
                SEGMENT, new OpenDetections(SEGMENT), Place.BEGINNING, List.of(), LookBack.ofLive(log));
        into.addAll(detector.activate(rules));
        return detector;
    }

    /** Everything that the detections topic would hold. */
    List<SpecificRecord> detections(List<CompiledRule> rules) {
        List<SpecificRecord> records = new ArrayList<>();
        try (SegmentDetector detector = fresh(rules, records)) {
            for (long offset = 0; offset < end(); offset++) {
                records.addAll(detector.take(record(offset)).records());
            }
        }
        return records;
    }

    /** What began and ended, a line each: "+OVERLOAD h1" or "-VM_CRASH h1 v1". */
    List<String> said() {
        return said(builtIn());
    }

    List<String> said(List<CompiledRule> rules) {
        List<String> lines = new ArrayList<>();
        for (SpecificRecord record : detections(rules)) {
            if (record instanceof DetectionBegan began) {
                lines.add("+" + began.getKind() + " " + began.getHostId()
                        + (began.getVmId() == null ? "" : " " + began.getVmId()));
            } else if (record instanceof DetectionEnded ended) {
                lines.add("-" + ended.getKind() + " " + ended.getHostId()
                        + (ended.getVmId() == null ? "" : " " + ended.getVmId()));
            }
        }
        return lines;
    }

    static String hex(List<SpecificRecord> records) {
        StringBuilder text = new StringBuilder();
        for (SpecificRecord record : records) {
            text.append(java.util.HexFormat.of().formatHex(EventCodec.encode(record)))
                    .append('\n');
        }
        return text.toString();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
