package io.godwit.ops.cli;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.PlannedMove;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.Proposals;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Why a VM moved, stayed, or a host partition decided as it did: command, plan, detection, rule version, samples, found by
 * following the positions and decisions that each record carries.
 */
final class WhyChain {
    private static final int VMS_NAMED = 4;

    /** Of a request that had to wait, so many host partitions are told. */
    private static final int TRIES_TOLD = 3;

    private final Log log;
    private final RegionState state;
    private final StateRows rows;

    WhyChain(Log log, RegionState state, ZoneId zone) {
        this.log = log;
        this.state = state;
        this.rows = new StateRows(state, zone);
    }

    /** One link: what it says, and where that stands. */
    private record Link(String says, String where) {
        String line() {
            return "  because  %-66s %s".formatted(says, where).stripTrailing();
        }
    }

    /** Where a record stands, as in "detections 3:412". */
    static String place(Position position) {
        String stage = position.getTopic();
        int end = stage.indexOf('.');
        return "%s %d:%d"
                .formatted(end < 0 ? stage : stage.substring(0, end), position.getSegment(), position.getOffset());
    }

    /** The migration with this command id, or the newest one of the VM with this id or name. */
    static Optional<Migrations.Migration> find(RegionState state, String named) {
        Optional<String> vmId = state.vm(named).map(vm -> vm.id());
        return state.migrations()
                .byId(named)
                .or(() -> state.migrations().byResumption(named))
                .or(() -> state.migrations().all().stream()
                        .filter(migration -> migration.command().isPresent())
                        .filter(migration -> migration.command().get().getVmId().equals(vmId.orElse(named)))
                        .max(Comparator.comparing(
                                migration -> migration.commanded().orElseThrow())));
    }

    /** The lines to print. */
    List<String> lines(Migrations.Migration migration) {
        List<String> lines = new ArrayList<>();
        MigrateVm command = migration
                .command()
                .orElseThrow(() ->
                        new Failed("of " + migration.id() + " only outcomes are kept; its command is not in the log"));
        lines.add("%s %s %s → %s (%s, %s)"
                .formatted(
                        rows.vmName(command.getVmId()),
                        migration.stage() == Migrations.Stage.SUCCEEDED ? "moved" : "was to move",
                        rows.hostName(command.getSourceHostId()),
                        rows.hostName(command.getTargetHostId()),
                        migration.id(),
                        ended(migration)));
        lines.add(new Link(
                        command.getReason(),
                        migration.position().map(WhyChain::place).orElse(""))
                .line());
        migration.resumption().ifPresent(resumption -> lines.add(resumed(resumption)));
        plan(command).ifPresent(decided -> addPlan(lines, decided));
        addDetection(lines, command.getPartitionId(), command.getDetectionId(), command.getDetection());
        return lines;
    }

    /** What a host partition was for, what it decided, and why. */
    List<String> lines(HostPartitions.Partition partition) {
        List<String> lines = new ArrayList<>();
        String initiator = partition
                .opened()
                .map(opened -> " of " + rows.hostName(opened.getInitiator()))
                .orElse("");
        lines.add("host partition %s%s: %s"
                .formatted(
                        partition.id(),
                        initiator,
                        partition
                                .closed()
                                .map(closed -> CommonOptions.lower(closed.getEnd()) + ", " + closed.getReason())
                                .orElse("open")));
        for (HostPartitions.Decided decided : partition.plans()) {
            addPlan(lines, decided);
            for (PlannedMove move : decided.plan().getMoves()) {
                lines.add("           move: " + move(move));
            }
        }
        partition.refused().forEach(refused -> addRefused(lines, refused));
        partition
                .opened()
                .ifPresent(
                        opened -> addDetection(lines, partition.id(), opened.getDetectionId(), opened.getDetection()));
        return lines;
    }

    /** A VM that could have been moved and was not. */
    record Stayed(String vmId, String why, HostPartitions.Decided decided) {}

    /** A VM that a plan would have moved, had the judge not refused it. */
    record Spared(String vmId, HostPartitions.Refused refused) {}

    /** The newest plan with a move of this VM that the judge refused, unless a later one let the VM stay. */
    static Optional<Spared> findSpared(RegionState state, String named) {
        String vmId = state.vm(named).map(vm -> vm.id()).orElse(named);
        Optional<Spared> newest = state.partitions().all().stream()
                .flatMap(partition -> partition.refused().stream())
                .filter(refused -> refused.plan().getMoves().stream()
                        .anyMatch(move -> move.getVmId().equals(vmId)))
                .map(refused -> new Spared(vmId, refused))
                .max(Comparator.comparing(spared -> spared.refused().appended()));
        return newest.filter(spared -> findStayed(state, named)
                .map(stayed ->
                        stayed.decided().appended().isBefore(spared.refused().appended()))
                .orElse(true));
    }

