package io.godwit.schemas.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class ProposalsTest {
    private final MemoryLog log = new MemoryLog("rennes", 1);
    private final List<LogRecord> records = new ArrayList<>();
    private int sequence;
    private String key = "h1";

    private void append(Topic topic, SpecificRecord event) {
        records.add(log.append(topic, 0, Instant.ofEpochMilli(1000L + sequence++), key, EventCodec.encode(event)));
    }

    private void plan(String proposal, String detection, String... others) {
        decided(PlanAnswer.PLAN, proposal, detection, others);
    }

    private void decided(PlanAnswer answer, String proposal, String detection, String... others) {
        append(
                Topic.HOST_PARTITIONS,
                PlanDecided.newBuilder()
                        .setDecision(new Decision(0, (long) sequence))
                        .setPartitionId("p-0-" + sequence)
                        .setDetectionId(detection)
                        .setDetection(new Position(Topic.DETECTIONS.stage(), 0, 0L, "", ""))
                        .setAnswer(answer)
                        .setMode("approve")
                        .setMoves(List.of())
                        .setRejected(List.of())
                        .setMembers(List.of())
                        .setNodesSearched(0)
                        .setEngine("greedy")
                        .setSnapshotDigest("")
                        .setReason("1 move relieves h1")
                        .setProposalId(proposal)
                        .setDetections(List.of(others))
                        .build());
    }

    private void say(String request, String proposal, boolean approved, String answer) {
        append(Topic.REQUESTS, new ProposalAnswered(request, proposal, "o-1", "h1", approved, "ann", "a test"));
        if (!answer.isEmpty()) {
            Position position = new Position(Topic.REQUESTS.stage(), 0, 0L, "", "");
            append(
                    Topic.HOST_PARTITIONS,
                    new RequestAnswered(new Decision(0, (long) sequence), request, "h1", position, answer, "because"));
        }
    }

    private void ends(String detection) {
        append(
                Topic.DETECTIONS,
                DetectionEnded.newBuilder()
                        .setId(detection)
                        .setKind(DetectionKind.OVERLOAD)
                        .setHostId("h1")
                        .setSince(Instant.EPOCH)
                        .setUntil(Instant.EPOCH)
                        .setReason("over")
                        .setRule("overload")
                        .setRuleVersion(1)
                        .setEvidence(List.of())
                        .build());
    }

    /** As in "d-1 pending d-2 approved", whatever the order between topics. */
    private String stages() {
        String first = null;
        for (int seed = 0; seed < 20; seed++) {
            List<LogRecord> order = new ArrayList<>();
            List<Topic> topics = new ArrayList<>(List.of(Topic.HOST_PARTITIONS, Topic.REQUESTS, Topic.DETECTIONS));
            Collections.shuffle(topics, new Random(seed));
            topics.forEach(topic ->
                    records.stream().filter(record -> record.topic() == topic).forEach(order::add));
            RegionState state = new RegionState("rennes", 1);
            order.forEach(state::take);
            assertEquals(List.of(), state.faults());
            StringBuilder said = new StringBuilder();
            state.proposals()
                    .all()
                    .forEach(one -> said.append(one.id())
                            .append(' ')
                            .append(one.stage())
                            .append(' '));
            String stages = said.toString().strip();
            first = first == null ? stages : first;
            assertEquals(first, stages);
        }
        return first;
    }

    @Test
    void one_waits_until_the_scheduler_has_answered_a_persons_word() {
        plan("d-0-1", "o-1");
        assertEquals("d-0-1 PENDING", stages());
        say("q-1", "d-0-1", true, "");
        assertEquals("d-0-1 PENDING", stages());
    }

    @Test
    void an_approved_plan_is_found_again_and_stays_approved_when_all_is_over() {
        plan("d-0-1", "o-1");
        say("q-1", "d-0-1", true, "done");
        plan("d-0-1", "o-1");
        ends("o-1");
        assertEquals("d-0-1 APPROVED", stages());
    }

    @Test
    void a_rejected_one_stays_so_though_somebody_approves_it_later() {
        plan("d-0-1", "o-1");
        say("q-1", "d-0-1", false, "done");
        say("q-2", "d-0-1", true, "refused");
        assertEquals("d-0-1 REJECTED", stages());
    }

    @Test
    void another_plan_for_the_same_detection_takes_its_place() {
        plan("d-0-1", "o-1");
        plan("d-0-2", "o-2");
        say("q-1", "d-0-1", true, "refused");
        plan("d-0-3", "o-1");
        assertEquals("d-0-1 SUPERSEDED d-0-2 PENDING d-0-3 PENDING", stages());
    }

    @Test
    void one_ends_with_its_detection_and_lapses_where_nothing_was_left_to_do() {
        plan("d-0-1", "o-1");
        plan("d-0-2", "o-2");
        say("q-1", "d-0-1", true, "refused");
        ends("o-2");
        assertEquals("d-0-1 LAPSED d-0-2 ENDED", stages());
    }

    @Test
    void one_for_the_whole_site_takes_the_place_of_the_one_before_whichever_detection_is_the_oldest() {
        key = "site";
        plan("d-0-1", "o-1", "o-2");
        plan("d-0-2", "o-2", "o-3");
        ends("o-2");
        assertEquals("d-0-1 SUPERSEDED d-0-2 PENDING", stages());
        ends("o-3");
        assertEquals("d-0-1 SUPERSEDED d-0-2 ENDED", stages());
        plan("d-0-4", "o-4", "o-5");
        decided(PlanAnswer.VIABLE, "", "o-4");
        assertEquals("d-0-1 SUPERSEDED d-0-2 SUPERSEDED d-0-4 ENDED", stages());
    }
}
