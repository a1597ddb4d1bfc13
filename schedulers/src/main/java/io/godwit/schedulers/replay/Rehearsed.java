package io.godwit.schedulers.replay;

import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.VmSample;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a fork did on a word, and what it would have done without it.
 *
 * @param from log time at which the fork begins
 * @param lasted virtual time from there
 * @param steps what is commanded because of the word, or at another time because of it, in order
 * @param anyway what is commanded at the same time with the word and without it
 * @param omitted what is commanded, or commanded then, only without it
 * @param ahead what is planned for the request and was not commanded in that time
 * @param underWay what had been commanded before, and had not ended
 * @param answer of the request; empty: it has none, or none came
 * @param waits why there was no answer; empty: there was one, or no reason was told
 * @param left VMs on the word's host at the end
 */
public record Rehearsed(
        Instant from,
        Duration lasted,
        List<Step> steps,
        List<Step> anyway,
        List<Step> omitted,
        List<PlannedMove> ahead,
        List<Step> underWay,
        Optional<Answer> answer,
        Optional<String> waits,
        List<VmSample> left) {

    public Rehearsed {
        steps = List.copyOf(steps);
        anyway = List.copyOf(anyway);
        omitted = List.copyOf(omitted);
        ahead = List.copyOf(ahead);
        underWay = List.copyOf(underWay);
        left = List.copyOf(left);
    }

    /**
     * Something that is commanded.
     *
     * @param after virtual time from the fork's beginning until it is commanded
     * @param move what; its duration is the planner's estimate
     * @param detectionId detection or request that it answers
     * @param partition host partition that carries it out
     */
    public record Step(Duration after, PlannedMove move, String detectionId, String partition) {
        /** Whether a VM goes to another host by it. */
        public boolean migrates() {
            return (move.getAction() == ActionKind.UNKNOWN || move.getAction() == ActionKind.MIGRATE)
                    && !move.getResumes();
        }

        static Step of(Duration after, OpenPartition partition, PlannedMove move) {
            return new Step(after, move, partition.getDetectionId(), partition.getPartitionId());
        }
    }

    /**
     * How a step ended that was commanded.
     *
     * @param recorded whether it ended as the record tells, which had the same command
     */
    public record Ended(Step step, boolean succeeded, boolean recorded) {}

    /**
     * What becomes of the request.
     *
     * @param after virtual time from the fork's beginning
     * @param answer word and reason as in RequestAnswered
     */
    public record Answer(Duration after, String answer, String reason) {}
}