    List<String> lines(Spared spared) {
        List<String> lines = new ArrayList<>();
        lines.add(rows.vmName(spared.vmId()) + " stayed where it was");
        addRefused(lines, spared.refused());
        String partitionId = spared.refused().plan().getPartitionId();
        state.partitions()
                .byId(partitionId)
                .flatMap(HostPartitions.Partition::opened)
                .ifPresent(opened -> addDetection(lines, partitionId, opened.getDetectionId(), opened.getDetection()));
        return lines;
    }

    /** The newest plan that weighed this VM and let it stay. */
    static Optional<Stayed> findStayed(RegionState state, String named) {
        String vmId = state.vm(named).map(vm -> vm.id()).orElse(named);
        return state.partitions().all().stream()
                .flatMap(partition -> partition.plans().stream())
                .flatMap(decided -> decided.plan().getRejected().stream()
                        .filter(move -> move.getVmId().equals(vmId))
                        .map(move -> new Stayed(vmId, move.getWhy(), decided)))
                .max(Comparator.comparing(stayed -> stayed.decided().appended()));
    }

    List<String> lines(Stayed stayed) {
        List<String> lines = new ArrayList<>();
        PlanDecided plan = stayed.decided().plan();
        lines.add(rows.vmName(stayed.vmId()) + " stayed where it was");
        lines.add(new Link(stayed.why(), "").line());
        addPlan(lines, stayed.decided());
        addDetection(lines, plan.getPartitionId(), plan.getDetectionId(), plan.getDetection());
        return lines;
    }

