package io.godwit.schemas.state;

import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.PlanAnswer;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.LogRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Plans that wait, or waited, for a person's word, and what became of them. */
public final class Proposals {
    /** Where a proposal stands. */
    public enum Stage {
        /** Nobody has spoken yet, or the schedulers have not heard it yet. */
        PENDING,
        /** A person approved it, and the same plan was found again and commanded. */
        APPROVED,
        /** A person rejected it: nothing is planned for its detection until that has ended. */
        REJECTED,
        /** A later plan took its place. */
        SUPERSEDED,
        /** Its detection ended before it was commanded. */
        ENDED,
        /** It was approved when nothing of it was left to do, or to be done. */
        LAPSED
    }

    /**
     * One proposal.
     *
     * @param hostId host of its detection; SITE where it is for the whole site
     * @param plan as it was proposed first
     * @param proposed log time of the same
     * @param word the last that a person said of it
     * @param answer what the scheduler made of that
     */
    public record Proposal(
            String id,
            String hostId,
            PlanDecided plan,
            Position position,
            Instant proposed,
            Stage stage,
            Optional<ProposalAnswered> word,
            Optional<RequestAnswered> answer) {}

    /** Key of what is decided for a whole site, as by the policy centralized. */
    public static final String SITE = "site";

    private record First(PlanDecided plan, LogRecord record) {}

    private final Map<String, First> firsts = new TreeMap<>(); // by proposal
    private final Map<String, LogRecord> newest = new HashMap<>(); // record of the newest plan, by detection, or SITE
    private final Map<String, String> newestProposal = new HashMap<>(); // what that proposes, by the same
    private final Map<String, List<ProposalAnswered>> words = new HashMap<>(); // by proposal, in their order
    private final Map<String, RequestAnswered> answers = new HashMap<>(); // by request
    private final Set<String> ended = new HashSet<>(); // detections
    private long siteViable = -1; // newest offset at which there was nothing to do for the site

    void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case PlanDecided plan when plan.getAnswer() == PlanAnswer.PLAN -> planned(plan, record);
            case PlanDecided nothing
            when nothing.getAnswer() == PlanAnswer.VIABLE && ofSite(record) ->
                siteViable = Math.max(siteViable, record.offset());
            case ProposalAnswered word ->
                words.computeIfAbsent(word.getProposalId(), _ -> new ArrayList<>())
                        .add(word);
            case RequestAnswered answered -> answers.putIfAbsent(answered.getRequestId(), answered);
            case DetectionEnded over -> ended.add(over.getId());
            default -> {} // proposes nothing and answers nothing
        }
    }

    private void planned(PlanDecided plan, LogRecord record) {
        if (!plan.getProposalId().isEmpty()) {
            firsts.putIfAbsent(plan.getProposalId(), new First(plan, record));
        }
        String subject = subject(plan, record);
        LogRecord before = newest.get(subject);
        if (before == null || before.offset() < record.offset()) {
            newest.put(subject, record);
            newestProposal.put(subject, plan.getProposalId());
        }
    }

    private static boolean ofSite(LogRecord record) {
        return new String(record.key(), StandardCharsets.UTF_8).equals(SITE);
    }

    private static String subject(PlanDecided plan, LogRecord record) {
        return ofSite(record) ? SITE : plan.getDetectionId();
    }

    /** Every proposal, by log time, then id. */
    public List<Proposal> all() {
        List<Proposal> all = new ArrayList<>();
        firsts.keySet().forEach(id -> byId(id).ifPresent(all::add));
        all.sort(Comparator.comparing(Proposal::proposed).thenComparing(Proposal::id));
        return all;
    }

    public Optional<Proposal> byId(String id) {
        return Optional.ofNullable(firsts.get(id)).map(first -> {
            List<ProposalAnswered> said = words.getOrDefault(id, List.of());
            // what was said first counts; a later word is refused with what the first one was
            Optional<ProposalAnswered> word = said.stream()
                    .filter(one -> answered(one, "done"))
                    .findFirst()
                    .or(() -> said.isEmpty() ? Optional.empty() : Optional.of(said.getLast()));
            return new Proposal(
                    id,
                    new String(first.record().key(), StandardCharsets.UTF_8),
                    first.plan(),
                    first.record().position(),
                    Instant.ofEpochMilli(first.record().timestampMillis()),
                    stage(first, word),
                    word,
                    word.map(one -> answers.get(one.getRequestId())));
        });
    }

    /** Ids of the requests in which people said something of a proposal. */
    public List<String> wordsOn(String id) {
        return words.getOrDefault(id, List.of()).stream()
                .map(ProposalAnswered::getRequestId)
                .toList();
    }

    private boolean answered(ProposalAnswered word, String answer) {
        RequestAnswered answered = answers.get(word.getRequestId());
        return answered != null && answered.getAnswer().equals(answer);
    }

    private Stage stage(First first, Optional<ProposalAnswered> word) {
        PlanDecided plan = first.plan();
        String subject = subject(plan, first.record());
        if (word.isPresent() && answered(word.get(), "done")) {
            return word.get().getApproved() ? Stage.APPROVED : Stage.REJECTED;
        }
        if (!plan.getProposalId().equals(newestProposal.get(subject))) {
            return Stage.SUPERSEDED;
        }
        if (over(plan, subject)) {
            return Stage.ENDED;
        }
        return word.isPresent() && answered(word.get(), "refused") ? Stage.LAPSED : Stage.PENDING;
    }

    private boolean over(PlanDecided plan, String subject) {
        boolean itsOwn = ended.contains(plan.getDetectionId());
        return subject.equals(SITE)
                ? (itsOwn && ended.containsAll(plan.getDetections()))
                        || newest.get(SITE).offset() < siteViable
                : itsOwn;
    }
}
