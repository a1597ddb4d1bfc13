package io.godwit.ittests.lab;

import io.godwit.ittests.kills.LogWatch;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/**
 * Two real hosts, a broker and an executor process, on which one party after the other is killed in the middle of a move; and
 * what is to be said of each case.
 */
final class KillBench implements AutoCloseable {
    private static final String VM = LabPair.VM;
    private static final int HOSTS = 2;
    private static final int SEGMENT = 0;
    private static final long MEBIBYTE = 1 << 20;

    /** About 5 s for a guest of the lab. */
    private static final long BYTES_PER_SECOND = 16 * MEBIBYTE;

    /** So that the last pass lasts as long as this: about a second and a half with the VM stopped. */
    private static final String DOWNTIME_MILLIS = "1500";

    private static final String POST_COPY_MEBIBYTES = "6";

    /** Longer than libvirt's keepalive between the lab's hosts, which is 8 s, and than the executor's patience with a look. */
    private static final Duration AWAY = Duration.ofSeconds(14);

    private static final Duration BRIEF = Duration.ofSeconds(2);
    private static final int ATTEMPTS = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long TICKS_MIN = 2;

    private final LabPair region;
    private final Lab lab;
    private final LogWatch log;
    private final Path definition;
    private final Witness witness;
    private int commands;

    private KillBench(LabPair region, Path folder) throws IOException {
        this.region = region;
        this.lab = region.lab();
        this.log = region.log();
        this.definition = folder.resolve("vm.xml");
        Files.writeString(definition, lab.run("virsh", "1", "dumpxml", "--inactive", VM));
        this.witness = new Witness(lab, HOSTS, region.vmId());
    }

    static KillBench start(Path folder) throws IOException {
        return new KillBench(LabPair.start(folder, KillBench.class), folder);
    }

    /**
     * What came of a case.
     *
     * @param outcome the one final outcome in words
     * @param end how source and target hold the VM at last
     * @param doubled longest time for which both ran it
     * @param faults what must not be; empty where all holds
     */
    record Verdict(KillCase tried, String outcome, String end, Duration doubled, Duration took, List<String> faults) {
        boolean holds() {
            return faults.isEmpty();
        }

        /** As a row of a table in Markdown. */
        String row() {
            return "| %s | %s | %s | %s | %s | %.1f s | %s |"
                    .formatted(
                            KillCase.words(tried.party()),
                            KillCase.words(tried.moment()),
                            tried.move(),
                            outcome,
                            end.toLowerCase(Locale.ROOT),
                            took.toMillis() / 1e3,
                            holds() ? "holds" : "WRONG: " + String.join("; ", faults));
        }
    }

    /** Runs one case from a VM that runs to hosts that are all there again. */
    Verdict run(KillCase tried) throws Exception {
        int source = ready();
        int target = 3 - source;
        long console = lab.console(VM, 0).length();
        witness.begin();
        long began = System.nanoTime();
        int mark = log.mark();
        List<String> faults = new ArrayList<>();
        if (tried.moment() == Moment.BEFORE && tried.party() != Party.BROKER) {
            strike(tried.party(), source, target);
        }
        String id = give(tried, source, target);
        if (tried.moment() != Moment.BEFORE || tried.party() == Party.BROKER) {
            if (!came(tried, source, target)) {
                faults.add("the moment did not come");
            }
            strike(tried.party(), source, target);
        }
        away(tried.party());
        restore(tried.party(), source, target);
        SpecificRecord outcome;
        try {
            outcome = log.await("the end of " + id, mark, seen -> LabPair.isEnd(seen, id))
                    .event();
        } catch (AssertionError never) {
            if (!region.executorLives()) {
                faults.add("the executor ended by itself");
                region.startExecutor();
            }
            faults.add("no final outcome; the hosts have it " + reason(source) + "; " + reason(target));
            String end = "%s, %s".formatted(witness.at(source), witness.at(target));
            return new Verdict(
                    tried, "none", end, witness.longestDouble(), Duration.ofNanos(System.nanoTime() - began), faults);
        }
        boolean settled = witness.await(PATIENCE, this::settled);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        String end = "%s, %s".formatted(witness.at(source), witness.at(target));
        if (!settled) {
            faults.add("a leftover stays: source and target are " + end + " (" + reason(source) + "; " + reason(target)
                    + ")");
        }
        judge(outcome, source, target).ifPresent(faults::add);
        long finals = log.all().filter(seen -> LabPair.isEnd(seen, id)).count();
        if (finals != 1) {
            faults.add(finals + " final outcomes");
        }
        Duration doubled = witness.longestDouble();
        if (!doubled.isZero()) {
            faults.add("ran on both hosts for " + doubled.toMillis() + " ms");
        }
        repeatedTick(lab.console(VM, console)).ifPresent(faults::add);
        return new Verdict(tried, words(outcome), end, doubled, took, faults);
    }

