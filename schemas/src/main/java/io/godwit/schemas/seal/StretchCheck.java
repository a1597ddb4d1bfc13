package io.godwit.schemas.seal;

import io.godwit.schemas.events.LogSealed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One topic's segment, held against its seals as they come. Of what came before it keeps the newest digest alone. */
final class StretchCheck {
    private final Log log;
    private final Topic topic;
    private final int segment;
    private final long beginning;
    private final long end;

    private SealChain chain;
    private long seals;
    private long sealed;
    private long gone;
    private long awaited;
    private long sealedTo;
    private Optional<SealCheck.Broken> broken = Optional.empty();

    /**
     * @param beginning first offset that the log keeps
     * @param end where the log ended when the checking began
     */
    StretchCheck(Log log, Topic topic, int segment, long beginning, long end) {
        this.log = log;
        this.topic = topic;
        this.segment = segment;
        this.beginning = beginning;
        this.end = end;
        this.chain = SealChain.beginning(log.site(), topic, segment);
        this.sealedTo = beginning;
    }

    /** Takes the next seals, in the order of their making. */
    void take(List<LogSealed> next) {
        List<LogSealed> kept = new ArrayList<>();
        Optional<SealCheck.Broken> overlap = Optional.empty();
        long covered = sealedTo;
        for (LogSealed seal : next) {
            if (broken.isPresent()) {
                return;
            }
            seals++;
            if (seal.getFromOffset() < beginning && sealed + awaited == 0 && kept.isEmpty()) {
                noLongerKept(seal);
                covered = sealedTo;
            } else if (seal.getFromOffset() < covered) {
                overlap = Optional.of(new SealCheck.Broken(
                        seal.getFromOffset(), "two seals cover it; the seals themselves were changed"));
                break;
            } else {
                kept.add(seal);
                covered = seal.getToOffset();
            }
        }
        if (!kept.isEmpty()) {
            verify(kept);
        }
        if (broken.isEmpty()) {
            broken = overlap;
        }
    }

    /** At least in part: its digest can no longer be made. */
    private void noLongerKept(LogSealed seal) {
        if (topic.kept() == Topic.Kept.FOR_EVER) {
            broken = Optional.of(new SealCheck.Broken(
                    beginning,
                    "the records from offset %d on are missing, which are kept for ever"
                            .formatted(seal.getFromOffset())));
        } else {
            gone = seal.getToOffset();
            goOnAfter(seal);
        }
    }

    private void goOnAfter(LogSealed seal) {
        sealedTo = Math.max(sealedTo, seal.getToOffset());
        chain = SealChain.after(topic, segment, bytes(seal.getDigest()), seal.getToOffset());
    }

    /** Reads what some seals reach over, once and in order. */
    private void verify(List<LogSealed> kept) {
        int[] at = {0};
        long from = kept.getFirst().getFromOffset();
        log.scan(List.of(new LogRange(topic, segment, from, kept.getLast().getToOffset())), record -> {
            while (broken.isEmpty()
                    && at[0] < kept.size()
                    && record.offset() >= kept.get(at[0]).getToOffset()) {
                conclude(kept.get(at[0]++));
            }
            if (broken.isEmpty()
                    && at[0] < kept.size()
                    && record.offset() >= kept.get(at[0]).getFromOffset()) {
                take(kept.get(at[0]), record);
            }
            return broken.isEmpty() && at[0] < kept.size();
        });
        while (broken.isEmpty() && at[0] < kept.size()) {
            conclude(kept.get(at[0]++));
        }
    }

    private void take(LogSealed seal, LogRecord record) {
        ByteBuffer marks = seal.getMarks();
        long mark = chain.records() * SealChain.MARK_BYTES;
        chain.take(record);
        byte[] digest = chain.digest();
        boolean same = mark + SealChain.MARK_BYTES <= marks.remaining();
        for (int index = 0; same && index < SealChain.MARK_BYTES; index++) {
            same = marks.get(marks.position() + Math.toIntExact(mark) + index) == digest[index];
        }
        if (!same) {
            broken = Optional.of(new SealCheck.Broken(
                    record.offset(), "the record is not the one that was sealed, or one before it is missing"));
        }
    }

    /** All of a seal's records that are there were taken. */
    private void conclude(LogSealed seal) {
        if (chain.records() < seal.getRecords() && log.lags() && seal.getToOffset() > end) {
            awaited += seal.getRecords();
        } else if (chain.records() < seal.getRecords()) {
            broken = Optional.of(new SealCheck.Broken(
                    chain.next(),
                    "%d of the %d records sealed up to offset %d are missing"
                            .formatted(seal.getRecords() - chain.records(), seal.getRecords(), seal.getToOffset())));
        } else if (!Arrays.equals(chain.digest(), bytes(seal.getDigest()))) {
            broken = Optional.of(new SealCheck.Broken(
                    seal.getFromOffset(),
                    "the records up to offset %d are not those that were sealed".formatted(seal.getToOffset())));
        } else {
            sealed += seal.getRecords();
        }
        goOnAfter(seal);
    }

    SealCheck.Checked checked() {
        long unsealed = broken.isEmpty() ? count(sealedTo) : 0;
        return new SealCheck.Checked(topic, segment, seals, sealed, gone, unsealed, awaited, broken);
    }

    private long count(long from) {
        long[] records = {0};
        if (from < end) {
            log.scan(List.of(new LogRange(topic, segment, from, end)), _ -> {
                records[0]++;
                return true;
            });
        }
        return records[0];
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
