package io.godwit.schemas.seal;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds a log against its seals, segment by segment: some seals at a time, then what they seal, so that the memory it takes
 * does not grow with the log.
 */
public final class SealCheck {
    /** Marks that are held at a time, two bytes for each sealed record; a seal more may come on top. */
    private static final int MARK_BYTES_MAX = 4 << 20;

    private static final int SEALS_MAX = 10_000;

    private final Log seals;
    private final int segment;
    private final Map<Topic, StretchCheck> checks;
    private long next;

    /**
     * What came of one topic's segment.
     *
     * @param seals how many there are, up to the first that is broken
     * @param sealed records that are kept, sealed and as they were
     * @param gone offsets of seals below this are no longer kept, so that the seals alone tell of them
     * @param unsealed kept records that are newer than the newest seal; 0 where something is broken
     * @param awaited records of the newest seals, of which a copy that lags behind its home lacks some
     * @param broken the first record that is not as it was sealed; empty: all are
     */
    public record Checked(
            Topic topic,
            int segment,
            long seals,
            long sealed,
            long gone,
            long unsealed,
            long awaited,
            Optional<Broken> broken) {}

    /**
     * Where a log differs from its seals first.
     *
     * @param offset of the record that differs; where one was taken out, of the next one
     * @param why what is wrong there, in words
     */
    public record Broken(long offset, String why) {}

    private SealCheck(Log seals, int segment, Map<Topic, StretchCheck> checks) {
        this.seals = seals;
        this.segment = segment;
        this.checks = checks;
    }

    /**
     * Checks every topic and segment of a log.
     *
     * @param log with offsets as at home
     * @param seals the log that holds the seals: the same, or another site's copy of them; with offsets as at home too
     */
    public static List<Checked> of(Log log, Log seals) {
        Map<Topic, List<Long>> beginnings = new EnumMap<>(Topic.class);
        Map<Topic, List<Long>> ends = new EnumMap<>(Topic.class);
        for (Topic topic : Topic.values()) {
            if (topic != Topic.SEALS) {
                beginnings.put(topic, log.beginnings(topic));
                ends.put(topic, log.ends(topic));
            }
        }
        List<Checked> checked = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            Map<Topic, StretchCheck> checks = new EnumMap<>(Topic.class);
            for (Topic topic : beginnings.keySet()) {
                long beginning = beginnings.get(topic).get(segment);
                checks.put(
                        topic,
                        new StretchCheck(
                                log, topic, segment, beginning, ends.get(topic).get(segment)));
            }
            new SealCheck(seals, segment, checks).checkAll();
            checks.values().forEach(check -> checked.add(check.checked()));
        }
        return checked;
    }

    private void checkAll() {
        Map<Topic, List<LogSealed>> some = nextSeals();
        while (!some.isEmpty()) {
            some.forEach((topic, stretch) -> checks.get(topic).take(stretch));
            some = nextSeals();
        }
    }

    /** The next seals of each topic, in order; nothing once there are no more. */
    private Map<Topic, List<LogSealed>> nextSeals() {
        Map<Topic, List<LogSealed>> some = new EnumMap<>(Topic.class);
        int[] held = {0, 0};
        seals.scan(List.of(new LogRange(Topic.SEALS, segment, next, Long.MAX_VALUE)), record -> {
            next = record.offset() + 1;
            try {
                if (EventCodec.decode(record.value()) instanceof LogSealed sealed && sealed.getSegment() == segment) {
                    Topic.ofStage(sealed.getTopic()).filter(checks::containsKey).ifPresent(topic -> {
                        some.computeIfAbsent(topic, _ -> new ArrayList<>()).add(sealed);
                        held[0] += sealed.getMarks().remaining();
                        held[1]++;
                    });
                }
            } catch (UnreadableRecord _) {
                // a seal that is damaged is one that is missing: the next one does not go on from the one before
            }
            return held[0] < MARK_BYTES_MAX && held[1] < SEALS_MAX;
        });
        return some;
    }
}
