package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Rejected;
import io.godwit.schedulers.planner.Board.Step;
import io.godwit.schemas.units.ByteSize;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Why these moves and not others, in a few words with numbers, for people. */
final class Explanations {
    private static final List<String> NAMES = List.of("CPU", "memory", "network", "disk");

    private static final String NOWHERE = "may move to none of these hosts";

    private final Board board;
    private final List<Step> steps;

    Explanations(Board board, List<Step> steps) {
        this.board = board;
        this.steps = steps;
    }

    String whyStep(int index) {
        Step step = steps.get(index);
        int source = step.source();
        if (step.action() == Action.RESUME) {
            return "goes on, as " + board.hostName(source) + " has CPU for it now";
        }
        String why = whyMove(index);
        return step.action() == Action.MOVE_PAUSED
                ? why + "; is paused there, as " + board.hostName(step.target()) + " has no CPU for it yet"
                : why;
    }

    private String whyMove(int index) {
        Step step = steps.get(index);
        int source = step.source();
        boolean comesBack = IntStream.range(index + 1, steps.size())
                .anyMatch(i -> steps.get(i).vm() == step.vm() && steps.get(i).action() != Action.RESUME);
        if (board.overloaded[source] && source == board.home[step.vm()]) {
            return "relieves " + board.hostName(source) + " " + relief(index) + passedBy(step);
        }
        if (step.source() != board.home[step.vm()]) {
            return "goes on from " + board.hostName(source) + ", where it waited for room on "
                    + board.hostName(step.target());
        }
        if (comesBack) {
            return "steps aside to " + board.hostName(step.target()) + ", as " + board.hostName(source)
                    + " and others are full";
        }
        return IntStream.range(index + 1, steps.size())
                .filter(i -> steps.get(i).target() == source && steps.get(i).action() != Action.RESUME)
                .mapToObj(i -> "makes room on " + board.hostName(source) + " for "
                        + board.vmId(steps.get(i).vm()))
                .findFirst()
                .or(() -> board.rules.brokenBy(step.vm()).map(text -> "for " + text))
                .orElse("leaves " + board.hostName(source));
    }

    /** The source's load before and after this step, of the first resource that it has too little of. */
    private String relief(int index) {
        int host = steps.get(index).source();
        int vm = steps.get(index).vm();
        int resource = lacking(host);
        long before = board.atStart[resource][host];
        for (Step step : steps.subList(0, index)) {
            long size = board.use[resource][step.vm()];
            boolean leaves = step.source() == host && step.action() != Action.RESUME;
            boolean asks = step.target() == host
                    && (resource == Board.CPU ? step.action() != Action.MOVE_PAUSED : step.action() != Action.RESUME);
            before += asks ? size : leaves ? -size : 0;
        }
        long after = before - board.use[resource][vm];
        long capacity = board.capacity[resource][host];
        return resource == Board.CPU
                ? "(" + before + " → " + after + " of " + capacity + " mc)"
                : "(" + amount(resource, before) + " → " + amount(resource, after) + " of " + amount(resource, capacity)
                        + ")";
    }

    /** A host that would have been the better target, and the constraint that keeps the VM from it; empty if there is none. */
    private String passedBy(Step step) {
        for (int host = 0; host < board.hosts; host++) {
            if (host != step.source() && hasRoom(step.vm(), host) && isBetter(host, step)) {
                Optional<String> constraint = board.rules.barredBy(board.home, step.vm(), host);
                if (constraint.isPresent()) {
                    return ", not to " + board.hostName(host) + ", from which " + constraint.get() + " keeps it";
                }
            }
        }
        return "";
    }

    private boolean isBetter(int host, Step step) {
        int faster = Long.compare(
                board.millis(step.vm(), step.source(), host), board.millis(step.vm(), step.source(), step.target()));
        return faster < 0 || (faster == 0 && spare(host) > spare(step.target()));
    }

    private long spare(int host) {
        return board.fillLimit[Board.CPU][host] - board.atStart[Board.CPU][host];
    }

