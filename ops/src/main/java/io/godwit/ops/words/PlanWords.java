package io.godwit.ops.words;

import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.log.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** Host partitions: why they opened, what was decided for them, how they ended. */
final class PlanWords {
    private static final String SHADOW = "shadow";

    private final Names names;
    private final Set<String> proposals = Newest.of(10_000); // told already
    private String mode = "";

    PlanWords(Names names) {
        this.names = names;
    }

    List<Telling> of(SpecificRecord event) {
        return switch (event) {
            case PartitionOpened opened ->
                List.of(Telling.later(
                        "opened",
                        "",
                        names.label(opened.getInitiator()),
                        "  host partition %s for %s %s"
                                .formatted(
                                        opened.getPartitionId(),
                                        Words.word(opened.getDetectionKind()),
                                        opened.getDetectionId())));
            case ModeChanged changed -> {
                mode = changed.getMode();
                yield List.of();
            }
            case PlanDecided plan -> decided(plan);
            case PlanRefused plan ->
                List.of(Telling.live(
                        "alarm",
                        "",
                        "",
                        "a plan of %s was wrong and is not carried out: %s; see: godwit why %s"
                                .formatted(
                                        plan.getPartitionId(), plan.getFaults().getFirst(), plan.getPartitionId())));
            case PartitionClosed closed ->
                List.of(
                        closed.getEnd() == PartitionEnd.INFEASIBLE && !mode.equals(SHADOW)
                                ? Telling.live(
                                        "no way", "", names.label(closed.getInitiator()), "  " + closed.getReason())
                                : Telling.later(
                                        "closed",
                                        "",
                                        names.label(closed.getInitiator()),
                                        "  host partition %s: %s, %s"
                                                .formatted(
                                                        closed.getPartitionId(),
                                                        Words.word(closed.getEnd()),
                                                        closed.getReason())));
            default -> List.of();
        };
    }

    /** What was decided, and each of its moves where nothing else tells of them. */
    private List<Telling> decided(PlanDecided plan) {
        List<Telling> tellings = new ArrayList<>();
        tellings.add(Telling.later(
                "decided",
                "",
                plan.getPartitionId(),
                "  %s: %s".formatted(Words.word(plan.getAnswer()), plan.getReason())));
        boolean asked = plan.getDetection().getTopic().equals(Topic.REQUESTS.stage()); // that is done in every mode
        boolean told = plan.getMode().equals("auto") || plan.getMode().equals(SHADOW);
        boolean waits = !plan.getProposalId().isEmpty();
        if (plan.getAnswer() != PlanAnswer.PLAN || told || asked || (waits && !proposals.add(plan.getProposalId()))) {
            return tellings; // a proposal that is found again is shown already, or was approved and is commanded now
        }
        for (PlannedMove move : plan.getMoves()) {
            tellings.add(Telling.live(
                    waits ? "proposed" : "advised",
                    "",
                    names.vm(move.getVmId()),
                    "  %s  %s, about %s; %s"
                            .formatted(
                                    names.way(move.getSourceHostId(), move.getTargetHostId()),
                                    move.getWhy(),
                                    Words.seconds(move.getEstimatedMillis()),
                                    waits
                                            ? "approve it with: godwit approve " + plan.getProposalId()
                                            : "nothing is commanded in mode " + plan.getMode())));
        }
        return tellings;
    }
}
