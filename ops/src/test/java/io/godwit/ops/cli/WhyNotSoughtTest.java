package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ops.simulate.SimulateCommand;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What why-not tells is the same, whether all of the log was folded or what it needs alone. */
class WhyNotSoughtTest {
    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MINUTES = 75; // some moves are more than an hour old
    private static final int VMS_APART = 7;

    @TempDir
    private static Path folder;

    private static Path run;
    private static Log log;

    private final Set<Weighed.Bearing> bearings = EnumSet.noneOf(Weighed.Bearing.class);
    private int foldedLess;

    @BeforeAll
    static void record() {
        run = folder.resolve("run");
        int exit = new CommandLine(new SimulateCommand())
                .execute(
                        "--hosts",
                        "12",
                        "--mu",
                        "78",
                        "--sample-period",
                        "5s",
                        "--duration",
                        MINUTES + "m",
                        "--crashes",
                        "exponential:40m,2m",
                        "--record",
                        run.toString());
        assertEquals(0, exit);
        log = new DirectoryLog(run);
    }

    @AfterAll
    static void close() {
        log.close();
    }

    @Test
    void of_hosts_vms_and_rules() {
        for (int minute = 19; minute < MINUTES; minute += 17) {
            Instant moment = BEGINNING.plusSeconds(60L * minute + 7);
            RegionState whole = StateRebuild.whole(log, Optional.of(moment), moment);
            whole.hosts().forEach(host -> same(new WhyNotCommands.OfHost(), whole, moment, host.id()));
            for (int vm = minute % VMS_APART; vm < whole.vms().size(); vm += VMS_APART) {
                same(
                        new WhyNotCommands.OfVm(),
                        whole,
                        moment,
                        whole.vms().get(vm).id());
            }
            for (String rule : BuiltInRules.NAMES) {
                same(new WhyNotCommands.OfRule(), whole, moment, rule);
                same(
                        new WhyNotCommands.OfRule(),
                        whole,
                        moment,
                        rule,
                        "--host",
                        whole.hosts().getFirst().id());
            }
        }
        assertTrue(foldedLess > 50, "left something out " + foldedLess + " times");
        assertEquals(EnumSet.allOf(Weighed.Bearing.class), bearings, "what was weighed");
    }

    private void same(WhyNotCommands.Asked asked, RegionState whole, Instant moment, String... words) {
        List<String> line = new ArrayList<>(List.of("--log", run.toString(), "--at", moment.toString()));
        line.addAll(List.of(words));
        new CommandLine(asked).parseArgs(line.toArray(String[]::new));
        RegionState bounded = asked.state(log);
        asked.seek(new Sought(log, Optional.of(moment), bounded), bounded);
        List<Weighed> told = asked.weighed(log, bounded, new StateRows(bounded, ZoneOffset.UTC), moment);
        assertEquals(
                asked.weighed(log, whole, new StateRows(whole, ZoneOffset.UTC), moment),
                told,
                () -> "why-not " + String.join(" ", words) + " at " + moment);
        assertEquals(asked.subject(whole), asked.subject(bounded));
        told.forEach(weighed -> bearings.add(weighed.bearing()));
        foldedLess +=
                bounded.partitions().all().size() < whole.partitions().all().size() ? 1 : 0;
    }
}
