package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Mentions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * A command that moves nothing, and its end. The state of a region keeps migrations alone, so it is looked for in the log.
 *
 * @param command an ActOnVm or a FenceHost
 * @param outcome its final outcome, with its position; empty while it is open
 */
record ActionRecord(SpecificRecord command, Position position, Optional<End> outcome) {
    /** How it ended. */
    record End(SpecificRecord event, Position position) {
        boolean refused() {
            return event instanceof CommandRefused;
        }

        /** As in "refused: too-late: the deadline passed". */
        String says() {
            return switch (event) {
                case CommandSucceeded ended -> "succeeded in " + Words.seconds(ended.getDurationMillis());
                case HostFenced fenced ->
                    "fenced in %s: %s".formatted(Words.seconds(fenced.getDurationMillis()), fenced.getProof());
                case CommandRefused ended -> "refused: %s: %s".formatted(ended.getReason(), ended.getDetail());
                case CommandFailed ended -> "failed: %s: %s".formatted(ended.getReason(), ended.getDetail());
                case CommandAborted ended -> "aborted: " + ended.getDetail();
                default -> throw new IllegalArgumentException(event.getSchema().getName() + " is no final outcome");
            };
        }
    }

    /** Takes where an action was decided, and for what. */
    interface Decided {
        void in(String partitionId, String detectionId, Position detection);
    }

    void decidedIn(Decided taker) {
        switch (command) {
            case ActOnVm act -> taker.in(act.getPartitionId(), act.getDetectionId(), act.getDetection());
            case FenceHost fence -> taker.in(fence.getPartitionId(), fence.getDetectionId(), fence.getDetection());
            default -> throw new IllegalArgumentException(command.getSchema().getName() + " is no action");
        }
    }

    /** The one with this id, as of a moment if one is given. */
    static Optional<ActionRecord> find(Log log, String id, Optional<Instant> at) {
        return records(log, Topic.COMMANDS, id, at).stream()
                .filter(found -> commandId(found.event()).equals(Optional.of(id)))
                .findFirst()
                .map(found -> new ActionRecord(found.event(), found.position(), outcome(log, id, at)));
    }

    private static Optional<End> outcome(Log log, String id, Optional<Instant> at) {
        return records(log, Topic.OUTCOMES, id, at).stream()
                .filter(found -> ended(found.event()).equals(Optional.of(id)))
                .map(found -> new End(found.event(), found.position()))
                .findFirst(); // one id stands in one segment
    }

    private static Optional<String> commandId(SpecificRecord event) {
        return switch (event) {
            case ActOnVm act -> Optional.of(act.getCommandId());
            case FenceHost fence -> Optional.of(fence.getCommandId());
            default -> Optional.empty();
        };
    }

    private static Optional<String> ended(SpecificRecord event) {
        return switch (event) {
            case CommandSucceeded ended -> Optional.of(ended.getCommandId());
            case HostFenced fenced -> Optional.of(fenced.getCommandId());
            case CommandRefused ended -> Optional.of(ended.getCommandId());
            case CommandFailed ended -> Optional.of(ended.getCommandId());
            case CommandAborted ended -> Optional.of(ended.getCommandId());
            default -> Optional.empty();
        };
    }

    private record Found(SpecificRecord event, Position position) {}

    /** Records of a topic in which an id stands somewhere. */
    private static List<Found> records(Log log, Topic topic, String id, Optional<Instant> at) {
        List<Found> found = new ArrayList<>();
        for (LogRecord record : Mentions.records(log, at, topic, List.of(id))) {
            try {
                found.add(new Found(EventCodec.decode(record.value()), record.position()));
            } catch (UnreadableRecord _) {
                // told in the dead letters by whoever needs it
            }
        }
        return found;
    }
}
