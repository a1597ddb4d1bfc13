package io.godwit.schemas.log;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A log as it stood at a time, as far as its reader sees: what was written later is neither counted nor read. */
public final class LogUpTo implements Log {
    private final Log behind;
    private final Instant to;
    private final Map<Topic, List<Long>> ends = new EnumMap<>(Topic.class);

    /** @param to the first record of this log time or later, and all after it, are not there */
    public LogUpTo(Log behind, Instant to) {
        this.behind = behind;
        this.to = to;
    }

    @Override
    public String site() {
        return behind.site();
    }

    @Override
    public String incarnation() {
        return behind.incarnation();
    }

    @Override
    public int segments() {
        return behind.segments();
    }

    @Override
    public boolean atHand() {
        return behind.atHand();
    }

    @Override
    public long beginning(Topic topic, int segment) {
        return Math.min(behind.beginning(topic, segment), end(topic, segment));
    }

    @Override
    public List<Long> beginnings(Topic topic) {
        return least(behind.beginnings(topic), ends(topic));
    }

    @Override
    public long end(Topic topic, int segment) {
        return ends(topic).get(segment);
    }

    @Override
    public synchronized List<Long> ends(Topic topic) {
        return ends.computeIfAbsent(topic, of -> behind.offsetsAt(of, to));
    }

    @Override
    public long offsetAt(Topic topic, int segment, Instant time) {
        return Math.min(behind.offsetAt(topic, segment, time), end(topic, segment));
    }

    @Override
    public List<Long> offsetsAt(Topic topic, Instant time) {
        return least(behind.offsetsAt(topic, time), ends(topic));
    }

    private static List<Long> least(List<Long> some, List<Long> others) {
        return IntStream.range(0, some.size())
                .mapToObj(segment -> Math.min(some.get(segment), others.get(segment)))
                .toList();
    }

    @Override
    public void scan(List<LogRange> ranges, Visitor visitor) {
        behind.scan(ranges.stream().map(this::within).toList(), visitor);
    }

    private LogRange within(LogRange range) {
        long end = end(range.topic(), range.segment());
        long from = Math.min(range.from(), end);
        return new LogRange(range.topic(), range.segment(), from, Math.max(from, Math.min(range.to(), end)));
    }

    @Override
    public void close() {
        behind.close();
    }
}
