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

/**
 * What a host partition is for, which its detection's kind tells: to relieve an overload, to keep headroom, to mend broken
 * constraints, or to empty.
 */
final class Goal {
    /** So much younger than any overload counts what can wait: it gives way to all of them, and keeps its order. */
    private static final Duration CAN_WAIT = Duration.ofDays(36_500);

    /**
     * CPU that both ends of an early relief keep free beyond the headroom, as a share of their capacity: with less, source or
     * target would soon be next.
     */
    private static final int SPARE_PERMILLE = 50;

    private final Turn turn;
    private final Room room;
    private final Mending mending;
    private final Restarts restarts;

    Goal(Turn turn, Room room) {
        this.turn = turn;
        this.room = room;
        this.mending = new Mending(turn, room);
        this.restarts = new Restarts(turn);
    }

    static DetectionKind kindOf(OpenPartition partition) {
        return partition.getKind() == null ? DetectionKind.OVERLOAD : partition.getKind();
    }

    /** Age by which hosts are given: overload and requests first, then drains, actions of rules, headroom, constraints, emptying. */
    static Instant age(DetectionKind kind, Instant since) {
        return switch (kind) {
            case HEADROOM -> since.plus(CAN_WAIT);
            case CONSTRAINT -> since.plus(CAN_WAIT.multipliedBy(3).dividedBy(2));
            case UNDERLOAD -> since.plus(CAN_WAIT.multipliedBy(2));
            // a drain is asked for by a person, but nobody suffers while it waits
            case DRAIN -> since.plus(CAN_WAIT.dividedBy(4));
            // and a rule asks for less than a person
            case CUSTOM -> since.plus(CAN_WAIT.dividedBy(3));
            case OVERLOAD, HOST_CRASH, VM_CRASH, REQUEST, RETURN, UNKNOWN -> since;
        };
    }

    /** Whether a holder or asker of this age stands for an overload. */
    static boolean urgent(Instant age, Instant now) {
        return age.isBefore(now.plus(CAN_WAIT.dividedBy(2)));
    }

    /** Whether there is still something to do at a host of the own segment, whose sample must be there unless it crashed. */
    boolean ahead(DetectionKind kind, String hostId) {
        SchedulerState.Sample sample = turn.state.sample(hostId);
        return switch (kind) {
            case HOST_CRASH, VM_CRASH, RETURN -> restarts.ahead(kind, hostId);
            case HEADROOM ->
                sample.use().millicores() > capacity(kind, sample.sampled().getCpuCapacityMillicores());
            case UNDERLOAD -> sample.use().vms() > 0 && !room.violated(hostId);
            case CONSTRAINT -> mending.ahead(room.facts(hostId));
            case DRAIN -> sample.use().vms() > 0;
            case REQUEST -> true; // until it is answered
            case OVERLOAD, CUSTOM, UNKNOWN -> room.violated(hostId);
        };
    }

    /** CPU that a host of this capacity may be asked for before there is something to do. */
    long capacity(DetectionKind kind, long millicores) {
        return kind == DetectionKind.HEADROOM ? leaving(headroomPermille(), millicores) : millicores;
    }

    private int headroomPermille() {
        return turn.state.settings().headroomPermille();
    }

    private static long leaving(int permille, HostFacts facts) {
        return leaving(permille, facts.getCpuCapacityMillicores());
    }

    private static long leaving(int permille, long capacityMillicores) {
        return capacityMillicores * Math.max(0, 1000 - permille) / 1000;
    }

    /** What a host must have free to be of use; one that relieves another early keeps headroom itself. */
    Room.Need need(DetectionKind kind, HostFacts initiator) {
        if (kind == DetectionKind.CONSTRAINT) {
            return new Room.Need(0, 0); // who helps was looked at VM by VM
        }
        if (kind != DetectionKind.HEADROOM) {
            return room.needOf(initiator, initiator.getCpuCapacityMillicores());
        }
        Room.Need need = room.needOf(initiator, relieved(initiator));
        long kept = initiator.getCpuCapacityMillicores() - leaving(headroomPermille() + SPARE_PERMILLE, initiator);
        return new Room.Need(need.millicores() + kept, need.bytes());
    }

    /** CPU that a host may be asked for once it was relieved early: some less than before, as far as one move leads there. */
    private long relieved(HostFacts initiator) {
        long largest = initiator.getVms().stream()
                .filter(vm -> vm.getStaysBecause().isEmpty())
                .mapToLong(VmFact::getCpuDemandMillicores)
                .max()
                .orElse(0);
        long wanted = leaving(headroomPermille() + SPARE_PERMILLE, initiator);
        long byOneMove = Room.demandMillicores(initiator) - largest;
        return Math.min(leaving(headroomPermille(), initiator), Math.max(wanted, byOneMove));
    }

    int membersMax(DetectionKind kind) {
        return switch (kind) {
            case UNDERLOAD, HEADROOM, CONSTRAINT ->
                turn.state.settings().emptying().membersMax();
            case OVERLOAD, HOST_CRASH, VM_CRASH, CUSTOM, REQUEST, DRAIN, RETURN, UNKNOWN -> Integer.MAX_VALUE;
        };
    }

    /** Whether VMs may be paused to reach it, where nothing else does. */
    boolean maySuspend(DetectionKind kind) {
        return kind == DetectionKind.OVERLOAD && turn.state.settings().suspend() == Suspend.LAST_RESORT;
    }

    /** What the planner is asked for these hosts. */
    PlacementProblem problem(DetectionKind kind, String subject, List<HostFacts> hosts) {
        return problem(kind, subject, hosts, false, emptied(kind, subject, hosts));
    }

    /**
     * @param lastResort whether it is asked for the last time, so that VMs may be paused if the goal allows that
     * @param wanted what shall hold afterwards, beside the region's own constraints
     */
    PlacementProblem problem(
            DetectionKind kind, String subject, List<HostFacts> hosts, boolean lastResort, List<Constraint> wanted) {
        List<HostFacts> asFarAs = kind == DetectionKind.HEADROOM
                ? hosts.stream()
                        .map(facts -> HostFacts.newBuilder(facts)
                                .setCpuCapacityMillicores(Math.max(1, afterwards(subject, facts)))
                                .build())
                        .toList()
                : hosts;
        List<Constraint> constraints = new ArrayList<>(turn.state.constraints().concerning(hosts));
        constraints.addAll(wanted);
        return Problems.of(subject, asFarAs, constraints, turn.state.settings(), lastResort && maySuspend(kind));
    }

    private long afterwards(String relieved, HostFacts facts) {
        return facts.getHostId().equals(relieved)
                ? relieved(facts)
                : leaving(headroomPermille() + SPARE_PERMILLE, facts);
    }

    /** That nothing stays on a host which is to be emptied. */
    static List<Constraint> emptied(DetectionKind kind, String subject, List<HostFacts> hosts) {
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
