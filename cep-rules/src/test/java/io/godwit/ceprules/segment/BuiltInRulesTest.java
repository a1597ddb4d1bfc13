package io.godwit.ceprules.segment;

import static io.godwit.ceprules.segment.History.vm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BuiltInRulesTest {
    private final History history = new History();

    @Test
    void demand_above_capacity_is_an_overload_at_the_first_sample_and_ends_with_a_margin() {
        history.sample("h1", 7000)
                .later(1000)
                .sample("h1", 8350)
                .later(1000)
                .sample("h1", 7900)
                .later(1000)
                .sample("h1", 7350);
        assertEquals(List.of("+OVERLOAD h1", "-OVERLOAD h1"), history.said());
        DetectionBegan began = only(DetectionBegan.class);
        assertEquals("OVERLOAD-h1-0-1", began.getId());
        assertEquals(8350, began.getValue());
        assertEquals(8000, began.getThreshold());
        assertEquals("mc", began.getUnit());
        assertEquals(1, began.getEvidence().getFirst().getPosition().getOffset());
        assertEquals(
                "cpu demand 8350 of 8000 mc", began.getEvidence().getFirst().getSays());
        assertEquals(
                3,
                only(DetectionEnded.class).getEvidence().getLast().getPosition().getOffset());
    }

    @Test
    void demand_at_capacity_is_none() {
        history.sample("h1", 8000);
        assertEquals(List.of(), history.said());
    }

    @Test
    void nearly_all_cpu_for_half_a_minute_is_an_overload_whatever_the_sample_period() {
        for (int i = 0; i < 29; i++) {
            history.later(1000).sample("h1", 7700);
        }
        assertEquals(List.of(), history.said());
        history.later(1000).sample("h1", 7700);
        assertEquals(List.of("+OVERLOAD h1"), history.said());

        History slow = new History();
        slow.periodMillis = 10_000;
        slow.sample("h1", 7700).later(10_000).sample("h1", 7000).later(10_000).sample("h1", 7700);
        assertEquals(List.of(), slow.said());
        slow.later(10_000).sample("h1", 7700);
        assertEquals(List.of("+OVERLOAD h1"), slow.said());
    }

    @Test
    void high_load_long_ago_does_not_count() {
        history.periodMillis = 10_000;
        history.sample("h1", 7700)
                .later(10_000)
                .sample("h1", 7700)
                .later(60_000)
                .sample("h1", 7700);
        assertEquals(List.of(), history.said());
    }

    @Test
    void memory_nearly_full_is_an_overload_until_it_has_a_margin() {
        history.sample("h1", 1000, History.MEMORY * 96 / 100, vm("v", VmState.RUNNING))
                .later(1000)
                .sample("h1", 1000, History.MEMORY * 94 / 100, vm("v", VmState.RUNNING))
                .later(1000)
                .sample("h1", 1000, History.MEMORY * 90 / 100, vm("v", VmState.RUNNING));
        assertEquals(List.of("+OVERLOAD h1", "-OVERLOAD h1"), history.said());
    }

    @Test
    void a_quiet_minute_with_vms_is_an_underload_until_load_comes_back() {
        history.periodMillis = 10_000;
        for (int i = 0; i < 4; i++) {
            history.sample("h1", 800).later(10_000);
        }
        assertEquals(List.of(), history.said());
        history.sample("h1", 800).later(10_000).sample("h1", 2000).later(10_000).sample("h1", 2500);
        assertEquals(List.of("+UNDERLOAD h1", "-UNDERLOAD h1"), history.said());
    }

    @Test
    void a_host_without_vms_is_not_underloaded() {
        history.periodMillis = 10_000;
        for (int i = 0; i < 9; i++) {
            history.sample("h1", 0, 1L << 30).later(10_000);
        }
        assertEquals(List.of(), history.said());
    }

    @Test
    void a_silent_host_that_a_second_witness_cannot_reach_is_dead_and_lives_again_when_it_is_sampled() {
        history.alive().tick().sample("h1", 1000).watch(10);
        assertEquals(List.of(), history.said());
        history.probe("h1", false).watch(1);
        assertEquals(List.of("+HOST_CRASH h1"), history.said());
        DetectionBegan began = only(DetectionBegan.class);
        assertEquals(3, began.getEvidence().size());
        assertEquals(2, began.getEvidence().getFirst().getPosition().getOffset());
        assertEquals("no answer to overlay-1", began.getEvidence().get(1).getSays());
        history.sample("h1", 1000);
        assertEquals(List.of("+HOST_CRASH h1", "-HOST_CRASH h1"), history.said());
    }

    @Test
    void an_old_answer_of_the_second_witness_counts_no_more() {
        history.alive().tick().probe("h1", false).later(1000).sample("h1", 1000).watch(30);
        assertEquals(List.of(), history.said());
    }

    @Test
    void an_answer_to_the_second_witness_takes_its_silence_back() {
        history.alive()
                .tick()
                .sample("h1", 1000)
                .watch(12)
                .probe("h1", false)
                .probe("h1", true)
                .watch(5);
        assertEquals(List.of(), history.said());
    }

    @Test
    void three_sample_periods_must_pass() {
        history.periodMillis = 10_000;
        history.alive().tick().sample("h1", 1000).watch(25).probe("h1", false).watch(4);
        assertEquals(List.of(), history.said());
        history.watch(2);
        assertEquals(List.of("+HOST_CRASH h1"), history.said());
    }

    @Test
    void seconds_without_a_tick_or_without_a_monitor_do_not_count() {
        history.alive().tick().sample("h1", 1000);
        for (int i = 0; i < 20; i++) {
            history.later(1000).tick().probe("h1", false);
        }
        assertEquals(List.of(), history.said());
        for (int i = 0; i < 20; i++) {
            history.later(1000).alive().probe("h1", false);
        }
        assertEquals(List.of(), history.said());
    }

    @Test
    void a_restart_of_the_platform_opens_a_grace_period() {
        history.alive().tick().sample("h1", 1000).watch(8).later(60_000);
        history.probe("h1", false).watch(9);
        assertEquals(List.of(), history.said());
        history.probe("h1", false).watch(3);
        assertEquals(List.of("+HOST_CRASH h1"), history.said());
    }

    @Test
    void a_monitor_taken_over_opens_a_grace_period() {
        history.alive().tick().sample("h1", 1000).watch(9);
        history.monitor = "monitor-2";
        history.probe("h1", false).watch(9);
        assertEquals(List.of(), history.said());
    }

    @Test
    void a_cep_owner_away_for_a_few_seconds_opens_a_grace_period() {
        history.alive().tick().sample("h1", 1000).watch(9);
        for (int i = 0; i < 5; i++) {
            history.later(1000).alive();
        }
        history.probe("h1", false).watch(9);
        assertEquals(List.of(), history.said());
    }

    @Test
    void a_host_that_died_while_nobody_watched_is_found_after_a_watched_minute() {
        history.alive().tick().sample("h1", 1000).later(600_000);
        for (int i = 0; i < 59; i++) {
            history.watch(1).probe("h1", false);
        }
        assertEquals(List.of(), history.said());
        history.watch(3);
        assertEquals(List.of("+HOST_CRASH h1"), history.said());
    }

    @Test
    void a_crash_ends_what_was_said_of_the_load() {
        history.alive().tick().sample("h1", 9000).watch(10).probe("h1", false).watch(2);
        assertEquals(List.of("+OVERLOAD h1", "+HOST_CRASH h1", "-OVERLOAD h1"), history.said());
    }

    @Test
    void a_killed_vm_has_crashed_until_it_is_sampled_running_a_period_later() {
        history.sample("h1", 1000, 1L << 30, vm("v", VmState.RUNNING))
                .later(100)
                .news("h1", "v", VmChange.FAILED)
                .later(100)
                .sample("h1", 1000, 1L << 30, vm("v", VmState.RUNNING)) // taken before the crash, came after it
                .later(1000);
        assertEquals(List.of("+VM_CRASH h1 v"), history.said());
        history.sample("h2", 1000, 1L << 30, vm("v", VmState.RUNNING));
        assertEquals(List.of("+VM_CRASH h1 v", "-VM_CRASH h1 v"), history.said());
    }

    @Test
    void an_undefined_vm_is_no_crash_any_more() {
        history.news("h1", "v", VmChange.CRASHED).later(10).news("h1", "v", VmChange.UNDEFINED);
        assertEquals(List.of("+VM_CRASH h1 v", "-VM_CRASH h1 v"), history.said());
    }

    @Test
    void a_migration_that_fails_at_its_target_is_no_crash() {
        history.news("h2", "v", VmChange.MIGRATED_IN).later(20_000);
        history.sample("h2", 0, 1L << 30, vm("v", VmState.MIGRATING_IN)).later(20_000);
        history.news("h2", "v", VmChange.FAILED);
        assertEquals(List.of(), history.said());
    }

    @Test
    void a_vm_that_dies_after_its_migration_has_crashed() {
        history.news("h2", "v", VmChange.MIGRATED_IN)
                .later(9000)
                .news("h2", "v", VmChange.RESUMED)
                .later(5000);
        history.news("h2", "v", VmChange.FAILED);
        assertEquals(List.of("+VM_CRASH h2 v"), history.said());
    }

    private <T> T only(Class<T> type) {
        List<T> found = history.detections(History.builtIn()).stream()
                .flatMap(record -> type.isInstance(record) ? Stream.of(type.cast(record)) : Stream.empty())
                .toList();
        assertTrue(found.size() == 1, () -> found.toString());
        return found.getFirst();
    }
}
