package io.godwit.ops.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleVersion;
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
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** The levels are those at which the rules themselves begin: each is tried on the engine, one step below and one above. */
final class BuiltInLevelsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final long CPU = 8_000;
    private static final long MEMORY = 100_000;

    private MemoryLog log = new MemoryLog("a", 1);
    private int second;

    @Test
    void more_cpu_than_there_is_and_more_than_95_percent_of_memory_begin_an_overload_at_once() {
        sampled(1, CPU, 0);
        assertEquals(1, missing("cpu demand", "mc below an overload at once"));
        assertEquals(0, drawn("overload"));
        sampled(1, CPU + 1, 0);
        assertTrue(says("cpu demand").contains("is above the capacity"), says("cpu demand"));
        assertEquals(1, drawn("overload"));

        begin();
        sampled(1, 0, MEMORY * 95 / 100);
        assertTrue(says("memory").contains(": 1 B below an overload"), says("memory"));
        assertEquals(0, drawn("overload"));
        sampled(1, 0, MEMORY * 95 / 100 + 1);
        assertTrue(says("memory").contains("is above 95 %"), says("memory"));
        assertEquals(1, drawn("overload"));
    }

    @Test
    void samples_above_95_percent_begin_one_when_they_stand_for_half_a_minute() {
        sampled(29, CPU * 95 / 100 + 1, 0);
        assertTrue(says("samples of the last").contains("29.0 s of the 30.0 s needed"), says("samples of the last"));
        assertEquals(0, drawn("overload"));
        sampled(1, CPU * 95 / 100 + 1, 0);
        assertTrue(says("samples of the last").contains("30.0 s of the 30.0 s needed"), says("samples of the last"));
        assertEquals(1, drawn("overload"));

        begin();
        sampled(40, CPU * 95 / 100, 0);
        assertTrue(says("samples of the last").startsWith("0 of 40 "), says("samples of the last"));
        assertTrue(says("samples of the last").endsWith("the newest is 1 mc below"), says("samples of the last"));
        assertEquals(0, drawn("overload"));
    }

    @Test
    void a_quiet_minute_but_ten_seconds_begins_an_underload() {
        sampled(49, CPU / 5, MEMORY / 2);
        assertTrue(says("quiet for").startsWith("quiet for 49.0 s of the 50.0 s needed"), says("quiet for"));
        assertEquals(0, drawn("underload"));
        sampled(1, CPU / 5, MEMORY / 2);
        assertEquals(1, drawn("underload"));

        begin();
        sampled(59, CPU / 5 + 1, MEMORY / 2);
        assertTrue(says("quiet for").startsWith("quiet for 0.0 s"), says("quiet for"));
        assertEquals(0, drawn("underload"));
    }

    @Test
    void an_overload_ends_at_92_percent() {
        sampled(1, CPU + 1, 0);
        sampled(1, CPU * 92 / 100 + 1, MEMORY * 92 / 100 + 1);
        assertEquals(
                "1 mc of CPU and 1 B of memory above the 92 % at which it ends",
                BuiltInLevels.untilRelieved(minute().samples().getLast()));
        assertTrue(open());
        sampled(1, CPU * 92 / 100, MEMORY * 92 / 100);
        assertEquals("", BuiltInLevels.untilRelieved(minute().samples().getLast()));
        assertTrue(!open());
    }

    @Test
    void the_nearest_level_comes_first() {
        sampled(5, CPU - 100, MEMORY / 2);
        List<BuiltInLevels.Gap> gaps = BuiltInLevels.gaps(minute());
        assertEquals(4, gaps.size());
        assertTrue(gaps.getFirst().says().startsWith("cpu demand 7900 of 8000 mc: 101 mc below"), gaps::toString);
        assertEquals(List.of(), BuiltInLevels.gaps(new HostMinute(List.of(), List.of())));
    }

    private void begin() {
        log = new MemoryLog("a", 1);
        second = 0;
    }

    private void sampled(int samples, long demand, long memory) {
        for (int sample = 0; sample < samples; sample++) {
            add(
                    Topic.OBSERVATIONS,
                    new HostSampled(
                            "h1",
                            0,
                            0L,
                            1_000,
                            "m",
                            CPU,
                            demand,
                            demand,
                            MEMORY,
                            memory,
                            List.of(new VmSample("v1", VmState.RUNNING, demand, demand, memory, -1L, -1L, -1L)),
                            "",
                            0L));
            second++;
        }
    }

    private void add(Topic topic, SpecificRecord event) {
        log.append(topic, 0, START.plusSeconds(second), "h1", EventCodec.encode(event));
    }

    private Instant now() {
        return START.plusSeconds(second - 1);
    }

    private HostMinute minute() {
        MemoryLog inventory = new MemoryLog("a", 1);
        inventory.append(
                Topic.INVENTORY,
                0,
                START,
                "h1",
                EventCodec.encode(new HostJoined("h1", "a", "r", "h1", 0, "simulated:h1", "", "test", "test")));
        RegionState state = StateRebuild.of(inventory, Optional.empty(), START);
        return HostMinute.before(log, state.host("h1").orElseThrow(), now());
    }

    private String says(String part) {
        return BuiltInLevels.gaps(minute()).stream()
                .map(BuiltInLevels.Gap::says)
                .filter(says -> says.contains(part))
                .findFirst()
                .orElseThrow();
    }

    private long missing(String part, String unit) {
        return Long.parseLong(says(part).replaceAll(".*: (\\d+) " + unit + ".*", "$1"));
    }

    private int drawn(String rule) {
        return result(rule).drawn().size();
    }

    private boolean open() {
        return result("overload").drawn().getLast().until().isEmpty();
    }

    private Backtest.Result result(String rule) {
        RuleVersion version = new RuleVersion(rule, 1, BuiltInRules.text(rule), true);
        return Backtest.run(log, 0, RuleCompiler.compile(version), Optional.empty(), START, now().plusMillis(1));
    }
}
