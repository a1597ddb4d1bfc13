package io.godwit.schedulers.partition;

import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandProgressed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.HostsGranted;
import io.godwit.schemas.events.MemberAsked;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberLost;
import io.godwit.schemas.events.MemberRefused;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OutcomeRelayed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.SegmentTold;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.SolveAnswered;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.events.YieldAsked;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** What each input changes in the state, and what is decided on it. */
final class Reactions {
    private final Turn turn;
    private final Knowledge knowledge;
    private final Room room;
    private final Goal goal;
    private final Requests requests;
    private final Proposals proposals;
    private final Restarts restarts;
    private final Planner planner;
    private HostPartitions partitions; // made when first needed, because most inputs are samples that need none

    Reactions(Turn turn, Planner planner) {
        this.turn = turn;
        this.knowledge = new Knowledge(turn);
        this.room = new Room(turn);
        this.goal = new Goal(turn, room);
        this.requests = new Requests(turn);
        this.proposals = new Proposals(turn);
        this.restarts = new Restarts(turn);
        this.planner = planner;
    }

    private HostPartitions partitions() {
        if (partitions == null) {
            partitions = new HostPartitions(turn, planner);
        }
        return partitions;
    }

    /** @throws Unusable if the event makes no sense here */
    void to(LogRecord record, SpecificRecord event) {
        switch (record.topic()) {
            case INVENTORY -> inventory(record, event);
            case OBSERVATIONS -> observation(record, event);
            case DETECTIONS -> detection(record, event);
            case HOST_PARTITIONS -> message(event);
            case OUTCOMES -> outcome(record, event);
            case CONTROLS -> control(event);
            case REQUESTS -> request(record, event);
            case RULES, JOURNAL, COMMANDS, ENVIRONMENTS, DEAD_LETTERS, SEALS ->
                throw new BrokenLog(
                        "a scheduler does not read " + record.topic().stage());
        }
        if (turn.takeFreed()) {
            partitions().considerAll();
        }
    }

    private void inventory(LogRecord record, SpecificRecord event) {
        switch (event) {
            case HostJoined joined -> knowledge.joined(joined, record.offset());
            case HostDescribed described -> knowledge.described(described);
            case HostLeft left -> {
                knowledge.left(left);
                partitions().lost(left.getHostId(), "the host was removed");
            }
            case VmDefined defined -> knowledge.defined(defined, record.offset());
            default -> {}
        }
    }

    private void observation(LogRecord record, SpecificRecord event) {
        switch (event) {
            case HostSampled sampled -> {
                knowledge.sampled(record, sampled);
                headroom(record, sampled.getHostId());
                constraints(record, sampled.getHostId());
                requests.lookWhetherEmpty(sampled.getHostId());
                restarts.sampled(sampled, record.offset()).ifPresent(partitions()::consider);
                turn.state
                        .detections
                        .under(sampled.getHostId())
                        .forEach(open -> partitions().consider(open));
            }
            case VmChanged changed
            when changed.getChange() == VmChange.MIGRATED_IN -> knowledge.arrived(changed.getVmId());
            case CoordinateAnnounced announced -> knowledge.located(announced);
            case Tick _ -> {
                knowledge.expire();
                requests.expire();
                restarts.expire();
                partitions().waitNoLonger();
                partitions().neighbours().tell();
                if (partitions().wholeSite().due()) {
                    partitions().grow(partitions().wholeSite().open(record.position()));
                }
                partitions().considerAll();
            }
            default -> {} // concluding from the others is the rules' part
        }
    }

