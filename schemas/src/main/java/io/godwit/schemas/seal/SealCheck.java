package io.godwit.schemas.seal;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds a log against its seals. */
public final class SealCheck {
    private final Log log;
    private final Topic topic;
    private final int segment;

    /**
     * What came of one topic's segment.
     *
     * @param seals how many there are
     * @param sealed records that are kept, sealed and as they were
     * @param gone offsets of seals below this are no longer kept, so that the seals alone tell of them
     * @param unsealed kept records that are newer than the newest seal; 0 where something is broken
     * @param broken the first record that is not as it was sealed; empty: all are
     */
    public record Checked(
            Topic topic, int segment, long seals, long sealed, long gone, long unsealed, Optional<Broken> broken) {}

    /**
     * Where a log differs from its seals first.
     *
     * @param offset of the record that differs; where one was taken out, of the next one
     * @param why what is wrong there, in words
     */
    public record Broken(long offset, String why) {}

    private SealCheck(Log log, Topic topic, int segment) {
        this.log = log;
        this.topic = topic;
        this.segment = segment;
    }

    /**
     * Checks every topic and segment of a log.
     *
     * @param seals the log that holds the seals: the same, or another site's copy of them
     */
    public static List<Checked> of(Log log, Log seals) {
        List<Checked> checked = new ArrayList<>();
        for (int segment = 0; segment < log.segments(); segment++) {
            Map<Topic, List<LogSealed>> byTopic = seals(seals, segment);
            for (Topic topic : Topic.values()) {
                if (topic != Topic.SEALS) {
                    checked.add(new SealCheck(log, topic, segment).check(byTopic.getOrDefault(topic, List.of())));
                }
            }
        }
        return checked;
    }

    private static Map<Topic, List<LogSealed>> seals(Log log, int segment) {
        Map<Topic, List<LogSealed>> byTopic = new EnumMap<>(Topic.class);
        log.scan(List.of(LogRange.all(Topic.SEALS, segment)), record -> {
            try {
                if (EventCodec.decode(record.value()) instanceof LogSealed sealed && sealed.getSegment() == segment) {
                    Topic.ofStage(sealed.getTopic())
                            .ifPresent(topic -> byTopic.computeIfAbsent(topic, _ -> new ArrayList<>())
                                    .add(sealed));
                }
            } catch (UnreadableRecord _) {
                // a seal that is damaged is one that is missing: the next one does not go on from the one before
            }
            return true;
        });
        return byTopic;
    }

    private Checked check(List<LogSealed> seals) {
        long beginning = log.beginning(topic, segment);
        long end = log.end(topic, segment);
        long gone = 0;
        long sealed = 0;
        long sealedTo = beginning;
        Optional<LogSealed> before = Optional.empty();
        Optional<Broken> broken = Optional.empty();
        for (LogSealed seal : seals) {
            if (broken.isPresent()) {
                break;
            }
            if (topic.kept() == Topic.Kept.FOR_EVER && seal.getFromOffset() < beginning) {
                broken = Optional.of(new Broken(
                        beginning,
                        "the records from offset %d on are missing, which are kept for ever"
                                .formatted(seal.getFromOffset())));
            } else if (seal.getFromOffset() < beginning) {
                gone = seal.getToOffset(); // at least in part: its digest can no longer be made
                sealedTo = Math.max(sealedTo, gone);
            } else {
                if (before.isPresent() && seal.getFromOffset() < before.get().getToOffset()) {
                    broken = Optional.of(
                            new Broken(seal.getFromOffset(), "two seals cover it; the seals themselves were changed"));
                    break;
                }
                broken = verify(before, seal);
                sealed += broken.isEmpty() ? seal.getRecords() : 0;
                sealedTo = seal.getToOffset();
            }
            before = Optional.of(seal);
        }
        long unsealed = broken.isEmpty() ? count(sealedTo, end) : 0;
        return new Checked(topic, segment, seals.size(), sealed, gone, unsealed, broken);
    }

    private long count(long from, long to) {
        long[] records = {0};
        if (from < to) {
            log.scan(List.of(new LogRange(topic, segment, from, to)), _ -> {
                records[0]++;
                return true;
            });
        }
        return records[0];
    }

    private Optional<Broken> verify(Optional<LogSealed> before, LogSealed seal) {
        SealChain chain = before.map(
                        last -> SealChain.after(topic, segment, bytes(last.getDigest()), last.getToOffset()))
                .orElseGet(() -> SealChain.beginning(log.site(), topic, segment));
        byte[] marks = bytes(seal.getMarks());
        List<Broken> broken = new ArrayList<>(1);
        log.scan(List.of(new LogRange(topic, segment, seal.getFromOffset(), seal.getToOffset())), record -> {
            first(chain, marks, record).ifPresent(broken::add);
            return broken.isEmpty();
        });
        if (!broken.isEmpty()) {
            return Optional.of(broken.getFirst());
        }
        if (chain.records() < seal.getRecords()) {
            return Optional.of(new Broken(
                    chain.next(),
                    "%d of the %d records sealed up to offset %d are missing"
                            .formatted(seal.getRecords() - chain.records(), seal.getRecords(), seal.getToOffset())));
        }
        return Arrays.equals(chain.digest(), bytes(seal.getDigest()))
                ? Optional.empty()
                : Optional.of(new Broken(
                        seal.getFromOffset(),
                        "the records up to offset %d are not those that were sealed".formatted(seal.getToOffset())));
    }

    private static Optional<Broken> first(SealChain chain, byte[] marks, LogRecord record) {
        int mark = Math.toIntExact(chain.records() * SealChain.MARK_BYTES);
        chain.take(record);
        boolean same = mark + SealChain.MARK_BYTES <= marks.length
                && Arrays.equals(
                        Arrays.copyOf(chain.digest(), SealChain.MARK_BYTES),
                        Arrays.copyOfRange(marks, mark, mark + SealChain.MARK_BYTES));
        return same
                ? Optional.empty()
                : Optional.of(new Broken(
                        record.offset(), "the record is not the one that was sealed, or one before it is missing"));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
