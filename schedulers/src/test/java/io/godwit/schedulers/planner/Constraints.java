package io.godwit.schedulers.planner;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.planner.PlacementProblem.Host;
import io.godwit.schedulers.planner.PlacementProblem.Vm;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random constraints of every kind on a problem's own VMs and hosts. */
final class Constraints {
    private static final int KINDS_OF_PLACES = 17;
    private static final int KINDS_OF_ORDERS = 3;
    private static final int KINDS_OF_TIME = 2;

    private final RandomGenerator random;
    private final List<String> vms;
    private final List<String> hosts;
    private final PlacementProblem problem;

    private Constraints(PlacementProblem problem, RandomGenerator random) {
        this.problem = problem;
        this.random = random;
        vms = problem.vms().stream().map(Vm::vmId).toList();
        hosts = problem.hosts().stream().map(Host::hostId).toList();
    }

    /**
     * The problem with one to three constraints.
     *
     * @param timed whether some are about when moves begin and end
     * @param spanning whether some name VMs and hosts that the problem does not have
     */
    static PlacementProblem on(PlacementProblem problem, RandomGenerator random, boolean timed, boolean spanning) {
        Constraints constraints = new Constraints(problem, random);
        List<Constraint> all = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int kinds = KINDS_OF_PLACES + KINDS_OF_ORDERS + (timed ? KINDS_OF_TIME : 0);
            all.add(constraints.one(random.nextInt(kinds), spanning && random.nextBoolean()));
        }
        return new PlacementProblem(
                problem.subjectHostId(), problem.hosts(), problem.vms(), problem.bans(), all, problem.limits());
    }

    private Constraint one(int kind, boolean spanning) {
        When when = random.nextBoolean() ? When.DISCRETE : When.CONTINUOUS;
        List<String> some = with(spanning, "x", some(vms, 2 + random.nextInt(2)));
        List<String> places = with(spanning, "y", some(hosts, 1 + random.nextInt(2)));
        return switch (kind) {
            case 0, 1 -> new Constraint.Spread(some, when);
            case 2 -> new Constraint.Gather(some, when);
            case 3 -> new Constraint.Fence(some(vms, 1 + random.nextInt(2)), some(hosts, hosts.size() - 1), when);
            case 4 -> new Constraint.Ban(some(vms, 1 + random.nextInt(2)), some(hosts, 1), when);
            case 5 -> new Constraint.Among(some, groups(), when);
            case 6 -> new Constraint.Split(sets(spanning), when);
            case 7 -> new Constraint.SplitAmong(sets(spanning), groups(), when);
            case 8 -> new Constraint.Lonely(some(vms, 1), when);
            case 9 -> new Constraint.Root(some(vms, 1));
            case 10 -> new Constraint.Quarantine(some(hosts, 1));
            case 11 -> new Constraint.Preserve(some(vms, 1), Resource.CPU, 100L * (1 + random.nextInt(9)));
            case 12 -> new Constraint.Overbook(places, Resource.CPU, 800 + 100 * random.nextInt(7), when);
            case 13 -> {
                long capacity = problem.hosts().getFirst().cpuMillicores();
                yield new Constraint.ResourceCapacity(
                        places, Resource.CPU, capacity * (50 + random.nextInt(150)) / 100, when);
            }
            case 14 -> new Constraint.RunningCapacity(places, 1 + random.nextInt(4), when);
            case 15 -> new Constraint.MaxOnline(with(spanning, "y", hosts), hosts.size() - 1, when);
            case 16 -> new Constraint.Offline(some(hosts, 1));
            case 17 -> new Constraint.Seq(some);
            case 18 -> new Constraint.Precedence(List.of(some.getFirst()), some.subList(1, some.size()));
            case 19 -> new Constraint.Serialize(some);
            case 20 -> new Constraint.Sync(some);
            default -> new Constraint.Deadline(some, 1_000L * (1 + random.nextInt(60)));
        };
    }

    /** Each host in one group. */
    private List<List<String>> groups() {
        int cut = 1 + random.nextInt(hosts.size() - 1);
        return List.of(hosts.subList(0, cut), hosts.subList(cut, hosts.size()));
    }

    private List<List<String>> sets(boolean spanning) {
        List<String> some = some(vms, Math.min(vms.size(), 3));
        return List.of(some.subList(0, 1), with(spanning, "x", some.subList(1, some.size())));
    }

    private static List<String> with(boolean spanning, String other, List<String> ids) {
        List<String> all = new ArrayList<>(ids);
        if (spanning) {
            all.add(other);
        }
        return all;
    }

    private List<String> some(List<String> ids, int count) {
        List<String> left = new ArrayList<>(ids);
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < count && !left.isEmpty()) {
            chosen.add(left.remove(random.nextInt(left.size())));
        }
        return chosen;
    }
}
