package io.godwit.ops.incident;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a replay of one segment first differs from the record, in words: what each of the two says, and on which input. */
final class Differences {
    private final Log log;
    private final int segment;

    Differences(Log log, int segment) {
        this.log = log;
        this.segment = segment;
    }

    /** One of detections, one of states and one of decisions at most. */
    List<String> of(DetectionReplay.Result detected, DecisionReplay.Result decided) {
        List<String> differences = new ArrayList<>();
        if (detected.lookBackWhole()) {
            detected.difference().ifPresent(first -> differences.add(words(first)));
        }
        String remark = decided.otherCode() ? " (other code recorded it)" : "";
        decided.state().ifPresent(first -> differences.add(words(first, remark)));
        decided.difference()
                .ifPresent(first -> differences.add(words(
                        "decision " + first.decision().getSequence(),
                        remark,
                        first.recorded().output(),
                        first.recorded().input(),
                        first.replayed().output(),
                        first.replayed().input())));
        return differences;
    }

    private String words(DetectionReplay.Difference first) {
        Optional<CheckpointDifference> checkpoint = CheckpointDifference.of(first);
        return words(
                checkpoint.map(CheckpointDifference::where).orElse("detection " + first.index()),
                checkpoint.map(CheckpointDifference::more).orElse(""),
                checkpoint
                        .map(CheckpointDifference::recorded)
                        .orElseGet(() -> first.recorded().map(one -> one.event().toString())),
                input(first.recorded()),
                checkpoint
                        .map(CheckpointDifference::replayed)
                        .orElseGet(() -> first.replayed().map(one -> one.event().toString())),
                input(first.replayed()));
    }

    private String words(DecisionReplay.StateDifference first, String remark) {
        return "segment %d, state at journal %d:%d (%s) differs%s%s%s%n  recorded: %s%n  replayed: %s"
                .formatted(
                        segment,
                        segment,
                        first.part().offset(),
                        first.logTime(),
                        first.key().isEmpty() ? "" : " in " + first.key(),
                        more(first.more()),
                        remark,
                        first.recorded().orElse("nothing"),
                        first.replayed().orElse("nothing"));
    }

    /** How many entries differ besides the one that is named. */
    static String more(int entries) {
        return switch (entries) {
            case 0 -> "";
            case 1 -> " and 1 more entry";
            default -> " and " + entries + " more entries";
        };
    }

    private String words(
            String what,
            String remark,
            Optional<String> recorded,
            Optional<LogRecord> recordedOn,
            Optional<String> replayed,
            Optional<LogRecord> replayedOn) {
        return "segment %d, %s differs%s%n  recorded: %s%n    on %s%n  replayed: %s%n    on %s"
                .formatted(
                        segment,
                        what,
                        remark,
                        recorded.orElse("nothing"),
                        words(recordedOn),
                        replayed.orElse("nothing"),
                        words(replayedOn));
    }

    private static String words(Optional<LogRecord> input) {
        return input.map(Differences::words).orElse("no input");
    }

    private static String words(LogRecord input) {
        String stage = input.topic().stage();
        String place = "%s %d:%d".formatted(stage.substring(0, stage.indexOf('.')), input.segment(), input.offset());
        try {
            return place + " " + EventCodec.decode(input.value());
        } catch (UnreadableRecord damaged) {
            return place + ", which " + damaged.getMessage();
        }
    }

    /** The observation after which a detection was said. */
    private Optional<LogRecord> input(Optional<DetectionReplay.Said> said) {
        return said.flatMap(one -> log.at(Topic.OBSERVATIONS, segment, one.nextObservation() - 1));
    }
}
