package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Proposals;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/** Links of a chain, found by following the positions and decisions that each record carries. */
final class WhyLinks {
    private static final int VMS_NAMED = 4;

    private final Log log;
    private final RegionState state;
    private final StateRows rows;
    private final Chain.Builder chain;

    WhyLinks(Log log, RegionState state, StateRows rows, Chain.Builder chain) {
        this.log = log;
        this.state = state;
        this.rows = rows;
        this.chain = chain;
    }

    /** What a host partition decided, with what it weighed and left, and what else there is to say of it. */
    Chain.Node plan(Chain.Node of, Chain.Link link, HostPartitions.Decided decided, List<String> more) {
        PlanDecided plan = decided.plan();
        String members = plan.getMembers().stream()
                .map(lease -> rows.hostName(lease.getHostId()))
                .collect(Collectors.joining(" "));
        List<String> details = new ArrayList<>();
        state.proposals().byId(plan.getProposalId()).ifPresent(proposal -> details.add(words(proposal)));
        if (!plan.getRejected().isEmpty()) {
            details.add("rejected: "
                    + plan.getRejected().stream().map(this::rejected).collect(Collectors.joining(", ")));
        }
        details.addAll(more);
        return chain.add(
                of,
                link,
                Chain.Kind.PLAN,
                "host partition %s [%s] decided so: %s".formatted(plan.getPartitionId(), members, plan.getReason()),
                Optional.of(decided.position()),
                "",
                details);
    }

    private static String words(Proposals.Proposal proposal) {
        return "proposed as %s: %s%s"
                .formatted(
                        proposal.id(),
                        CommonOptions.lower(proposal.stage()),
                        proposal.word()
                                .map(word -> ", %s %s: %s"
                                        .formatted(
                                                word.getBy(),
                                                word.getApproved() ? "approved" : "rejected",
                                                word.getReason()))
                                .orElse(""));
    }

    Chain.Node refused(Chain.Node of, Chain.Link link, HostPartitions.Refused refused) {
        PlanRefused plan = refused.plan();
        List<String> details = new ArrayList<>();
        plan.getFaults().forEach(fault -> details.add("fault: " + fault));
        plan.getMoves().forEach(move -> details.add("refused move: " + move(move)));
        return chain.add(
                of,
                link,
                Chain.Kind.REFUSED_PLAN,
                "the judge refused a plan of host partition %s, a fault of the planner (%s)"
                        .formatted(plan.getPartitionId(), plan.getEngine()),
                Optional.of(refused.position()),
                "",
                details);
    }

    String move(PlannedMove move) {
        if (move.getAction() != ActionKind.UNKNOWN) {
            return "%s %s on %s (%s)"
                    .formatted(
                            Words.word(move.getAction()),
                            move.getVmId().isEmpty() ? "host" : rows.vmName(move.getVmId()),
                            rows.hostName(move.getTargetHostId()),
                            move.getWhy());
        }
        return "%s %s → %s (%s)"
                .formatted(
                        rows.vmName(move.getVmId()),
                        rows.hostName(move.getSourceHostId()),
                        rows.hostName(move.getTargetHostId()),
                        move.getWhy());
    }

    private String rejected(RejectedMove move) {
        return rows.vmName(move.getVmId()) + " (" + move.getWhy() + ")";
    }

    /** What a host partition was for: a detection, a request, or what its scheduler saw by itself. */
    void cause(Chain.Node of, String partitionId, String detectionId, Position detection) {
        if (detection.getTopic().equals(Topic.OBSERVATIONS.stage())) {
            noted(of, partitionId, detectionId, detection);
            return;
        }
        if (detection.getTopic().equals(Topic.REQUESTS.stage())) {
            state.requests().byId(detectionId).ifPresent(request -> asked(of, request));
            return;
        }
        Optional<DetectionBegan> found = at(Topic.DETECTIONS, detection, DetectionBegan.class);
        if (found.isEmpty()) {
            chain.because(
                    of,
                    Chain.Kind.DETECTION,
                    "detection " + detectionId + " (no longer kept)",
                    Optional.of(detection),
                    "",
                    List.of());
            return;
        }
        DetectionBegan began = found.get();
        Chain.Node node = chain.because(
                of,
                Chain.Kind.DETECTION,
                tripped(began),
                Optional.of(detection),
                "rule %s v%d".formatted(began.getRule(), began.getRuleVersion()),
                List.of());
        reasons(node, began);
    }

