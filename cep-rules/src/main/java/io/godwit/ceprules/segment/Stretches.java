package io.godwit.ceprules.segment;

import io.godwit.ceprules.detections.Signal;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Gathers observations of a log and has them taken a stretch at a time, so that operators' rules are asked seldom. */
public final class Stretches {
    private final SegmentDetector detector;
    private final Function<LogRecord, List<Signal>> others;
    private final BiConsumer<LogRecord, Taken> into;
    private final List<LogRecord> gathered = new ArrayList<>();

    /** @param others what was said of an observation by rules that are active and do not run here */
    public Stretches(
            SegmentDetector detector, Function<LogRecord, List<Signal>> others, BiConsumer<LogRecord, Taken> into) {
        this.detector = detector;
        this.others = others;
        this.into = into;
    }

    public void add(LogRecord observation) {
        gathered.add(observation);
        if (gathered.size() == FedRules.STRETCH) {
            flush();
        }
    }

    /** Has taken what was gathered. */
    public void flush() {
        detector.prepare(gathered);
        gathered.forEach(
                observation -> into.accept(observation, detector.take(observation, others.apply(observation))));
        gathered.clear();
    }
}