    private void detection(LogRecord record, SpecificRecord event) {
        switch (event) {
            case DetectionBegan began -> {
                if (began.getTerms() != null && began.getTerms().getMode() == ActingMode.SHADOW) {
                    return; // it stands in the log, and that is all
                }
                OpenDetection open = new OpenDetection(began, record.offset(), "", 0, Instant.EPOCH, "", null, false);
                turn.state.detections.put(Detections.key(began), open); // answered once its host is known, too
                if (turn.state.hosts.get(began.getHostId()) == null) {
                    throw new Unusable("detection " + began.getId() + " names host " + began.getHostId()
                            + ", which the inventory of segment " + turn.segment
                            + " does not know; add it with: godwit host add");
                }
                switch (began.getKind()) {
                    case OVERLOAD -> {
                        if (Modes.counts(open)) {
                            noteEnds(began.getHostId(), DetectionKind.HEADROOM, "it is overloaded now");
                            noteEnds(began.getHostId(), DetectionKind.CONSTRAINT, "it is overloaded now");
                        }
                        partitions().consider(open);
                    }
                    case UNDERLOAD -> partitions().consider(open);
                    case HOST_CRASH -> {
                        if (Modes.counts(open)) {
                            partitions().lost(began.getHostId(), "the host crashed: " + began.getId());
                        }
                        partitions().consider(open);
                    }
                    case VM_CRASH -> partitions().consider(open);
                    case CUSTOM -> partitions().consider(open);
                    case HEADROOM, CONSTRAINT, REQUEST, DRAIN, RETURN, UNKNOWN -> {} // kept in mind
                }
            }
            case DetectionEnded ended -> ended(ended);
            default -> {} // the rules' own bookkeeping
        }
    }

    private void request(LogRecord record, SpecificRecord event) {
        switch (event) {
            case VmActionAsked asked -> requests.note(record, asked).ifPresent(partitions()::consider);
            case DrainAsked asked -> requests.note(record, asked).ifPresent(partitions()::consider);
            case DrainEnded ended ->
                requests.endDrain(ended.getHostId(), "ended by %s: %s".formatted(ended.getBy(), ended.getReason()))
                        .ifPresent(partition -> takenBack(partition, ended.getReason()));
            case RequestWithdrawn withdrawn ->
                requests.withdraw(
                                withdrawn.getRequestId(),
                                withdrawn.getHostId(),
                                "taken back by %s: %s".formatted(withdrawn.getBy(), withdrawn.getReason()))
                        .ifPresent(partition -> takenBack(partition, withdrawn.getReason()));
            case ProposalAnswered word
            when word.getHostId().equals(WholeSite.INITIATOR) ->
                partitions().wholeSite().heard(record, word);
            case ProposalAnswered word ->
                proposals.heard(record, word).ifPresent(open -> answered(open, word.getReason()));
            case DownConfirmed confirmed -> {
                restarts.confirmed(confirmed.getHostId(), confirmed.getBy(), confirmed.getReason());
                partitions().considerAll();
            }
            default -> {} // a later version's
        }
    }

    private void answered(OpenDetection open, String reason) {
        OpenPartition partition = turn.state.partitions.get(open.getPartitionId());
        if (!Proposals.rejected(open)) {
            partitions().consider(open);
        } else if (partition != null && partition.getPlan() == null) {
            partitions().closing().close(partition, PartitionEnd.ADVISED, "the plan was rejected: " + reason);
        }
    }

    private void takenBack(OpenPartition partition, String reason) {
        partitions().closing().close(partition, PartitionEnd.DETECTION_ENDED, "the request was taken back: " + reason);
    }

    private void ended(DetectionEnded ended) {
        endedOf(ended.getHostId(), ended.getId(), ended.getReason());
    }

    private void endedOf(String hostId, String detectionId, String reason) {
        String key = Detections.key(hostId, detectionId);
        OpenDetection open = turn.state.detections.get(key);
        proposals.ended(open, reason);
        if (open != null && Actions.of(open.getBegan().getTerms()) == DetectionAction.DRAIN) {
            partitions().closing().headroomMayHaveFreed(); // the host takes VMs again
        }
        turn.state.detections.remove(key);
        for (OpenPartition partition : turn.state.partitions.all()) {
            boolean own = partition.getDetectionId().equals(detectionId)
                    && !partition.getScope().equals(Scope.SITE);
            if (own && partition.getPlan() == null) {
                partitions().closing().close(partition, PartitionEnd.DETECTION_ENDED, reason);
            }
        }
    }

    /**
     * A host that is not overloaded and keeps too little free is noted as if a rule had seen it, where the settings ask for
     * headroom: what follows is as for any detection.
     */
    private void headroom(LogRecord record, String hostId) {
        boolean asked = turn.state.settings().headroomPermille() > 0;
        note(record, hostId, DetectionKind.HEADROOM, asked, "it has headroom again");
    }