    private static String ended(Migrations.Migration migration) {
        String stage = StateRows.stage(migration);
        if (migration.durationMillis() >= 0) {
            return stage + " in " + StateRows.seconds(java.time.Duration.ofMillis(migration.durationMillis()));
        }
        return Stream.of(stage, migration.reason(), migration.detail())
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(": "));
    }

    private Optional<HostPartitions.Decided> plan(MigrateVm command) {
        return state.partitions().byId(command.getPartitionId()).stream()
                .flatMap(partition -> partition.plans().stream())
                .filter(decided -> decided.plan().getDecision().equals(command.getPlan()))
                .findFirst();
    }

    private void addPlan(List<String> lines, HostPartitions.Decided decided) {
        PlanDecided plan = decided.plan();
        String members = plan.getMembers().stream()
                .map(lease -> rows.hostName(lease.getHostId()))
                .collect(Collectors.joining(" "));
        lines.add(new Link(
                        "host partition %s [%s] decided so: %s"
                                .formatted(plan.getPartitionId(), members, plan.getReason()),
                        place(decided.position()))
                .line());
        state.proposals().byId(plan.getProposalId()).ifPresent(proposal -> addProposal(lines, proposal));
        if (!plan.getRejected().isEmpty()) {
            lines.add("           rejected: "
                    + plan.getRejected().stream().map(this::rejected).collect(Collectors.joining(", ")));
        }
    }

    private static void addProposal(List<String> lines, Proposals.Proposal proposal) {
        lines.add("           proposed as %s: %s%s"
                .formatted(
                        proposal.id(),
                        CommonOptions.lower(proposal.stage()),
                        proposal.word()
                                .map(word -> ", %s %s: %s"
                                        .formatted(
                                                word.getBy(),
                                                word.getApproved() ? "approved" : "rejected",
                                                word.getReason()))
                                .orElse("")));
    }

    private void addRefused(List<String> lines, HostPartitions.Refused refused) {
        PlanRefused plan = refused.plan();
        lines.add(new Link(
                        "the judge refused a plan of host partition %s, a fault of the planner (%s)"
                                .formatted(plan.getPartitionId(), plan.getEngine()),
                        place(refused.position()))
                .line());
        plan.getFaults().forEach(fault -> lines.add("           fault: " + fault));
        plan.getMoves().forEach(move -> lines.add("           refused move: " + move(move)));
    }

    private String move(PlannedMove move) {
        if (move.getAction() != ActionKind.UNKNOWN) {
            return "%s %s on %s (%s)"
                    .formatted(
                            CommonOptions.lower(move.getAction()),
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

    /** It says what became of the resumption of a VM that its migration was to leave paused. */
    private static String resumed(Migrations.Resumption resumption) {
        String became = Stream.of(CommonOptions.lower(resumption.stage()), resumption.reason(), resumption.detail())
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(": "));
        return "  then     %-66s %s"
                .formatted(
                        "it was resumed by %s (%s): %s"
                                .formatted(
                                        resumption.command().getCommandId(),
                                        became,
                                        resumption.command().getReason()),
                        place(resumption.position()));
    }

    private String rejected(RejectedMove move) {
        return rows.vmName(move.getVmId()) + " (" + move.getWhy() + ")";
    }

    private void addDetection(List<String> lines, String partitionId, String detectionId, Position detection) {
        if (detection.getTopic().equals(Topic.OBSERVATIONS.stage())) {
            addNoted(lines, partitionId, detectionId, detection);
            return;
        }
        if (detection.getTopic().equals(Topic.REQUESTS.stage())) {
            state.requests()
                    .byId(detectionId)
                    .ifPresent(request -> lines.add(asked(request).line()));
            return;
        }
        Optional<DetectionBegan> found = at(Topic.DETECTIONS, detection, DetectionBegan.class);
        if (found.isEmpty()) {
            lines.add(new Link("detection " + detectionId + " (no longer kept)", place(detection)).line());
            return;
        }
        DetectionBegan began = found.get();
        lines.add(new Link(
                        "%s was in %s: %s %d of %d %s"
                                .formatted(
                                        rows.hostName(began.getHostId()),
                                        CommonOptions.lower(began.getKind()),
                                        began.getMetric(),
                                        began.getValue(),
                                        began.getThreshold(),
                                        began.getUnit()),
                        "%s, rule %s v%d".formatted(place(detection), began.getRule(), began.getRuleVersion()))
                .line());
        for (Evidence evidence : began.getEvidence()) {
            addEvidence(lines, evidence);
        }
    }

    private Link asked(Requests.Request request) {
        String what =
                request.vmId().map(vm -> request.what() + " " + rows.vmName(vm)).orElse(request.what());
        return new Link(
                "%s asked: %s %s (%s)"
                        .formatted(
                                request.by(),
                                what,
                                request.vmId().isPresent()
                                        ? "on " + rows.hostName(request.hostId())
                                        : rows.hostName(request.hostId()),
                                request.reason()),
                place(request.position()));
    }

    /** What became of a request, and what was decided for it, the newest last. */
    List<String> lines(Requests.Request request) {
        List<String> lines = new ArrayList<>();
        lines.add(request.id() + ": "
                + request.answer()
                        .map(answer -> answer.answered().getAnswer() + ", "
                                + answer.answered().getReason())
                        .orElse("not answered yet"));
        lines.add(asked(request).line());
        List<HostPartitions.Partition> tries = state.partitions().all().stream()
                .filter(partition -> partition
                        .opened()
                        .filter(opened -> opened.getDetectionId().equals(request.id()))
                        .isPresent())
                .toList();
        tries.stream().skip(Math.max(0, tries.size() - TRIES_TOLD)).forEach(partition -> {
            partition.plans().forEach(decided -> addPlan(lines, decided));
            partition
                    .closed()
                    .ifPresent(closed -> lines.add(
                            "           ended: " + CommonOptions.lower(closed.getEnd()) + ", " + closed.getReason()));
        });
        return lines;
    }

    /** What a scheduler saw in a sample by itself; no rule said it, so it stands in no topic of detections. */
    private void addNoted(List<String> lines, String partitionId, String detectionId, Position observed) {
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
                        host + " was in " + CommonOptions.lower(kind);
                })
                .orElse("detection " + detectionId);
        lines.add(new Link(seen, "noted by the scheduler").line());
        String demand = at(Topic.OBSERVATIONS, observed, HostSampled.class)
                .map(sample -> "cpu demand %d of %d mc"
                        .formatted(sample.getCpuDemandMillicores(), sample.getCpuCapacityMillicores()))
                .orElse("a sample");
        addObservation(lines, demand, observed);
    }

    private void addEvidence(List<String> lines, Evidence evidence) {
        addObservation(lines, evidence.getSays(), evidence.getPosition());
    }

    private void addObservation(List<String> lines, String says, Position observed) {
        Optional<HostSampled> sample = at(Topic.OBSERVATIONS, observed, HostSampled.class);
        lines.add(new Link("of this observation: " + says, place(observed)).line());
        if (sample.isPresent()) {
            lines.add("           largest: "
                    + sample.get().getVms().stream()
                            .sorted(Comparator.comparingLong(VmSample::getCpuDemandMillicores)
                                    .reversed()
                                    .thenComparing(VmSample::getVmId))
                            .limit(VMS_NAMED)
                            .map(vm -> rows.vmName(vm.getVmId()) + " " + vm.getCpuDemandMillicores() + " mc")
                            .collect(Collectors.joining(", ")));
        } else if (log.at(Topic.OBSERVATIONS, observed.getSegment(), observed.getOffset())
                .isEmpty()) {
            lines.add("           (that observation is no longer kept; --retain keeps more of them)");
        }
    }

    private <T extends SpecificRecord> Optional<T> at(Topic topic, Position position, Class<T> type) {
        Function<LogRecord, SpecificRecord> decode = record -> EventCodec.decode(record.value());
        return log.at(topic, position.getSegment(), position.getOffset())
                .map(decode)
                .filter(type::isInstance)
                .map(type::cast);
    }
}
