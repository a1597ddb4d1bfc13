package io.godwit.ops.cli;

import io.godwit.ops.words.Words;
import io.godwit.schemas.events.ActOnVm;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.FenceHost;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Requests;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Why a VM moved, stayed or was acted on, what a detection rests on and led to, why a host partition decided as it did, and what
 * became of a request: command, plan, detection, rule version, samples.
 */
final class WhyChain {
    /** Of a detection or a request that had to wait, so many host partitions are told. */
    private static final int TRIES_TOLD = 3;

    private final Log log;
    private final RegionState state;
    private final StateRows rows;

    WhyChain(Log log, RegionState state, ZoneId zone) {
        this.log = log;
        this.state = state;
        this.rows = new StateRows(state, zone);
    }

    /** Where a record stands, as in "detections 3:412". */
    static String place(Position position) {
        String stage = position.getTopic();
        int end = stage.indexOf('.');
        return (end < 0 ? stage : stage.substring(0, end)) + " " + position.getSegment() + ":" + position.getOffset();
    }

    /** A chain that is being put together, and what adds its links. */
    private final class Growing {
        final Chain.Builder chain;
        final WhyLinks links;

        Growing(String answer) {
            chain = new Chain.Builder(answer);
            links = new WhyLinks(log, state, rows, chain);
        }

        Chain.Node answer() {
            return chain.answer();
        }

        /** What a host partition decided and how it ended, the newest tries alone. */
        void tries(List<HostPartitions.Partition> tries) {
            tries.stream().skip(Math.max(0, tries.size() - TRIES_TOLD)).forEach(partition -> {
                List<String> ended = partition.closed().stream()
                        .map(closed -> "ended: " + Words.word(closed.getEnd()) + ", " + closed.getReason())
                        .toList();
                List<HostPartitions.Decided> plans = partition.plans();
                for (int index = 0; index < plans.size(); index++) {
                    links.plan(
                            answer(), Chain.Link.THEN, plans.get(index), index == plans.size() - 1 ? ended : List.of());
                }
                partition.refused().forEach(refused -> links.refused(answer(), Chain.Link.THEN, refused));
                if (plans.isEmpty()) {
                    chain.then(
                            answer(),
                            Chain.Kind.HOST_PARTITION,
                            "host partition %s opened for it".formatted(partition.id()),
                            partition.position(),
                            "",
                            ended);
                }
            });
        }
    }

    Chain of(Migrations.Migration migration) {
        MigrateVm command = migration
                .command()
                .orElseThrow(() ->
                        new Failed("of " + migration.id() + " only outcomes are kept; its command is not in the log"));
        Growing why = new Growing("%s %s %s → %s (%s, %s)"
                .formatted(
                        rows.vmName(command.getVmId()),
                        migration.stage() == Migrations.Stage.SUCCEEDED ? "moved" : "was to move",
                        rows.hostName(command.getSourceHostId()),
                        rows.hostName(command.getTargetHostId()),
                        migration.id(),
                        ended(migration)));
        Chain.Node commanded = why.chain.because(
                why.answer(), Chain.Kind.COMMAND, command.getReason(), migration.position(), "", List.of());
        if (migration.stage().isFinal() && migration.stage() != Migrations.Stage.SUCCEEDED) {
            why.chain.then(commanded, Chain.Kind.OUTCOME, ended(migration), migration.outcome(), "", List.of());
        }
        migration.resumption().ifPresent(resumption -> resumed(why, commanded, resumption));
        carriedOut(why, commanded, command.getPartitionId(), command.getPlan());
        why.links.cause(commanded, command.getPartitionId(), command.getDetectionId(), command.getDetection());
        return why.chain.build();
    }

