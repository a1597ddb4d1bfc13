package io.godwit.schedulers.partition;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.planner.PlacementProblem;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostFacts;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.VmFact;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a host partition is for, which its detection's kind tells: to relieve an overload, to keep headroom, or to empty. */
final class Goal {
    /** So much younger than any overload counts what can wait: it gives way to all of them, and keeps its order. */
    private static final Duration CAN_WAIT = Duration.ofDays(36_500);

    private final Turn turn;
    private final Room room;

    Goal(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
    }

    static DetectionKind kindOf(OpenPartition partition) {
        return partition.getKind() == null ? DetectionKind.OVERLOAD : partition.getKind();
    }

    /** Age by which hosts are given: overload first, then headroom, then emptying. */
    static Instant age(DetectionKind kind, Instant since) {
        return switch (kind) {
            case HEADROOM -> since.plus(CAN_WAIT);
            case UNDERLOAD -> since.plus(CAN_WAIT.multipliedBy(2));
            case OVERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> since;
        };
    }

    /** Whether a holder or asker of this age stands for an overload. */
    static boolean urgent(Instant age, Instant now) {
        return age.isBefore(now.plus(CAN_WAIT.dividedBy(2)));
    }

    /** Whether there is still something to do. */
    boolean ahead(DetectionKind kind, HostFacts facts) {
        return switch (kind) {
            case HEADROOM -> Room.demandMillicores(facts) > capacity(kind, facts);
            case UNDERLOAD -> !facts.getVms().isEmpty() && !room.violated(facts);
            case OVERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> room.violated(facts);
        };
    }

    /** CPU that a host may be asked for. */
    long capacity(DetectionKind kind, HostFacts facts) {
        return facts.getCpuCapacityMillicores() - kept(kind, facts);
    }

    private long kept(DetectionKind kind, HostFacts facts) {
        return kind == DetectionKind.HEADROOM
                ? facts.getCpuCapacityMillicores() * turn.state.settings().headroomPermille() / 1000
                : 0;
    }

    /** What a host must have free to be of use; one that keeps headroom must have it afterwards too. */
    Room.Need need(DetectionKind kind, HostFacts initiator) {
        Room.Need need = room.needOf(initiator, capacity(kind, initiator));
        return new Room.Need(need.millicores() + kept(kind, initiator), need.bytes());
    }

    int membersMax(DetectionKind kind) {
        return switch (kind) {
            case UNDERLOAD, HEADROOM -> turn.state.settings().emptying().membersMax();
            case OVERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, UNKNOWN -> Integer.MAX_VALUE;
        };
    }

    /** What the planner is asked for these hosts. */
    PlacementProblem problem(DetectionKind kind, String subject, List<HostFacts> hosts) {
        List<HostFacts> asFarAs = kind == DetectionKind.HEADROOM
                ? hosts.stream()
                        .map(facts -> HostFacts.newBuilder(facts)
                                .setCpuCapacityMillicores(Math.max(1, capacity(kind, facts)))
                                .build())
                        .toList()
                : hosts;
        List<Constraint> constraints = new ArrayList<>(turn.state.constraints().concerning(hosts));
        constraints.addAll(emptied(kind, subject, hosts));
        return Problems.of(subject, asFarAs, constraints, turn.state.settings());
    }

    private static List<Constraint> emptied(DetectionKind kind, String subject, List<HostFacts> hosts) {
        if (kind != DetectionKind.UNDERLOAD) {
            return List.of();
        }
        List<String> vms = hosts.stream()
                .filter(facts -> facts.getHostId().equals(subject))
                .flatMap(facts -> facts.getVms().stream())
                .map(VmFact::getVmId)
                .toList();
        return List.of(new Constraint.Ban(vms, List.of(subject), Constraint.When.DISCRETE));
    }
}
