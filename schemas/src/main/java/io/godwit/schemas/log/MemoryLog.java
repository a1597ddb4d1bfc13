package io.godwit.schemas.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A log in memory, for tests and simulation. Not safe for use by several threads. */
public final class MemoryLog implements Log {
    private final String site;
    private final int segments;
    private final Map<Topic, List<List<LogRecord>>> records = new EnumMap<>(Topic.class);

    public MemoryLog(String site, int segments) {
        this.site = site;
        this.segments = segments;
        for (Topic topic : Topic.values()) {
            List<List<LogRecord>> bySegment = new ArrayList<>();
            for (int segment = 0; segment < segments; segment++) {
                bySegment.add(new ArrayList<>());
            }
            records.put(topic, bySegment);
        }
    }

    /** Appends a record and returns it with its offset. */
    public LogRecord append(Topic topic, int segment, Instant time, String key, byte[] value) {
        List<LogRecord> list = records.get(topic).get(segment);
        LogRecord record = new LogRecord(
                topic, segment, list.size(), time.toEpochMilli(), key.getBytes(StandardCharsets.UTF_8), value);
        list.add(record);
        return record;
    }

    @Override
    public String site() {
        return site;
    }

    @Override
    public String incarnation() {
        return "memory";
    }

    @Override
    public int segments() {
        return segments;
    }

    @Override
    public long beginning(Topic topic, int segment) {
        return 0;
    }

    @Override
    public long end(Topic topic, int segment) {
        return records.get(topic).get(segment).size();
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        List<LogRecord> list = records.get(topic).get(segment);
        for (LogRecord record : list) {
            if (record.timestampMillis() >= time.toEpochMilli()) {
                return record.offset();
            }
        }
        return list.size();
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        for (LogRange range : ranges) {
            List<LogRecord> list = records.get(range.topic()).get(range.segment());
            for (long offset = Math.max(0, range.from()); offset < Math.min(range.to(), list.size()); offset++) {
                if (!visitor.take(list.get(Math.toIntExact(offset)))) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {}
}
