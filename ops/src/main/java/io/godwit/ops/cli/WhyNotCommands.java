package io.godwit.ops.cli;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.Vm;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit why-not …}: what was nearest to happening, and what held it back. */
@Command(
        name = "why-not",
        description = "Why nothing happened: what was nearest to happening, and what held it back.",
        subcommands = {WhyNotCommands.OfVm.class, WhyNotCommands.OfHost.class, WhyNotCommands.OfRule.class})
public final class WhyNotCommands {
    /** What the three have in common: a state of a moment, and a list of what was weighed. */
    abstract static class Asked extends AskState implements Runnable {
        @Override
        public final void run() {
            try (Log log = common.log()) {
                RegionState state = state(log);
                Instant moment = moment().orElseGet(state::newest);
                seek(new Sought(log, moment(), state), state);
                StateRows rows = new StateRows(state, ZoneId.systemDefault());
                print(subject(state) + " at " + rows.time(moment), weighed(log, state, rows, moment));
            }
        }

        /** Migrations of the last hour are there for the budgets. */
        @Override
        final RegionState state(Log log) {
            Instant hourAgo = moment().orElseGet(() -> common.present(log)).minus(Duration.ofHours(1));
            return state(log, History.since(hourAgo, Topic.COMMANDS, Topic.OUTCOMES));
        }

        /** Adds what else there is to know, however old. */
        abstract void seek(Sought sought, RegionState state);

        static void seek(Sought sought, RegionState state, String hostId) {
            state.detections().open().stream()
                    .filter(detection -> detection.began().getHostId().equals(hostId))
                    .forEach(sought::answers);
        }

        /** What is asked about, as people call it. */
        abstract String subject(RegionState state);

        abstract List<Weighed> weighed(Log log, RegionState state, StateRows rows, Instant moment);

        private void print(String subject, List<Weighed> unsorted) {
            List<Weighed> weighed = unsorted.stream()
                    .sorted(Comparator.comparing(Weighed::bearing)) // stable, so the nearest of each stays first
                    .toList();
            if (common.format == Printer.Format.TABLE) {
                System.out.println(subject + ": " + summary(weighed));
                common.printer()
                        .list(
                                List.of("bearing", "what", "position", "says"),
                                weighed.stream().map(Weighed::row).toList());
            } else {
                Map<String, Object> whole = new LinkedHashMap<>();
                whole.put("subject", subject);
                whole.put("summary", summary(weighed));
                whole.put("weighed", weighed.stream().map(Weighed::row).toList());
                common.printer().whole(whole);
            }
        }

        /** What held it back, or else what was nearest to happening. */
        static String summary(List<Weighed> weighed) {
            List<Weighed> held = weighed.stream()
                    .filter(one -> one.bearing() == Weighed.Bearing.HELD_BACK)
                    .toList();
            if (!held.isEmpty()) {
                return "held back by "
                        + held.stream().map(Weighed::what).distinct().collect(Collectors.joining(", "));
            }
            return weighed.stream()
                    .filter(one ->
                            one.bearing() == Weighed.Bearing.UNDER_WAY || one.bearing() == Weighed.Bearing.MISSED)
                    .findFirst()
                    .map(one -> one.bearing() == Weighed.Bearing.UNDER_WAY
                            ? "under way: " + one.says()
                            : "nearest was " + one.what() + ": " + one.says())
                    .orElse("nothing asked for anything");
        }
    }

    @Command(name = "vm", description = "Why a VM was not moved.")
    static final class OfVm extends Asked {
        @Parameters(paramLabel = "VM", description = "Its id or name.")
        String named;

        @Override
        void seek(Sought sought, RegionState state) {
            Vm vm = vm(state);
            sought.migrations(vm.id());
            sought.partitions(vm.id());
            seek(sought, state, vm.hostId());
        }

        @Override
        String subject(RegionState state) {
            return vm(state).name();
        }

        @Override
        List<Weighed> weighed(Log log, RegionState state, StateRows rows, Instant moment) {
            return new WhyNotVm(log, state, rows, moment).of(vm(state));
        }

        private Vm vm(RegionState state) {
            return Asking.vm(state, named);
        }
    }

    @Command(name = "host", description = "Why a host was not relieved, emptied or restarted elsewhere.")
    static final class OfHost extends Asked {
        @Parameters(paramLabel = "HOST", description = "Its id, label (site/rack/name) or name.")
        String named;

        @Override
        void seek(Sought sought, RegionState state) {
            seek(sought, state, HostCommands.find(state, named).id());
        }

        @Override
        String subject(RegionState state) {
            return HostCommands.find(state, named).label();
        }

        @Override
        List<Weighed> weighed(Log log, RegionState state, StateRows rows, Instant moment) {
            return new WhyNotHost(log, state, rows, moment).of(HostCommands.find(state, named));
        }
    }

    @Command(name = "rule", description = "Why a rule detected nothing.")
    static final class OfRule extends Asked {
        @Parameters(paramLabel = "RULE")
        String rule;

        @Option(
                names = "--host",
                paramLabel = "HOST",
                description = "On this host: id, label (site/rack/name) or name (default: those that were nearest).")
        String host;

        @Override
        void seek(Sought sought, RegionState state) {
            sought.rule(rule);
        }

        @Override
        String subject(RegionState state) {
            return "rule " + rule
                    + host(state).map(found -> " on " + found.label()).orElse("");
        }

        @Override
        List<Weighed> weighed(Log log, RegionState state, StateRows rows, Instant moment) {
            return new WhyNotRule(log, state, rows, moment).of(rule, host(state));
        }

        private Optional<Host> host(RegionState state) {
            return Optional.ofNullable(host).map(named -> HostCommands.find(state, named));
        }
    }
}
