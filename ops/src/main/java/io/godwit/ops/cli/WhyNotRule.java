package io.godwit.ops.cli;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Rules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Why a rule detected nothing at a moment, on one host or on any: it was silent, has said it before, or its levels were missed. */
final class WhyNotRule {
    /** So many hosts are told, those that were the nearest to a level. */
    private static final int HOSTS_TOLD = 3;

    private static final Duration CRASH_PERIODS_LEAST = Duration.ofSeconds(10);
    private static final Duration CRASH_PERIODS_MOST = Duration.ofSeconds(90);
    private static final int CRASH_PERIODS = 3;

    /** Those first that have been silent for longest. */
    private static final Comparator<Host> BY_SAMPLE =
            Comparator.comparing(host -> host.sample().orElseThrow().at());

    private final Log log;
    private final RegionState state;
    private final StateRows rows;
    private final Instant at;
    private final OperatorsConfig operators;

    WhyNotRule(Log log, RegionState state, StateRows rows, Instant at, OperatorsConfig operators) {
        this.operators = operators;
        this.log = log;
        this.state = state;
        this.rows = rows;
        this.at = at;
    }

    /** Whether the version of a built-in rule that is live is the one whose levels this build knows. */
    static boolean liveBuiltIn(RegionState state, String rule) {
        return state.rules().live().stream()
                .map(version -> RuleVersion.of(version.deployed()))
                .anyMatch(version -> version.name().equals(rule) && BuiltInRules.isOurs(version));
    }

    List<Weighed> of(String rule, Optional<Host> host) {
        List<Rules.Version> versions = state.rules().all().stream()
                .filter(version -> version.deployed().getRule().equals(rule))
                .toList();
        if (versions.isEmpty()) {
            throw new Failed("there was no rule " + rule + " at " + rows.time(at) + "; see: godwit rule list");
        }
        Rules.Version newest = versions.getLast();
        List<Weighed> weighed = new ArrayList<>();
        addLife(weighed, newest);
        addActive(weighed, newest.deployed(), host);
        addFired(weighed, rule, host);
        if (newest.retired().isEmpty()) {
            if (newest.deployed().getBuiltIn()) {
                addLevels(weighed, rule, host);
            } else {
                addDrawn(weighed, newest.deployed(), host);
            }
        }
        return weighed;
    }

    private void addLife(List<Weighed> weighed, Rules.Version newest) {
        RuleDeployed deployed = newest.deployed();
        weighed.add(newest.retired()
                .map(retired -> Weighed.of(
                        Weighed.Bearing.HELD_BACK,
                        "rule",
                        "v%d was retired by %s: %s"
                                .formatted(retired.getVersion(), retired.getAuthor(), retired.getReason())))
                .orElseGet(() -> Weighed.of(
                        Weighed.Bearing.CLEAR,
                        "rule",
                        "v%d is live, deployed %s by %s: %s"
                                .formatted(
                                        deployed.getVersion(),
                                        rows.time(newest.at()),
                                        deployed.getAuthor(),
                                        deployed.getReason()))));
    }

    /** A version takes effect in a segment when its owner says so. */
    private void addActive(List<Weighed> weighed, RuleDeployed deployed, Optional<Host> host) {
        List<Integer> silent = IntStream.range(0, state.segments())
                .filter(segment -> host.isEmpty() || host.get().segment() == segment)
                .filter(segment -> Optional.ofNullable(
                                state.detections().activeIn(segment).get(deployed.getRule()))
                        .filter(active -> active.getVersion() == deployed.getVersion())
                        .isEmpty())
                .boxed()
                .toList();
        if (!silent.isEmpty()) {
            weighed.add(Weighed.of(
                    Weighed.Bearing.HELD_BACK,
                    "activation",
                    "v%d was not active in segment %s"
                            .formatted(
                                    deployed.getVersion(),
                                    String.join(
                                            ", ",
                                            silent.stream()
                                                    .map(Object::toString)
                                                    .toList()))));
        }
    }

