package io.godwit.ops.bench;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * How long it took from the sample that completed a detection's evidence to the first command that answers it, and whether
 * that was straight or had to wait for somebody. Fed with detections, host partitions and commands, each topic and segment in
 * order and in any order between them, from the start of the log.
 */
final class CommandLatency {
    /** What a detection's answer met on its way. */
    enum Way {
        /** The first host partition found all it needed in its own segment, at once. */
        STRAIGHT("straight"),
        HOST_HELD("its host was held by another host partition"),
        SEGMENT_ASKED("hosts of another segment were asked for"),
        LATER_PARTITION("the first host partition gave up, a later one commanded");

        private final String text;

        Way(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /**
     * One detection that was answered by a command. Milliseconds after the sample that completed its evidence was appended.
     *
     * @param detectionRead when a reader of committed records had it; the other "read" likewise
     */
    record Answer(
            String detectionId,
            Way way,
            double detectionAppended,
            double detectionRead,
            double commandAppended,
            double commandRead) {}

    private record Began(DetectionBegan event, long appended, long read) {}

    private record Command(MigrateVm event, long appended, long read) {}

    private record Opened(PartitionOpened event, long appended, long offset) {}

    /** Times in which a host was held; until: Long.MAX_VALUE while it lasts. */
    private static final class Held {
        final String partitionId;
        final long from;
        long until = Long.MAX_VALUE;

        Held(String partitionId, long from) {
            this.partitionId = partitionId;
            this.from = from;
        }
    }

    private final Map<String, Began> detections = new TreeMap<>();
    private final Map<String, Command> firstCommands = new HashMap<>();
    private final Map<String, Opened> firstPartitions = new HashMap<>();
    private final Set<String> partitionsThatAsked = new HashSet<>();
    private final Map<String, List<Held>> heldByHost = new HashMap<>();

    /** @param readMillis when a reader of committed records had it, by the clock of the broker's machine */
    void take(LogRecord record, SpecificRecord event, long readMillis) {
        long appended = record.timestampMillis();
        switch (event) {
            case DetectionBegan began -> detections.putIfAbsent(began.getId(), new Began(began, appended, readMillis));
            case MigrateVm command ->
                firstCommands.merge(
                        command.getDetectionId(),
                        new Command(command, appended, readMillis),
                        (one, other) -> other.appended() < one.appended() ? other : one);
            case PartitionOpened opened -> {
                firstPartitions.merge(
                        opened.getDetectionId(),
                        new Opened(opened, appended, record.offset()),
                        (one, other) -> other.offset() < one.offset() ? other : one);
                opened.getMembers().forEach(lease -> hold(lease, opened.getPartitionId(), appended));
            }
            case MemberGranted granted -> {
                if (!granted.getAnswer()) { // the lease itself; an answer only tells it to another segment
                    hold(granted.getLease(), granted.getPartitionId(), appended);
                }
            }
            case MemberReleased released -> {
                for (Held held : heldByHost.getOrDefault(released.getLease().getHostId(), List.of())) {
                    if (held.partitionId.equals(released.getPartitionId())) {
                        held.until = Math.min(held.until, appended);
                    }
                }
            }
            case MemberAsked asked -> partitionsThatAsked.add(asked.getPartitionId());
            default -> {
                // the rest of these topics delays nobody
            }
        }
    }

    private void hold(Lease lease, String partitionId, long appended) {
        heldByHost.computeIfAbsent(lease.getHostId(), _ -> new ArrayList<>()).add(new Held(partitionId, appended));
    }

    /** Detections that began in a span of log time and were answered by a command, by detection. */
    List<Answer> answers(Instant from, Instant to) {
        List<Answer> answers = new ArrayList<>();
        for (Began began : detections.values()) {
            Command command = firstCommands.get(began.event().getId());
            if (command == null || began.appended() < from.toEpochMilli() || began.appended() > to.toEpochMilli()) {
                continue;
            }
            long sampled = began.event().getSince().toEpochMilli();
            answers.add(new Answer(
                    began.event().getId(),
                    way(began, command),
                    began.appended() - sampled,
                    began.read() - sampled,
                    command.appended() - sampled,
                    command.read() - sampled));
        }
        answers.sort(Comparator.comparing(Answer::detectionId));
        return answers;
    }

    private Way way(Began began, Command command) {
        Opened first = firstPartitions.get(began.event().getId());
        if (first == null
                || !first.event().getPartitionId().equals(command.event().getPartitionId())) {
            return Way.LATER_PARTITION;
        }
        if (partitionsThatAsked.contains(first.event().getPartitionId())) {
            return Way.SEGMENT_ASKED;
        }
        boolean held = heldByHost.getOrDefault(began.event().getHostId(), List.of()).stream()
                .anyMatch(lease -> !lease.partitionId.equals(first.event().getPartitionId())
                        && lease.from <= began.appended()
                        && began.appended() < lease.until);
        return held ? Way.HOST_HELD : Way.STRAIGHT;
    }
}