    /**
     * Commands the move, and once more where an executor that had lost a host in the case before has not come back to it yet. One
     * that was over before a copy was seen, as on a loaded machine, is not commanded again: its moment has passed.
     *
     * @return id of the command
     */
    private String give(KillCase tried, int source, int target) throws Exception {
        for (int attempt = 1; ; attempt++) {
            String id = "c-%d-%d".formatted(SEGMENT, ++commands);
            region.give(id, source, target, tried.postCopy(), BYTES_PER_SECOND);
            if (tried.moment() == Moment.BEFORE) {
                return id;
            }
            witness.await(PATIENCE, () -> witness.copiedBytes() > 0 || ended(id));
            if (!ended(id) || moved(id) || attempt == ATTEMPTS) {
                return id;
            }
            witness.await(BRIEF.multipliedBy(2), () -> false);
        }
    }

    private boolean moved(String id) {
        return log.all()
                .anyMatch(seen -> seen.event() instanceof CommandSucceeded event
                        && event.getCommandId().equals(id));
    }

    private boolean ended(String id) {
        return log.all().anyMatch(seen -> LabPair.isEnd(seen, id));
    }

    private boolean came(KillCase tried, int source, int target) throws InterruptedException {
        return switch (tried.moment()) {
            case BEFORE -> true;
            case COPYING -> witness.await(PATIENCE, () -> witness.copiedBytes() > Moment.COPIED_BYTES);
            case SWITCHING -> {
                boolean copies = witness.await(PATIENCE, () -> witness.copiedBytes() > Moment.COPIED_BYTES);
                lab.tried("virsh", Integer.toString(source), "migrate-setmaxdowntime", VM, DOWNTIME_MILLIS);
                yield copies && witness.await(PATIENCE, () -> witness.at(source) == Witness.State.PAUSED);
            }
            case ARRIVED, FOLLOWING -> witness.await(PATIENCE, () -> witness.at(target) == Witness.State.RUNNING);
        };
    }

    private void strike(Party party, int source, int target) throws Exception {
        switch (party) {
            case SOURCE_DAEMON -> kill(source, "libvirtd");
            case TARGET_DAEMON -> kill(target, "libvirtd");
            case SOURCE_QEMU -> kill(source, "guest=" + VM);
            case TARGET_QEMU -> kill(target, "guest=" + VM);
            case EXECUTOR -> region.killExecutor();
            case BROKER -> region.site().killBroker();
            case SOURCE_CABLE -> lab.run("link", Integer.toString(source), "down");
            case TARGET_CABLE -> lab.run("link", Integer.toString(target), "down");
            case SOURCE_HOST -> lab.run("kill-host", Integer.toString(source));
            case TARGET_HOST -> lab.run("kill-host", Integer.toString(target));
            case SOURCE_FROZEN -> signal(source, "STOP");
            case TARGET_FROZEN -> signal(target, "STOP");
        }
    }

    private void kill(int host, String word) {
        List<ProcessHandle> processes = lab.processes(host, word);
        processes.forEach(ProcessHandle::destroyForcibly);
        processes.forEach(process -> process.onExit().join());
    }