    private void addFired(List<Weighed> weighed, String rule, Optional<Host> host) {
        List<Detections.Detection> fired = state.detections().all().stream()
                .filter(detection -> detection.began().getRule().equals(rule))
                .filter(detection -> host.isEmpty()
                        || detection.began().getHostId().equals(host.get().id()))
                .toList();
        fired.stream()
                .filter(Detections.Detection::open)
                .forEach(open -> weighed.add(Weighed.at(
                        Weighed.Bearing.UNDER_WAY,
                        "detection",
                        "%s is open on %s since %s; it is not said anew before it has ended"
                                .formatted(
                                        open.id(),
                                        rows.hostName(open.began().getHostId()),
                                        rows.time(open.began().getSince())),
                        open.position())));
        weighed.add(
                fired.isEmpty()
                        ? Weighed.of(Weighed.Bearing.CLEAR, "detection", "it had never detected anything there")
                        : Weighed.at(
                                Weighed.Bearing.CLEAR,
                                "detection",
                                "it fired last %s before, on %s: %s"
                                        .formatted(
                                                StateRows.seconds(Duration.between(
                                                        fired.getLast().began().getSince(), at)),
                                                rows.hostName(
                                                        fired.getLast().began().getHostId()),
                                                rows.detection(fired.getLast()).get("measured")),
                                fired.getLast().position()));
    }

    private void addLevels(List<Weighed> weighed, String rule, Optional<Host> host) {
        if (!liveBuiltIn(state, rule)) {
            weighed.add(Weighed.of(
                    Weighed.Bearing.CLEAR, "levels", "this build has another text of the rule, so they are not told"));
            return;
        }
        switch (rule) {
            case "overload", "underload" -> quiet(rule, host, byLoad(rule)).forEach(one -> addLoad(weighed, rule, one));
            case "host-crash" -> quiet(rule, host, BY_SAMPLE).forEach(one -> addSilence(weighed, one));
            case "vm-crash" -> addFailures(weighed, host);
            default -> {} // a later build's
        }
    }

    /** That host, or the first few in an order, without those on which the rule has a detection open. */
    private List<Host> quiet(String rule, Optional<Host> host, Comparator<Host> order) {
        Set<String> open = state.detections().open().stream()
                .filter(detection -> detection.began().getRule().equals(rule))
                .map(detection -> detection.began().getHostId())
                .collect(Collectors.toSet());
        return host.map(Stream::of)
                .orElseGet(() -> state.hosts().stream()
                        .filter(one -> one.sample().isPresent())
                        .sorted(order))
                .filter(one -> !open.contains(one.id()))
                .limit(HOSTS_TOLD)
                .toList();
    }

    /** Those first that were asked for the most, or for underload the least. */
    private static Comparator<Host> byLoad(String rule) {
        Comparator<Host> byLoad = Comparator.comparingDouble(one ->
                (double) one.sample().orElseThrow().cpuDemandMillicores() / Math.max(1, one.cpuCapacityMillicores()));
        return rule.equals("overload") ? byLoad.reversed() : byLoad;
    }

    private void addLoad(List<Weighed> weighed, String rule, Host host) {
        List<BuiltInLevels.Gap> gaps = BuiltInLevels.gaps(HostMinute.before(log, host, at)).stream()
                .filter(gap -> gap.rule().equals(rule))
                .toList();
        if (gaps.isEmpty()) {
            weighed.add(noSample(host));
        }
        gaps.forEach(
                gap -> weighed.add(Weighed.of(Weighed.Bearing.MISSED, "levels", host.label() + ": " + gap.says())));
    }

    private static Weighed noSample(Host host) {
        return Weighed.of(
                Weighed.Bearing.HELD_BACK, "quality", host.label() + ": no sample of it in the minute before");
    }