    /** It says what became of the resumption of a VM that its migration was to leave paused. */
    private static void resumed(Growing why, Chain.Node of, Migrations.Resumption resumption) {
        String became = Stream.of(Words.word(resumption.stage()), resumption.reason(), resumption.detail())
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(": "));
        why.chain.then(
                of,
                Chain.Kind.COMMAND,
                "it was resumed by %s (%s): %s"
                        .formatted(
                                resumption.command().getCommandId(),
                                became,
                                resumption.command().getReason()),
                Optional.of(resumption.position()),
                "",
                List.of());
    }

    /** The plan that a command carries out. */
    private void carriedOut(Growing why, Chain.Node command, String partitionId, Decision decision) {
        state.partitions().byId(partitionId).stream()
                .flatMap(partition -> partition.plans().stream())
                .filter(decided -> decided.plan().getDecision().equals(decision))
                .findFirst()
                .ifPresent(decided -> why.links.plan(command, Chain.Link.BECAUSE, decided, List.of()));
    }

    private static String ended(Migrations.Migration migration) {
        String stage = StateRows.stage(migration);
        if (migration.durationMillis() >= 0) {
            return stage + " in " + StateRows.seconds(Duration.ofMillis(migration.durationMillis()));
        }
        return Stream.of(stage, migration.reason(), migration.detail())
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(": "));
    }

    /** Why something was done to a VM that moves it nowhere, or a host was fenced. */
    Chain of(ActionRecord action) {
        String ended = action.outcome().map(ActionRecord.End::says).orElse("not ended");
        return switch (action.command()) {
            case ActOnVm act ->
                acted(
                        "%s %s on %s (%s, %s)"
                                .formatted(
                                        Words.word(act.getAction()),
                                        rows.vmName(act.getVmId()),
                                        rows.hostName(act.getHostId()),
                                        act.getCommandId(),
                                        ended),
                        action,
                        act.getReason(),
                        act.getPartitionId(),
                        act.getPlan(),
                        act.getDetectionId(),
                        act.getDetection());
            case FenceHost fence ->
                acted(
                        "fence %s (%s, %s)".formatted(rows.hostName(fence.getHostId()), fence.getCommandId(), ended),
                        action,
                        fence.getReason(),
                        fence.getPartitionId(),
                        fence.getPlan(),
                        fence.getDetectionId(),
                        fence.getDetection());
            default ->
                throw new IllegalArgumentException(action.command().getSchema().getName() + " is no action");
        };
    }

    private Chain acted(
            String answer,
            ActionRecord action,
            String reason,
            String partitionId,
            Decision plan,
            String detectionId,
            Position detection) {
        Growing why = new Growing(answer);
        Chain.Node commanded = why.chain.because(
                why.answer(), Chain.Kind.COMMAND, reason, Optional.of(action.position()), "", List.of());
        action.outcome()
                .ifPresent(end -> why.chain.then(
                        commanded, Chain.Kind.OUTCOME, end.says(), Optional.of(end.position()), "", List.of()));
        carriedOut(why, commanded, partitionId, plan);
        why.links.cause(commanded, partitionId, detectionId, detection);
        return why.chain.build();
    }

    /** What a detection rests on, and what was decided for it. */
    Chain of(Detections.Detection detection) {
        Growing why = new Growing("%s (%s, %s)"
                .formatted(
                        new WhyLinks(log, state, rows, new Chain.Builder("")).tripped(detection.began()),
                        detection.id(),
                        detection
                                .ended()
                                .map(ended -> "ended after %s: %s"
                                        .formatted(
                                                StateRows.seconds(Duration.between(ended.getSince(), ended.getUntil())),
                                                ended.getReason()))
                                .orElse("open")));
        Chain.Node began = why.chain.because(
                why.answer(),
                Chain.Kind.DETECTION,
                "rule %s v%d says so"
                        .formatted(
                                detection.began().getRule(), detection.began().getRuleVersion()),
                Optional.of(detection.position()),
                "",
                List.of());
        why.links.reasons(began, detection.began());
        List<HostPartitions.Partition> tries = tries(detection.id());
        if (tries.size() > TRIES_TOLD) {
            why.chain.then(
                    why.answer(),
                    Chain.Kind.HOST_PARTITION,
                    "%d host partitions were opened for it, the newest %d are told".formatted(tries.size(), TRIES_TOLD),
                    Optional.empty(),
                    "",
                    List.of());
        }
        why.tries(tries);
        return why.chain.build();
    }

    /** Host partitions that were opened for a detection or a request, or answered it beside another, oldest first. */
    private List<HostPartitions.Partition> tries(String detectionId) {
        return state.partitions().all().stream()
                .filter(partition -> partition
                                .opened()
                                .filter(opened -> opened.getDetectionId().equals(detectionId))
                                .isPresent()
                        || partition.plans().stream()
                                .map(HostPartitions.Decided::plan)
                                .anyMatch(plan -> plan.getDetectionId().equals(detectionId)
                                        || plan.getDetections().contains(detectionId)))
                .toList();
    }

    /** What a host partition was for, what it decided, and why. */
    Chain of(HostPartitions.Partition partition) {
        String initiator = partition
                .opened()
                .map(opened -> " of " + rows.hostName(opened.getInitiator()))
                .orElse("");
        Growing why = new Growing("host partition %s%s: %s"
                .formatted(
                        partition.id(),
                        initiator,
                        partition
                                .closed()
                                .map(closed -> Words.word(closed.getEnd()) + ", " + closed.getReason())
                                .orElse("open")));
        for (HostPartitions.Decided decided : partition.plans()) {
            PlanDecided plan = decided.plan();
            why.links.plan(
                    why.answer(),
                    Chain.Link.BECAUSE,
                    decided,
                    plan.getMoves().stream()
                            .map(move -> "move: " + why.links.move(move))
                            .toList());
        }
        partition.refused().forEach(refused -> why.links.refused(why.answer(), Chain.Link.BECAUSE, refused));
        partition
                .opened()
                .ifPresent(opened ->
                        why.links.cause(why.answer(), partition.id(), opened.getDetectionId(), opened.getDetection()));
        return why.chain.build();
    }

    /** Why the plan to move a VM was not carried out. */
    Chain of(WhyFound.Spared spared) {
        Growing why = new Growing(rows.vmName(spared.vmId()) + " stayed where it was");
        Chain.Node refused = why.links.refused(why.answer(), Chain.Link.BECAUSE, spared.refused());
        String partitionId = spared.refused().plan().getPartitionId();
        state.partitions()
                .byId(partitionId)
                .flatMap(HostPartitions.Partition::opened)
                .ifPresent(opened ->
                        why.links.cause(refused, partitionId, opened.getDetectionId(), opened.getDetection()));
        return why.chain.build();
    }

    /** Why a VM that was weighed stayed. */
    Chain of(WhyFound.Stayed stayed) {
        PlanDecided plan = stayed.decided().plan();
        Growing why = new Growing(rows.vmName(stayed.vmId()) + " stayed where it was");
        Chain.Node weighed =
                why.chain.because(why.answer(), Chain.Kind.PLAN, stayed.why(), Optional.empty(), "", List.of());
        Chain.Node decided = why.links.plan(weighed, Chain.Link.BECAUSE, stayed.decided(), List.of());
        why.links.cause(decided, plan.getPartitionId(), plan.getDetectionId(), plan.getDetection());
        return why.chain.build();
    }

    /** What became of a request, and what was decided for it, the newest last. */
    Chain of(Requests.Request request) {
        Growing why = new Growing(request.id() + ": "
                + request.answer()
                        .map(answer -> answer.answered().getAnswer() + ", "
                                + answer.answered().getReason())
                        .orElse("not answered yet"));
        why.links.asked(why.answer(), request);
        why.tries(tries(request.id()));
        return why.chain.build();
    }
}
