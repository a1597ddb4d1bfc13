package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schedulers.constraints.Constraint;
import io.godwit.schedulers.constraints.script.ConstraintScript;
import io.godwit.schedulers.constraints.script.NamesAsWritten;
import io.godwit.schedulers.constraints.script.Reading;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On h1 run v1 and v2, on h2 runs v3 and v4 is shut off, on h3 runs v5, on h4 nothing. */
final class BrokenConstraintsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final MemoryLog log = new MemoryLog("a", 1);
    private BrokenConstraints now;

    @BeforeEach
    void sample() {
        host("h1", vm("v1", VmState.RUNNING), vm("v2", VmState.PAUSED));
        host("h2", vm("v3", VmState.RUNNING), vm("v4", VmState.SHUT_OFF));
        host("h3", vm("v5", VmState.RUNNING));
        host("h4");
        RegionState state = StateRebuild.of(log, Optional.empty(), NOW.plusSeconds(1));
        now = new BrokenConstraints(state, new StateRows(state, ZoneOffset.UTC));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        spread({v1, v3, v4, v5});                        | holds
        spread({v1, v2});                                | v1, v2 run on a/r/h1
        gather({v1, v2, v4});                            | holds
        gather({v1, v3});                                | runs on a/r/h1, a/r/h2
        fence({v1, v4}, h1);                             | holds
        fence(v3, {h1, h3});                             | v3 runs on a/r/h2
        ban({v1, v4}, h2);                               | holds
        ban({v1, v3}, h2);                               | v3 runs on a/r/h2
        among({v1, v3}, {{h1, h2}, {h3}});               | holds
        among(v4, {{h3}, {h4}});                         | holds
        among({v1, v5}, {{h1, h2}, {h3}});               | runs on a/r/h1, a/r/h3
        split({{v1, v2}, {v3}});                         | holds
        split({{v1}, {v3}, {v2}});                       | VMs of two sets run on a/r/h1
        splitAmong({{v1}, {v5}}, {{h1, h2}, {h3}});      | holds
        splitAmong({{v1}, {v3}}, {{h1, h2}, {h3}});      | a set runs on a/r/h2, inside the group of another set
        splitAmong({{v1, v5}}, {{h1, h2}, {h3}});        | a set runs on a/r/h1, a/r/h3
        lonely({v1, v2});                                | holds
        lonely(v1);                                      | v2 runs on a/r/h1 too
        runningCapacity({h1, h2}, 3);                    | holds
        runningCapacity({h1, h2}, 2);                    | 3 VMs run there
        resourceCapacity(h1, cpu, 2000mc);               | holds
        resourceCapacity(h1, cpu, 1999mc);               | 2000 are used there
        offline(h4);                                     | holds
        offline({h3, h4});                               | v5 runs there
        root(v1);                                        | holds
        """)
    void a_constraint_is_judged_by_where_running_vms_are(String script, String says) {
        assertEquals(says, now.broken(constraint(script)).orElse("holds"));
    }

    @Test
    void a_constraint_is_shown_with_its_words_and_names_and_long_sets_are_cut() {
        RegionState state = StateRebuild.of(log, Optional.empty(), NOW.plusSeconds(1));
        StateRows rows = new StateRows(state, ZoneOffset.UTC);
        assertEquals("ban(v1 v2, a/r/h1)", rows.constraint(constraint("ban({v1, v2}, h1);")));
        assertEquals("root(v1 v2 v3 v4 v5 v6 v7 v8 …)", rows.constraint(constraint("root(v[1..9]);")));
    }

    private static Constraint constraint(String script) {
        return ((Reading.Understood) ConstraintScript.read(script, new NamesAsWritten()))
                .constraints()
                .getFirst();
    }

    private void host(String id, VmSample... vms) {
        log.append(
                Topic.INVENTORY,
                0,
                NOW,
                id,
                EventCodec.encode(new HostJoined(id, "a", "r", id, 0, "simulated:" + id, "", "test", "test")));
        long demand =
                Arrays.stream(vms).mapToLong(VmSample::getCpuDemandMillicores).sum();
        log.append(
                Topic.OBSERVATIONS,
                0,
                NOW,
                id,
                EventCodec.encode(new HostSampled(
                        id,
                        0,
                        0L,
                        1000,
                        "monitor-1",
                        8000L,
                        demand,
                        demand,
                        1L << 35,
                        1L << 30,
                        List.of(vms),
                        "",
                        0L)));
    }

    private static VmSample vm(String id, VmState state) {
        return new VmSample(id, state, 1000L, 1000L, 1L << 30, -1L, -1L, -1L);
    }
}