    private void signal(int host, String signal) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        lab.processes(host, "").forEach(process -> command.add(Long.toString(process.pid())));
        new ProcessBuilder(command).inheritIO().start().waitFor(10, TimeUnit.SECONDS);
    }

    /** How long the party stays away: long enough for the others to have noticed. */
    private void away(Party party) throws InterruptedException {
        Duration time = switch (party) {
            case SOURCE_CABLE, TARGET_CABLE, SOURCE_FROZEN, TARGET_FROZEN, SOURCE_HOST, TARGET_HOST -> AWAY;
            case SOURCE_DAEMON, TARGET_DAEMON, BROKER -> BRIEF;
            case SOURCE_QEMU, TARGET_QEMU, EXECUTOR -> Duration.ZERO;
        };
        witness.await(time, () -> false);
    }

    private void restore(Party party, int source, int target) throws Exception {
        switch (party) {
            case SOURCE_DAEMON -> lab.run("daemon", Integer.toString(source), "start");
            case TARGET_DAEMON -> lab.run("daemon", Integer.toString(target), "start");
            case SOURCE_QEMU, TARGET_QEMU -> {}
            case EXECUTOR -> region.startExecutor();
            case BROKER -> region.site().restartBroker();
            case SOURCE_CABLE -> lab.run("link", Integer.toString(source), "up");
            case TARGET_CABLE -> lab.run("link", Integer.toString(target), "up");
            case SOURCE_HOST -> lab.run("start-host", Integer.toString(source));
            case TARGET_HOST -> lab.run("start-host", Integer.toString(target));
            case SOURCE_FROZEN -> signal(source, "CONT");
            case TARGET_FROZEN -> signal(target, "CONT");
        }
    }

    /** One host runs it or none does; none has it paused, none has a definition beside another's. */
    private boolean settled() {
        List<Witness.State> states = Stream.of(1, 2).map(witness::at).toList();
        return !states.contains(Witness.State.SILENT)
                && !states.contains(Witness.State.PAUSED)
                && states.stream()
                                .filter(state -> state != Witness.State.ABSENT)
                                .count()
                        <= 1;
    }

    /** Whether the outcome says what the hosts show. */
    private Optional<String> judge(SpecificRecord outcome, int source, int target) {
        Witness.State from = witness.at(source);
        Witness.State to = witness.at(target);
        boolean stayed = from == Witness.State.RUNNING && to == Witness.State.ABSENT;
        boolean dead = from != Witness.State.RUNNING && to != Witness.State.RUNNING;
        boolean holds = switch (outcome) {
            case CommandSucceeded _ -> from == Witness.State.ABSENT && to == Witness.State.RUNNING;
            case CommandFailed failed
            when failed.getReason().equals("vm-gone") ->
                dead
                        && (failed.getSeenOn().isEmpty()
                                || (from == Witness.State.OFF && region.hostOf(failed.getSeenOn()) == source)
                                || (to == Witness.State.OFF && region.hostOf(failed.getSeenOn()) == target));
            case CommandFailed failed when region.hostOf(failed.getSeenOn()) == source -> stayed;
            case CommandFailed failed
            when region.hostOf(failed.getSeenOn()) == target ->
                from == Witness.State.ABSENT && to == Witness.State.RUNNING;
            case CommandFailed failed -> dead || failed.getReason().endsWith("-lost");
            case CommandRefused _ -> stayed || dead;
            case CommandAborted _ -> stayed;
            default -> false;
        };
        return holds ? Optional.empty() : Optional.of("the outcome is not what the hosts show: " + from + ", " + to);
    }

    /** A guest that ran twice from the same moment on counts a second twice, as both copies write the same console. */
    private static Optional<String> repeatedTick(String console) {
        long last = -1;
        for (String line : console.lines().toList()) {
            if (line.strip().matches("TICK \\d+")) {
                long tick = Long.parseLong(line.strip().substring(5));
                if (tick <= last) {
                    return Optional.of("the guest counted " + tick + " after " + last);
                }
                last = tick;
            }
        }
        return Optional.empty();
    }

    /** Makes everything whole; the VM runs on one host then, whose number comes back. */
    private int ready() throws Exception {
        for (int host = 1; host <= HOSTS; host++) {
            lab.run("start-host", Integer.toString(host));
            lab.run("link", Integer.toString(host), "up");
        }
        if (!witness.await(
                PATIENCE, () -> Stream.of(1, 2).noneMatch(host -> witness.at(host) == Witness.State.SILENT))) {
            throw new AssertionError("a host of the lab does not answer");
        }
        boolean runs = settled() && Stream.of(1, 2).anyMatch(host -> witness.at(host) == Witness.State.RUNNING);
        if (!runs) {
            for (String host : List.of("1", "2")) { // libvirt 9.0 may hold a domain of a broken post-copy until it ends
                kill(Integer.parseInt(host), "libvirtd");
                lab.run("daemon", host, "start");
            }
            for (String host : List.of("1", "2")) {
                lab.tried("virsh", host, "destroy", VM);
                lab.tried("virsh", host, "undefine", VM);
            }
            lab.run("virsh", "1", "define", definition.toString());
            lab.run("virsh", "1", "start", VM);
            witness.await(PATIENCE, () -> witness.at(1) == Witness.State.RUNNING);
        }
        int source = witness.at(1) == Witness.State.RUNNING ? 1 : 2;
        long console = runs ? 0 : lab.console(VM, 0).length();
        boolean lives = witness.await(PATIENCE, () -> {
            String said = lab.console(VM, Math.max(0, runs ? 0 : console - 64));
            return said.lines().filter(line -> line.startsWith("TICK ")).count() >= TICKS_MIN;
        });
        if (!lives) {
            throw new AssertionError("the guest does not count");
        }
        lab.tried("virsh", Integer.toString(source), "migrate-setspeed", VM, POST_COPY_MEBIBYTES, "--postcopy");
        return source;
    }

    private String reason(int host) {
        return lab.tried("virsh", Integer.toString(host), "domstate", "--reason", VM)
                .orElse("absent");
    }

    private String words(SpecificRecord outcome) {
        return switch (outcome) {
            case CommandSucceeded _ -> "succeeded";
            case CommandFailed failed ->
                "failed: %s, %s%s"
                        .formatted(
                                failed.getReason(),
                                failed.getDetail().lines().findFirst().orElse(""),
                                seenOn(failed));
            case CommandRefused refused -> "refused: " + refused.getReason() + ", " + refused.getDetail();
            case CommandAborted aborted -> "aborted: " + aborted.getDetail();
            default -> outcome.toString();
        };
    }

    private String seenOn(CommandFailed failed) {
        int host = region.hostOf(failed.getSeenOn());
        return host == 0 ? " [seen nowhere]" : " [seen on h" + host + "]";
    }

    @Override
    public void close() {
        witness.close();
        region.close();
    }
}
