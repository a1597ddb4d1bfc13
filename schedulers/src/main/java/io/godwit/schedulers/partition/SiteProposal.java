package io.godwit.schedulers.partition;

import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenProposal;
import io.godwit.schemas.events.OpenSiteProposal;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.ProposalState;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plan for the whole site that waits for a person's word. It answers several detections, of other segments too, so it stands
 * in no open detection but by itself, in the segment whose scheduler solves the site.
 */
final class SiteProposal {
    private static final String KEY = WholeSite.INITIATOR;

    private final Turn turn;
    private final Proposals proposals;

    SiteProposal(Turn turn, Proposals proposals) {
        this.turn = turn;
        this.proposals = proposals;
    }

    Optional<OpenProposal> newest() {
        return Optional.ofNullable(turn.state.siteProposals.get(KEY)).map(OpenSiteProposal::getProposal);
    }

    void keep(OpenPartition partition, OpenProposal proposal) {
        boolean again = newest().map(OpenProposal::getProposalId)
                .filter(proposal.getProposalId()::equals)
                .isPresent();
        Instant proposedAt = again ? turn.state.siteProposals.get(KEY).getProposedAt() : turn.now();
        turn.state.siteProposals.put(KEY, new OpenSiteProposal(proposal, answeredBy(partition), proposedAt));
    }

    private static List<String> answeredBy(OpenPartition partition) {
        List<String> ids = new ArrayList<>(partition.getDetections());
        if (!partition.getDetectionId().isEmpty()) {
            ids.add(partition.getDetectionId());
        }
        return ids;
    }

    /** Takes a person's word; whether the plan was rejected by it. An approved one is made anew with the next tick. */
    boolean rejectedBy(LogRecord record, ProposalAnswered word) {
        Policy policy = turn.state.settings().policy();
        Optional<String> objection = policy == Policy.CENTRALIZED
                ? proposals.objection(newest(), "the site", word)
                : Optional.of("the policy is %s now, which plans for no whole site".formatted(policy.text()));
        if (objection.isPresent()) {
            answer(record, word, Requests.REFUSED, objection.get());
            return false;
        }
        OpenProposal.Builder heard =
                OpenProposal.newBuilder(newest().orElseThrow()).setBy(word.getBy());
        if (word.getApproved()) {
            heard.setState(ProposalState.APPROVED)
                    .setRequestId(word.getRequestId())
                    .setRequestOffset(record.offset());
            turn.state.siteSolvedAt(Instant.EPOCH);
        } else {
            heard.setState(ProposalState.REJECTED);
            answer(
                    record,
                    word,
                    Requests.DONE,
                    "nothing is planned for the site until an overload begins that this plan did not answer");
        }
        turn.state.siteProposals.put(
                KEY,
                OpenSiteProposal.newBuilder(turn.state.siteProposals.get(KEY))
                        .setProposal(heard.build())
                        .build());
        return !word.getApproved();
    }

    private void answer(LogRecord record, ProposalAnswered word, String answer, String reason) {
        proposals.answer(word.getRequestId(), word.getHostId(), record.offset(), answer, reason);
    }

    /** Why nothing is planned for what a host partition answers: a person has said so of all of it. */
    Optional<String> rejected(OpenPartition partition) {
        OpenSiteProposal site = turn.state.siteProposals.get(KEY);
        boolean rejected = site != null
                && site.getProposal().getState() == ProposalState.REJECTED
                && site.getDetections().containsAll(answeredBy(partition));
        return rejected
                ? Optional.of("%s has rejected %s, and no other overload has begun since"
                        .formatted(
                                site.getProposal().getBy(), site.getProposal().getProposalId()))
                : Optional.empty();
    }

    /** A host partition over the site has ended, and nothing of what is approved was commanded. */
    void closed(PartitionEnd end, String reason) {
        OpenProposal open = newest().orElse(null);
        if (open != null && open.getState() == ProposalState.APPROVED) {
            over(reason);
        } else if (open != null && open.getState() == ProposalState.PENDING && end == PartitionEnd.VIABLE) {
            turn.state.siteProposals.remove(KEY);
        }
    }

    /** Nothing comes of it any more. */
    void over(String reason) {
        newest().filter(open -> open.getState() == ProposalState.APPROVED)
                .ifPresent(open -> proposals.answer(
                        open, WholeSite.INITIATOR, Requests.REFUSED, "nothing of it is carried out: " + reason));
        turn.state.siteProposals.remove(KEY);
    }
}