    /** As in "h1 was in overload: cpu-demand 8100 of 8000 mc". */
    String tripped(DetectionBegan began) {
        String subject = began.getVmId() == null
                ? rows.hostName(began.getHostId())
                : rows.vmName(began.getVmId()) + " on " + rows.hostName(began.getHostId());
        return "%s was in %s: %s %d of %d %s"
                .formatted(
                        subject,
                        Words.word(began.getKind()),
                        began.getMetric(),
                        began.getValue(),
                        began.getThreshold(),
                        began.getUnit())
                .stripTrailing();
    }

    /** The rule, where an operator wrote it, and the observations that tripped it. */
    void reasons(Chain.Node detection, DetectionBegan began) {
        state.rules().all().stream()
                .filter(version -> version.deployed().getRule().equals(began.getRule())
                        && version.deployed().getVersion() == began.getRuleVersion()
                        && !version.deployed().getBuiltIn())
                .findFirst()
                .ifPresent(version -> {
                    RuleDeployed rule = version.deployed();
                    chain.because(
                            detection,
                            Chain.Kind.RULE,
                            "rule %s v%d says so, deployed by %s at %s: %s"
                                    .formatted(
                                            rule.getRule(),
                                            rule.getVersion(),
                                            rule.getAuthor(),
                                            rows.time(version.at()),
                                            rule.getReason()),
                            Optional.empty(),
                            "",
                            List.of());
                });
        for (Evidence evidence : began.getEvidence()) {
            observation(detection, evidence.getSays(), evidence.getPosition());
        }
    }

    void asked(Chain.Node of, Requests.Request request) {
        String what =
                request.vmId().map(vm -> request.what() + " " + rows.vmName(vm)).orElse(request.what());
        chain.because(
                of,
                Chain.Kind.REQUEST,
                "%s asked: %s %s (%s)"
                        .formatted(
                                request.by(),
                                what,
                                request.vmId().isPresent()
                                        ? "on " + rows.hostName(request.hostId())
                                        : rows.hostName(request.hostId()),
                                request.reason()),
                Optional.of(request.position()),
                "",
                List.of());
    }

    /** What a scheduler saw in a sample by itself; no rule said it, so it stands in no topic of detections. */
    private void noted(Chain.Node of, String partitionId, String detectionId, Position observed) {
        Optional<PartitionOpened> opened =
                state.partitions().byId(partitionId).flatMap(HostPartitions.Partition::opened);
        String host =
                opened.map(PartitionOpened::getInitiator).map(rows::hostName).orElse("its host");
        String seen = opened.map(PartitionOpened::getDetectionKind)
                .map(kind -> switch (kind) {
                    case HEADROOM -> host + " kept less headroom than scheduler.decisions.headroom-permille asks for";
                    case CONSTRAINT -> host + " had VMs whose place breaks a constraint";
                    case RETURN -> host + " came back and held old copies of VMs that run elsewhere";
                    case OVERLOAD, UNDERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, REQUEST, DRAIN, UNKNOWN ->
                        host + " was in " + Words.word(kind);
                })
                .orElse("detection " + detectionId);
        Chain.Node node =
                chain.because(of, Chain.Kind.DETECTION, seen, Optional.empty(), "noted by the scheduler", List.of());
        String demand = at(Topic.OBSERVATIONS, observed, HostSampled.class)
                .map(sample -> "cpu demand %d of %d mc"
                        .formatted(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores()))
                .orElse("a sample");
        observation(node, demand, observed);
    }

    private void observation(Chain.Node of, String says, Position observed) {
        Optional<HostSampled> sample = at(Topic.OBSERVATIONS, observed, HostSampled.class);
        List<String> details = new ArrayList<>();
        if (sample.isPresent()) {
            details.add("largest: "
                    + sample.get().getVms().stream()
                            .sorted(Comparator.comparingLong(VmSample::getCpuDemandMillicores)
                                    .reversed()
                                    .thenComparing(VmSample::getVmId))
                            .limit(VMS_NAMED)
                            .map(vm -> rows.vmName(vm.getVmId()) + " " + vm.getCpuDemandMillicores() + " mc")
                            .collect(Collectors.joining(", ")));
        } else if (log.at(Topic.OBSERVATIONS, observed.getSegment(), observed.getOffset())
                .isEmpty()) {
            details.add("(that observation is no longer kept; --retain keeps more of them)");
        }
        chain.because(of, Chain.Kind.OBSERVATION, "of this observation: " + says, Optional.of(observed), "", details);
    }

    private <T extends SpecificRecord> Optional<T> at(Topic topic, Position position, Class<T> type) {
        Function<LogRecord, SpecificRecord> decode = record -> EventCodec.decode(record.value());
        return log.at(topic, position.getSegment(), position.getOffset())
                .map(decode)
                .filter(type::isInstance)
                .map(type::cast);
    }
}
