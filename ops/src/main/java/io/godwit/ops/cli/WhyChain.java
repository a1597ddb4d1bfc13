package io.godwit.ops.cli;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RejectedMove;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
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
 * Why a VM moved: command, plan, detection, rule version, samples, found by following the positions and decisions that each
 * record carries.
 */
final class WhyChain {
    private static final int VMS_NAMED = 4;

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
        plan(command).ifPresent(decided -> addPlan(lines, decided));
        addDetection(lines, command);
        return lines;
    }

    private static String ended(Migrations.Migration migration) {
        String stage = CommonOptions.lower(migration.stage());
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
        if (!plan.getRejected().isEmpty()) {
            lines.add("           rejected: "
                    + plan.getRejected().stream().map(this::rejected).collect(Collectors.joining(", ")));
        }
    }

    private String rejected(RejectedMove move) {
        return rows.vmName(move.getVmId()) + " (" + move.getWhy() + ")";
    }

    private void addDetection(List<String> lines, MigrateVm command) {
        Optional<DetectionBegan> found = at(Topic.DETECTIONS, command.getDetection(), DetectionBegan.class);
        if (found.isEmpty()) {
            lines.add(new Link(
                            "detection " + command.getDetectionId() + " (no longer kept)",
                            place(command.getDetection()))
                    .line());
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
                        "%s, rule %s v%d"
                                .formatted(place(command.getDetection()), began.getRule(), began.getRuleVersion()))
                .line());
        for (Evidence evidence : began.getEvidence()) {
            addEvidence(lines, evidence);
        }
    }

    private void addEvidence(List<String> lines, Evidence evidence) {
        String where = place(evidence.getPosition());
        Optional<HostSampled> sample = at(Topic.OBSERVATIONS, evidence.getPosition(), HostSampled.class);
        lines.add(new Link("of this observation: " + evidence.getSays(), where).line());
        if (sample.isPresent()) {
            lines.add("           largest: "
                    + sample.get().getVms().stream()
                            .sorted(Comparator.comparingLong(VmSample::getCpuDemandMillicores)
                                    .reversed()
                                    .thenComparing(VmSample::getVmId))
                            .limit(VMS_NAMED)
                            .map(vm -> rows.vmName(vm.getVmId()) + " " + vm.getCpuDemandMillicores() + " mc")
                            .collect(Collectors.joining(", ")));
        } else if (log.at(
                        Topic.OBSERVATIONS,
                        evidence.getPosition().getSegment(),
                        evidence.getPosition().getOffset())
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