    /** So is one where a constraint is broken, where the settings have that mended. */
    private void constraints(LogRecord record, String hostId) {
        boolean asked = turn.state.settings().mendConstraints();
        note(record, hostId, DetectionKind.CONSTRAINT, asked, "no constraint is broken there any more");
    }

    private void note(LogRecord record, String hostId, DetectionKind kind, boolean asked, String over) {
        boolean looked = asked && turn.state.hosts.get(hostId) != null;
        if (!looked || !goal.ahead(kind, hostId)) {
            noteEnds(hostId, kind, over);
        } else if (open(hostId, kind).isEmpty() && !room.inTrouble(hostId)) {
            SchedulerState.Sample sample = turn.state.sample(hostId);
            DetectionBegan began = new DetectionBegan(
                    kind + "-" + hostId + "-" + turn.segment + "-" + record.offset(),
                    kind,
                    hostId,
                    null,
                    turn.now(),
                    "cpu-demand",
                    sample.use().millicores(),
                    goal.capacity(kind, sample.sampled().getCpuCapacityMillicores()),
                    "mc",
                    "",
                    0,
                    List.of(),
                    null);
            OpenDetection open = new OpenDetection(began, record.offset(), "", 0, Instant.EPOCH, "", null, false);
            turn.state.detections.put(Detections.key(began), open);
        }
    }

    private void noteEnds(String hostId, DetectionKind kind, String reason) {
        open(hostId, kind).forEach(open -> endedOf(hostId, open.getBegan().getId(), reason));
    }

    private List<OpenDetection> open(String hostId, DetectionKind kind) {
        List<OpenDetection> ofHost = turn.state.detections.under(hostId);
        if (ofHost.isEmpty()) {
            return ofHost;
        }
        return ofHost.stream().filter(open -> open.getBegan().getKind() == kind).toList();
    }

    /** Own records were applied when they were written; what others wrote here is addressed to this scheduler. */
    private void message(SpecificRecord event) {
        switch (event) {
            case MemberAsked asked when foreign(asked.getDecision()) -> new Lending(turn, partitions()).answer(asked);
            case MemberGranted granted
            when foreign(granted.getDecision()) -> partitions().granted(granted);
            case HostsGranted granted
            when foreign(granted.getDecision()) -> partitions().granted(granted);
            case MemberRefused refused
            when foreign(refused.getDecision()) -> partitions().refused(refused);
            case MemberLost lost
            when foreign(lost.getDecision()) -> partitions().lost(lost);
            case SegmentTold told
            when foreign(told.getDecision()) -> partitions().neighbours().heard(told);
            case SolveAnswered answered -> partitions().planning().answered(answered);
            case MemberReleased released
            when foreign(released.getDecision()) -> {
                Leases.free(
                        turn,
                        released.getPartitionId(),
                        released.getLease(),
                        released.getMoved(),
                        released.getMovesOut(),
                        released.getMovesIn());
                if (released.getMoved()) {
                    partitions().closing().headroomMayHaveFreed();
                }
            }
            case YieldAsked asked
            when foreign(asked.getDecision()) -> {
                boolean _ = partitions().yields(asked.getPartitionId(), asked.getHostId());
            }
            case OutcomeRelayed relayed
            when foreign(relayed.getDecision()) ->
                partitions().planning().applying().outcome(relayed.getCommandId(), relayed.getOutcome());
            default -> {} // own records
        }
    }

    private boolean foreign(Decision decision) {
        return decision.getSegment() != turn.segment;
    }