    private int lacking(int host) {
        for (int resource : board.limited) {
            if (board.atStart[resource][host] > board.endLimit[resource][host]) {
                return resource;
            }
        }
        return Board.CPU;
    }

    private static String amount(int resource, long amount) {
        if (resource == Board.CPU) {
            return amount + " mc";
        }
        return new ByteSize(amount) + (resource == Board.MEMORY ? "" : "/s");
    }

    /** VMs of the host that asked which stay, cheapest move first. */
    List<Rejected> rejected() {
        int asking = IntStream.range(0, board.hosts)
                .filter(host -> board.problem.hosts().get(host).hostId().equals(board.problem.subjectHostId()))
                .findFirst()
                .orElseThrow();
        Set<Integer> moving = new HashSet<>();
        steps.forEach(step -> moving.add(step.vm()));
        return IntStream.range(0, board.vms)
                .filter(vm -> board.home[vm] == asking && !moving.contains(vm))
                .boxed()
                .sorted(Comparator.comparingLong(board::fastestMillis).thenComparing(Comparator.naturalOrder()))
                .limit(Plan.REJECTED_MAX)
                .map(vm -> new Rejected(board.vmId(vm), whyNot(vm, asking)))
                .toList();
    }

    private String whyNot(int vm, int host) {
        if (!board.movable(vm)) {
            return board.stays[vm];
        }
        String lacks = whatTargetsLack(vm, host);
        if (lacks.isEmpty()) {
            return whyOthersWereBetter(vm, host);
        }
        return IntStream.range(0, board.hosts)
                .filter(target -> target != host && hasRoom(vm, target))
                .mapToObj(target -> board.rules
                        .barredBy(board.home, vm, target)
                        .map(constraint -> constraint + " keeps it from " + board.hostName(target)))
                .flatMap(Optional::stream)
                .findFirst()
                .map(kept -> lacks.equals(NOWHERE) ? kept : lacks + ", and " + kept)
                .orElse(lacks);
    }

    /** Empty if there is room for it on a host where it may be. */
    private String whatTargetsLack(int vm, int host) {
        boolean anywhere = false;
        boolean cpuFits = false;
        boolean memoryFits = false;
        boolean allFit = false;
        for (int target = 0; target < board.hosts; target++) {
            if (target != host && board.mayEndOn(vm, target) && board.rules.letIn(board.home, vm, target)) {
                anywhere = true;
                boolean cpu = has(Board.CPU, vm, target);
                cpuFits |= cpu;
                memoryFits |= cpu && has(Board.MEMORY, vm, target);
                allFit |= hasRoom(vm, target);
            }
        }
        if (!anywhere) {
            return NOWHERE;
        }
        long cpu = board.use[Board.CPU][vm];
        if (!cpuFits) {
            return "no host has " + cpu + " mc free";
        }
        if (!memoryFits) {
            return "no host with " + cpu + " mc free has " + new ByteSize(board.use[Board.MEMORY][vm])
                    + " of memory free";
        }
        return allFit ? "" : "no host with CPU and memory free has network and disk free";
    }

    private String whyOthersWereBetter(int vm, int host) {
        for (int resource : board.limited) {
            long excess = board.atStart[resource][host] - board.endLimit[resource][host];
            long gives = board.use[resource][vm];
            if (gives < excess) {
                return "gives back " + (resource == Board.CPU ? gives : amount(resource, gives)) + " of the "
                        + amount(resource, excess)
                        + (resource == Board.CPU ? "" : " of " + NAMES.get(resource)) + " needed";
            }
        }
        return seconds(board.fastestMillis(vm)) + " s to move";
    }

    private boolean hasRoom(int vm, int target) {
        return board.fits(vm, target, board.atStart, board.fillLimit);
    }

    private boolean has(int resource, int vm, int target) {
        return board.atStart[resource][target] + board.use[resource][vm] <= board.fillLimit[resource][target];
    }

    /** One decimal below 10 s, whole seconds above. */
    private static String seconds(long millis) {
        return millis < 9_950
                ? String.format(Locale.ROOT, "%.1f", millis / 1000.0)
                : String.valueOf((millis + 500) / 1000);
    }
}