    private void addSilence(List<Weighed> weighed, Host host) {
        if (host.sample().isEmpty()) {
            weighed.add(noSample(host));
            return;
        }
        Host.Sample sample = host.sample().get();
        Duration needed = sample.period().multipliedBy(CRASH_PERIODS);
        needed = needed.compareTo(CRASH_PERIODS_LEAST) < 0 ? CRASH_PERIODS_LEAST : needed;
        needed = needed.compareTo(CRASH_PERIODS_MOST) > 0 ? CRASH_PERIODS_MOST : needed;
        weighed.add(Weighed.at(
                Weighed.Bearing.MISSED,
                "levels",
                "%s: sampled %s before; silent for %s of watched time, and no answer to a second machine, would count"
                        .formatted(
                                host.label(),
                                StateRows.seconds(Duration.between(sample.at(), at)),
                                StateRows.seconds(needed)),
                sample.position()));
    }

    private void addFailures(List<Weighed> weighed, Optional<Host> host) {
        List<String> failed = host.map(List::of).orElseGet(state::hosts).stream()
                .flatMap(one -> HostMinute.before(log, one, at).failedVms().stream())
                .map(rows::vmName)
                .toList();
        weighed.add(Weighed.of(
                Weighed.Bearing.MISSED,
                "levels",
                failed.isEmpty()
                        ? "no VM was reported as failed or crashed in the minute before"
                        : "reported as failed or crashed in the minute before: " + String.join(", ", failed)
                                + "; one that arrives by a migration then is not called a crash"));
    }

    /** What an operator's rule draws from its look-back, since nothing tells how near it came. */
    private void addDrawn(List<Weighed> weighed, RuleDeployed deployed, Optional<Host> host) {
        try (Admissions admissions = new Admissions(operators, () -> {})) {
            switch (admissions.await(RuleVersion.of(deployed))) {
                case Admission.Admitted(CompiledRule rule) -> addDrawn(weighed, rule, deployed, host);
                case Admission.Refused(int line, int column, String message) ->
                    weighed.add(Weighed.of(
                            Weighed.Bearing.HELD_BACK,
                            "admission",
                            "this build refuses it: line %d, column %d: %s".formatted(line, column, message)));
                case Admission.TooMuch(String reason) ->
                    weighed.add(Weighed.of(Weighed.Bearing.HELD_BACK, "admission", reason));
            }
        } catch (OperatorsGone gone) {
            throw new Failed(gone.getMessage(), gone);
        }
    }

    private void addDrawn(List<Weighed> weighed, CompiledRule rule, RuleDeployed deployed, Optional<Host> host) {
        Duration lookBack = Duration.ofSeconds(deployed.getLookBackSeconds());
        List<Drawn> drawn = new ArrayList<>();
        long observations = 0;
        try (OperatorsProcess process = new OperatorsProcess(operators, () -> {})) {
            for (int segment = 0; segment < state.segments(); segment++) {
                if (host.isEmpty() || host.get().segment() == segment) {
                    Backtest.Result result = Backtest.run(
                            log, segment, rule, Optional.empty(), at.minus(lookBack), at.plusMillis(1), process);
                    observations += result.observations();
                    drawn.addAll(result.drawn());
                    result.quarantined()
                            .forEach(stopped -> weighed.add(Weighed.of(Weighed.Bearing.HELD_BACK, "budget", stopped)));
                }
            }
        }
        long there = drawn.stream()
                .filter(one -> host.isEmpty() || one.hostId().equals(host.get().id()))
                .count();
        weighed.add(Weighed.of(
                there == 0 ? Weighed.Bearing.MISSED : Weighed.Bearing.CLEAR,
                "look-back",
                "drawn again over %s, its look-back, from %d observations, it detects %d times on %d hosts%s"
                        .formatted(
                                StateRows.seconds(lookBack),
                                observations,
                                drawn.size(),
                                drawn.stream().map(Drawn::hostId).distinct().count(),
                                host.map(one -> ", %d of them on %s".formatted(there, one.label()))
                                        .orElse(""))));
    }
}
