package io.godwit.ops.cli;

import io.godwit.schedulers.constraints.Form;
import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.HostPartitions;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Why a VM was not moved at a moment: what kept it, and why its host asked for nothing or got no plan. */
final class WhyNotVm {
    /** So many plans that let it stay are told, the newest first. */
    private static final int PLANS_TOLD = 3;

    private final Log log;
    private final RegionState state;
    private final StateRows rows;
    private final Instant at;
    private final WhyNotSite site;

    WhyNotVm(Log log, RegionState state, StateRows rows, Instant at) {
        this.log = log;
        this.state = state;
        this.rows = rows;
        this.at = at;
        this.site = new WhyNotSite(state, at);
    }

    List<Weighed> of(Vm vm) {
        List<Weighed> weighed = new ArrayList<>();
        addLife(weighed, vm);
        addMoves(weighed, vm);
        addPlans(weighed, vm);
        addRequests(weighed, vm);
        state.controls().constraints().forEach(script -> addConstraints(weighed, vm, script));
        addForbidden(weighed, vm);
        state.host(vm.hostId())
                .ifPresentOrElse(
                        host -> new WhyNotHost(log, state, rows, at)
                                .of(host)
                                .forEach(of -> weighed.add(
                                        new Weighed(of.bearing(), "its host: " + of.what(), of.says(), of.position()))),
                        () -> weighed.add(
                                Weighed.of(Weighed.Bearing.HELD_BACK, "its host", "no host of the inventory has it")));
        return weighed;
    }

    private void addLife(List<Weighed> weighed, Vm vm) {
        switch (vm.state()) {
            case RUNNING, BLOCKED -> {} // as it should be
            case PAUSED, SUSPENDED, SHUT_OFF, CRASHED, MIGRATING_IN, UNKNOWN ->
                weighed.add(Weighed.of(
                        Weighed.Bearing.HELD_BACK,
                        "state",
                        "it is %s on %s, and only running VMs are moved"
                                .formatted(CommonOptions.lower(vm.state()), rows.hostName(vm.hostId()))));
        }
    }

    private List<Migrations.Migration> moves(Vm vm) {
        return state.migrations().all().stream()
                .filter(move -> move.command()
                        .filter(command -> command.getVmId().equals(vm.id()))
                        .isPresent())
                .toList();
    }

    /** The move that is under way, or the hold after the last one. */
    private void addMoves(List<Weighed> weighed, Vm vm) {
        moves(vm).stream()
                .filter(move -> !move.stage().isFinal())
                .forEach(move -> weighed.add(new Weighed(
                        Weighed.Bearing.UNDER_WAY,
                        "migration",
                        "it is being moved to %s: %s (%s)"
                                .formatted(
                                        rows.hostName(
                                                move.command().orElseThrow().getTargetHostId()),
                                        StateRows.stage(move),
                                        move.id()),
                        move.position())));
        DecisionSettings settings = site.settings();
        moves(vm).stream()
                .filter(move -> move.stage().isFinal())
                .max(Comparator.comparing(move -> move.ended().orElseThrow()))
                .ifPresent(move -> addHold(weighed, move, settings.vmHoldMillis()));
        int most = settings.movesPerHour().vm();
        if (most > 0) {
            long arrivals = site.moves(move -> move.stage() == Migrations.Stage.SUCCEEDED
                    && move.command().orElseThrow().getVmId().equals(vm.id()));
            weighed.add(Weighed.of(
                    arrivals >= most ? Weighed.Bearing.HELD_BACK : Weighed.Bearing.CLEAR,
                    "budget",
                    "moves-per-hour.vm is %d: it was moved %d times in the last hour".formatted(most, arrivals)));
        }
    }

    private void addHold(List<Weighed> weighed, Migrations.Migration move, long holdMillis) {
        Instant ended = move.ended().orElseThrow();
        Duration since = Duration.between(ended, at);
        boolean held = since.toMillis() < holdMillis;
        weighed.add(new Weighed(
                held ? Weighed.Bearing.HELD_BACK : Weighed.Bearing.CLEAR,
                "hold",
                "its last move (%s) %s %s before; a VM stays for %s after that (vm-hold-millis)%s"
                        .formatted(
                                move.id(),
                                CommonOptions.lower(move.stage()),
                                StateRows.seconds(since),
                                StateRows.seconds(Duration.ofMillis(holdMillis)),
                                held ? ", so until " + rows.time(ended.plusMillis(holdMillis)) : ""),
                move.outcome()));
    }

    private void addPlans(List<Weighed> weighed, Vm vm) {
        List<Weighed> plans = new ArrayList<>();
        List<HostPartitions.Decided> decided = state.partitions().all().stream()
                .flatMap(partition -> partition.plans().stream())
                .sorted(Comparator.comparing(HostPartitions.Decided::appended).reversed())
                .toList();
        for (HostPartitions.Decided one : decided) {
            one.plan().getRejected().stream()
                    .filter(rejected -> rejected.getVmId().equals(vm.id()))
                    .forEach(rejected -> plans.add(Weighed.at(
                            Weighed.Bearing.HELD_BACK,
                            "a plan",
                            "%s before, host partition %s weighed it and let it stay: %s"
                                    .formatted(
                                            StateRows.seconds(Duration.between(one.appended(), at)),
                                            one.plan().getPartitionId(),
                                            rejected.getWhy()),
                            one.position())));
        }
        plans.stream().limit(PLANS_TOLD).forEach(weighed::add);
        WhyFound.spared(state, vm.id())
                .map(WhyFound.Spared::refused)
                .ifPresent(refused -> weighed.add(Weighed.at(
                        Weighed.Bearing.HELD_BACK,
                        "judge",
                        "a plan of host partition %s that moved it was refused: %s"
                                .formatted(
                                        refused.plan().getPartitionId(),
                                        refused.plan().getFaults().getFirst()),
                        refused.position())));
    }

    private void addRequests(List<Weighed> weighed, Vm vm) {
        state.requests().all().stream()
                .filter(request -> request.answer().isEmpty())
                .filter(request -> request.vmId().equals(Optional.of(vm.id())))
                .forEach(request -> weighed.add(Weighed.at(
                        Weighed.Bearing.UNDER_WAY,
                        "request",
                        "%s asked: %s (%s), not answered yet; see: godwit why %s"
                                .formatted(request.by(), request.what(), request.reason(), request.id()),
                        request.position())));
    }

    private void addConstraints(List<Weighed> weighed, Vm vm, Controls.Constraints script) {
        script.applied().getConstraints().stream()
                .map(Form::of)
                .filter(form -> form.named().contains(vm.id()) || form.named().contains(vm.hostId()))
                .forEach(form -> weighed.add(Weighed.of(
                        Weighed.Bearing.BOUNDS,
                        "constraint",
                        "%s of %s"
                                .formatted(
                                        rows.constraint(form.constraint()),
                                        script.applied().getName()))));
    }

    private void addForbidden(List<Weighed> weighed, Vm vm) {
        DecisionSettings settings = site.settings();
        addForbidden(weighed, vm, settings.postCopyForbidden(), "post-copy-forbidden");
        addForbidden(weighed, vm, settings.autoConvergeForbidden(), "auto-converge-forbidden");
        addForbidden(weighed, vm, settings.suspendForbidden(), "suspend-forbidden");
    }

    private static void addForbidden(List<Weighed> weighed, Vm vm, List<String> forbidden, String setting) {
        if (forbidden.contains(vm.id())) {
            weighed.add(Weighed.of(Weighed.Bearing.BOUNDS, "settings", "scheduler.decisions." + setting + " names it"));
        }
    }
}