    private void outcome(LogRecord record, SpecificRecord event) {
        switch (event) {
            case CommandSucceeded ended -> {
                if (!ended.getSourceHostId().equals(ended.getTargetHostId())) {
                    restarts.moved(ended);
                }
                knowledge.moved(ended); // that a VM was resumed teaches nothing: it was expected to take no known time
                finalOutcome(
                        record,
                        ended.getCommandId(),
                        ended.getSourceHostId(),
                        "succeeded",
                        "",
                        ended.getTargetHostId());
            }
            case CommandFailed ended ->
                finalOutcome(
                        record,
                        ended.getCommandId(),
                        ended.getSourceHostId(),
                        "failed",
                        ended.getReason() + ": " + ended.getDetail(),
                        ended.getSeenOn());
            case CommandRefused ended ->
                finalOutcome(
                        record,
                        ended.getCommandId(),
                        ended.getSourceHostId(),
                        "refused",
                        ended.getReason() + ": " + ended.getDetail(),
                        ended.getSourceHostId());
            case CommandAborted ended ->
                finalOutcome(
                        record,
                        ended.getCommandId(),
                        ended.getSourceHostId(),
                        "aborted",
                        ended.getDetail(),
                        ended.getSourceHostId());
            case HostFenced fenced -> {
                restarts.fenced(fenced);
                finalOutcome(record, fenced.getCommandId(), fenced.getHostId(), "succeeded", "", fenced.getHostId());
            }
            case CommandAccepted _ -> {}
            case CommandProgressed _ -> {}
            default -> throw new BrokenLog(event.getSchema().getName() + " is no outcome");
        }
    }

    private void finalOutcome(
            LogRecord record, String commandId, String sourceHostId, String outcome, String detail, String seenOn) {
        int deciding = CommandIds.segmentOf(commandId);
        if (deciding < 0 || deciding >= turn.segments) {
            throw new Unusable("outcome names command " + commandId
                    + ", which is none of this site's; commands are c-SEGMENT-NUMBER");
        }
        if (deciding == turn.segment) {
            partitions().planning().applying().outcome(commandId, outcome);
            return;
        }
        var lease = turn.state.leases.get(sourceHostId);
        turn.emit(
                Topic.HOST_PARTITIONS,
                deciding,
                sourceHostId,
                new OutcomeRelayed(
                        turn.decision(),
                        commandId,
                        lease == null ? "" : lease.getHolder(),
                        outcome,
                        detail,
                        seenOn,
                        record.position()));
    }

    private void control(SpecificRecord event) {
        switch (event) {
            case ModeChanged changed -> mode(changed);
            case SettingsAnnounced announced
            when announced.getService().equals("schedulers") -> {
                try {
                    settings(DecisionSettings.parse(announced.getSettings()));
                } catch (IllegalArgumentException wrong) {
                    throw new Unusable(wrong.getMessage());
                }
            }
            case FencingDisarmed disarmed ->
                turn.state.disarmedUntil(HostPartitions.after(turn, disarmed.getForMillis()));
            case ConstraintsApplied applied -> applied(applied);
            case ConstraintsWithdrawn withdrawn -> {
                turn.state.withdrawConstraints(withdrawn.getName());
                considerAnew();
            }
            default -> {} // another service's
        }
    }

    private void settings(DecisionSettings told) {
        Policy before = turn.state.settings().policy();
        turn.state.settings(told);
        if (told.policy() != before) {
            partitions().policyChanged(told.policy());
        }
    }

    private void applied(ConstraintsApplied applied) {
        try {
            turn.state.apply(applied);
        } catch (IllegalArgumentException wrong) {
            throw new Unusable("the constraints \"" + applied.getName()
                    + "\" cannot be kept, so what held before goes on to hold: " + wrong.getMessage());
        }
        considerAnew();
    }

    /** What was advised, or had no plan, may be otherwise by now. */
    private void considerAnew() {
        knowledge.forgetAdvice();
        partitions().closing().headroomMayHaveFreed();
        partitions().considerAll();
    }

    private void mode(ModeChanged changed) {
        if (Modes.named(changed.getMode()).isEmpty()) {
            throw new Unusable("mode \"" + changed.getMode() + "\" is unknown; give one of " + Modes.words());
        }
        turn.state.mode(changed.getMode());
        for (OpenPartition partition : turn.state.partitions.all()) {
            if (partition.getPlan() == null && changed.getMode().equals("off")) {
                partitions().closing().close(partition, PartitionEnd.MODE_OFF, changed.getReason());
            } else if (partition.getPlan() != null) {
                partitions().planning().applying().advance(partition);
            }
        }
        knowledge.forgetAdvice();
        partitions().considerAll();
    }
}
