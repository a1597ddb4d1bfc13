package io.godwit.ops.simulate;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.work.Region;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schedulers.planner.Action;
import io.godwit.schedulers.planner.Answer;
import io.godwit.schedulers.planner.Move;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schedulers.planner.RepairPlanner;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Faults that are planted in a run, to see that judges find them. */
final class Plants {
    private Plants() {}

    /** Another segment gives back the target of each move half a second after the move was commanded. */
    static void freeEarly(Simulation running) {
        running.log().watch(Topic.COMMANDS, (_, event) -> {
            if (event instanceof MigrateVm command) {
                int segment = command.getTargetSegment();
                int forger = (segment + 1) % running.segments().count();
                MemberReleased forged = new MemberReleased(
                        new Decision(forger, 1_000_000L),
                        command.getPartitionId(),
                        new Lease(command.getTargetHostId(), command.getTargetEpoch()),
                        false,
                        0,
                        0);
                running.agenda()
                        .in(
                                500_000,
                                () -> running.log()
                                        .append(Topic.HOST_PARTITIONS, segment, command.getTargetHostId(), forged));
            }
        });
    }

    /**
     * A host that is held anew is the source of one more move, under the lease of its holder before: a while later, as topics
     * have no common order, and who reads the command must be able to know of the lease.
     */
    static void commandUnderOldLease(Simulation running) {
        Map<String, MigrateVm> last = new HashMap<>();
        running.log().watch(Topic.COMMANDS, (_, event) -> {
            if (event instanceof MigrateVm command) {
                last.putIfAbsent(command.getSourceHostId(), command);
            }
        });
        running.log().watch(Topic.HOST_PARTITIONS, (record, event) -> {
            if (event instanceof PartitionOpened opened && last.containsKey(opened.getInitiator())) {
                MigrateVm old = last.remove(opened.getInitiator());
                String commandId = "c-" + record.segment() + "-" + (2_000_000 + last.size());
                running.agenda().in(5_000_000, () -> again(running, record.segment(), old, commandId));
            }
        });
    }

    private static void again(Simulation running, int segment, MigrateVm old, String commandId) {
        vmOn(running, old.getSourceHostId())
                .ifPresent(vm -> running.log()
                        .append(
                                Topic.COMMANDS,
                                segment,
                                old.getSourceHostId(),
                                MigrateVm.newBuilder(old)
                                        .setCommandId(commandId)
                                        .setVmId(vm)
                                        .setStartBefore(Instant.parse("2027-01-01T00:00:00Z"))
                                        .build()));
    }

    private static Optional<String> vmOn(Simulation running, String hostId) {
        return running.fleet().vms().stream()
                .map(SimulatedFleet.Vm::vmId)
                .filter(vm -> running.meter().placeOf(vm).equals(hostId))
                .findFirst();
    }

    /** A second executor reads the same commands, and nothing keeps the two apart. */
    static void secondExecutor(Simulation running) {
        SimulatedExecutor _ = new SimulatedExecutor(
                running.agenda(),
                running.log(),
                running.segments().count(),
                running.plan().executor(),
                running.dataCentre(),
                UnaryOperator.identity());
    }

    /** An executor that knows of no lease that is over. */
    static Region withoutEpochs(Region region) {
        return new Region() {
            @Override
            public CompletableFuture<String> definition(Position vmDefined) {
                return region.definition(vmDefined);
            }

            @Override
            public Optional<HostAddress> host(String hostId) {
                return region.host(hostId);
            }

            @Override
            public boolean member(String hostId) {
                return region.member(hostId);
            }

            @Override
            public long oldestEpoch(String hostId) {
                return 0;
            }

            @Override
            public boolean off(int segment) {
                return region.off(segment);
            }

            @Override
            public CompletableFuture<Long> logTimeMicros(int segment) {
                return region.logTimeMicros(segment);
            }
        };
    }

    /** A planner whose moves wait for nothing. */
    static Planner withoutOrder() {
        return changing(move -> new Move(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.mode(),
                List.of(),
                move.estimatedMillis(),
                move.why()));
    }

    /** A planner that has every VM arrive paused and none resumed. */
    static Planner leavingPaused() {
        return changing(move -> new Move(
                move.vmId(),
                move.sourceHostId(),
                move.targetHostId(),
                move.mode(),
                move.after(),
                move.estimatedMillis(),
                move.why(),
                Action.MOVE_PAUSED));
    }

    private static Planner changing(UnaryOperator<Move> change) {
        Planner sound = new RepairPlanner();
        return problem -> switch (sound.plan(problem)) {
            case Answer.Plan plan ->
                new Answer.Plan(
                        plan.moves().stream().map(change).toList(),
                        plan.nodesSearched(),
                        plan.engine(),
                        plan.rejected(),
                        plan.stillBroken());
            case Answer other -> other;
        };
    }
}
