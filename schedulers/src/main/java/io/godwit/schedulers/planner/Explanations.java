package io.godwit.schedulers.planner;

import io.godwit.schedulers.planner.Answer.Plan;
import io.godwit.schedulers.planner.Answer.Rejected;
import io.godwit.schedulers.planner.Board.Step;
import io.godwit.schemas.units.ByteSize;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** Why these moves and not others, in a few words with numbers, for people. */
final class Explanations {
    private final Board board;
    private final List<Step> steps;

    Explanations(Board board, List<Step> steps) {
        this.board = board;
        this.steps = steps;
    }

    String whyStep(int index) {
        Step step = steps.get(index);
        int source = step.source();
        boolean comesBack = IntStream.range(index + 1, steps.size())
                .anyMatch(i -> steps.get(i).vm() == step.vm());
        if (board.overloaded[source] && step.source() == board.home[step.vm()]) {
            return "relieves " + board.hostName(source) + " " + relief(index);
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
                .filter(i -> steps.get(i).target() == source)
                .mapToObj(i -> "makes room on " + board.hostName(source) + " for "
                        + board.vmId(steps.get(i).vm()))
                .findFirst()
                .orElse("leaves " + board.hostName(source));
    }

    /** The source's load before and after this step, of the resource that it has too little of. */
    private String relief(int index) {
        int host = steps.get(index).source();
        long cpuBefore = board.cpuAtStart[host];
        long memoryBefore = board.memoryAtStart[host];
        for (Step step : steps.subList(0, index)) {
            int vm = step.vm();
            cpuBefore += step.target() == host ? board.cpu[vm] : step.source() == host ? -board.cpu[vm] : 0;
            memoryBefore += step.target() == host ? board.memory[vm] : step.source() == host ? -board.memory[vm] : 0;
        }
        int vm = steps.get(index).vm();
        return board.cpuAtStart[host] > board.cpuLimit[host]
                ? "(" + cpuBefore + " → " + (cpuBefore - board.cpu[vm]) + " of " + board.cpuCapacity[host] + " mc)"
                : "(" + new ByteSize(memoryBefore) + " → " + new ByteSize(memoryBefore - board.memory[vm]) + " of "
                        + new ByteSize(board.memoryCapacity[host]) + ")";
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
        if (!board.movable[vm]) {
            return board.problem.vms().get(vm).staysBecause().orElseThrow();
        }
        boolean anywhere = false;
        boolean cpuFits = false;
        boolean bothFit = false;
        for (int target = 0; target < board.hosts; target++) {
            if (target != host && board.mayMoveTo(vm, target)) {
                boolean cpu = board.cpuAtStart[target] + board.cpu[vm] <= board.cpuFill[target];
                boolean memory = board.memoryAtStart[target] + board.memory[vm] <= board.memoryCapacity[target];
                anywhere = true;
                cpuFits |= cpu;
                bothFit |= cpu && memory;
            }
        }
        if (!anywhere) {
            return "may move to none of these hosts";
        }
        if (!cpuFits) {
            return "no host has " + board.cpu[vm] + " mc free";
        }
        if (!bothFit) {
            return "no host with " + board.cpu[vm] + " mc free has " + new ByteSize(board.memory[vm])
                    + " of memory free";
        }
        long excess = board.cpuAtStart[host] - board.cpuLimit[host];
        if (board.cpu[vm] < excess) {
            return "gives back " + board.cpu[vm] + " of the " + excess + " mc needed";
        }
        long memoryExcess = board.memoryAtStart[host] - board.memoryCapacity[host];
        if (board.memory[vm] < memoryExcess) {
            return "gives back " + new ByteSize(board.memory[vm]) + " of the " + new ByteSize(memoryExcess)
                    + " of memory needed";
        }
        return seconds(board.fastestMillis(vm)) + " s to move";
    }

    /** One decimal below 10 s, whole seconds above. */
    private static String seconds(long millis) {
        return millis < 9_950
                ? String.format(Locale.ROOT, "%.1f", millis / 1000.0)
                : String.valueOf((millis + 500) / 1000);
    }
}
