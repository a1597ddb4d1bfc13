package io.godwit.ops.simulate;

import io.godwit.monitors.hosts.simulated.model.SeededStream;
import io.godwit.monitors.hosts.simulated.model.SimulatedFleet;
import io.godwit.schemas.events.ConstraintKind;
import io.godwit.schemas.events.ConstraintResource;
import io.godwit.schemas.events.StatedConstraint;
import java.util.ArrayList;
import java.util.List;

/** Constraints on the VMs and hosts of a fleet, without regard to what holds now. */
final class RandomConstraints {
    private static final List<ConstraintKind> KINDS = List.of(
            ConstraintKind.SPREAD,
            ConstraintKind.BAN,
            ConstraintKind.FENCE,
            ConstraintKind.GATHER,
            ConstraintKind.LONELY,
            ConstraintKind.SPLIT,
            ConstraintKind.ROOT,
            ConstraintKind.QUARANTINE,
            ConstraintKind.AMONG,
            ConstraintKind.RUNNING_CAPACITY,
            ConstraintKind.MAX_ONLINE,
            ConstraintKind.PRECEDENCE,
            ConstraintKind.SERIALIZE,
            ConstraintKind.SEQ);

    private final SeededStream random;
    private final List<String> vms;
    private final List<String> hosts;

    RandomConstraints(SeededStream random, SimulatedFleet fleet) {
        this.random = random;
        this.vms = fleet.vms().stream().map(SimulatedFleet.Vm::vmId).toList();
        this.hosts = fleet.hosts().stream().map(SimulatedFleet.Host::hostId).toList();
    }

    /** A script of 1 to 4 constraints; none where there are too few VMs. */
    List<StatedConstraint> script() {
        List<StatedConstraint> constraints = new ArrayList<>();
        int many = 1 + random.nextInt(4);
        for (int i = 0; vms.size() > 3 && i < many; i++) {
            constraints.add(one(KINDS.get(random.nextInt(KINDS.size()))));
        }
        return constraints;
    }

    private StatedConstraint one(ConstraintKind kind) {
        return switch (kind) {
            case SPREAD, GATHER, LONELY ->
                stated(kind, either(), List.of(some(vms, 2 + random.nextInt(2))), List.of(), 0);
            case BAN, FENCE ->
                stated(
                        kind,
                        either(),
                        List.of(some(vms, 1 + random.nextInt(3))),
                        List.of(some(hosts, 1 + random.nextInt(hosts.size()))),
                        0);
            case SPLIT, PRECEDENCE ->
                stated(kind, kind == ConstraintKind.PRECEDENCE || either(), halves(some(vms, 4)), List.of(), 0);
            case ROOT, SERIALIZE, SEQ -> stated(kind, true, List.of(some(vms, 2)), List.of(), 0);
            case QUARANTINE -> stated(kind, true, List.of(), List.of(some(hosts, 1)), 0);
            case AMONG -> stated(kind, either(), List.of(some(vms, 2)), halves(some(hosts, hosts.size())), 0);
            case RUNNING_CAPACITY ->
                stated(
                        kind,
                        either(),
                        List.of(),
                        List.of(some(hosts, 1 + random.nextInt(hosts.size()))),
                        1 + random.nextInt(vms.size()));
            case MAX_ONLINE ->
                stated(kind, either(), List.of(), List.of(some(hosts, hosts.size())), 1 + random.nextInt(hosts.size()));
            default -> throw new IllegalArgumentException(kind + " is none that is drawn here");
        };
    }

    private static StatedConstraint stated(
            ConstraintKind kind, boolean continuous, List<List<String>> vms, List<List<String>> hosts, long amount) {
        return new StatedConstraint(kind, continuous, vms, hosts, ConstraintResource.NONE, amount);
    }

    private boolean either() {
        return random.nextInt(2) == 0;
    }

    /** So many different ones, or all there are. */
    private List<String> some(List<String> of, int many) {
        List<String> left = new ArrayList<>(of);
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < many && !left.isEmpty()) {
            chosen.add(left.remove(random.nextInt(left.size())));
        }
        return chosen;
    }

    private static List<List<String>> halves(List<String> all) {
        int half = (all.size() + 1) / 2;
        return List.of(all.subList(0, half), all.subList(half, all.size()));
    }
}
