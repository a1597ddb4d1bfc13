package io.godwit.schedulers.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MigrateVm;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MigrationModesTest {
    private static final long[] OVER = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 350};

    @Test
    void a_command_says_whether_its_vm_may_go_on_by_post_copy() {
        assertEquals(List.of(false), mayGoOn("{}"));
        assertEquals(List.of(true), mayGoOn("{\"postCopy\":\"URGENT\"}"));
        String all = IntStream.range(0, OVER.length)
                .mapToObj(vm -> "\"h1-" + vm + "\"")
                .collect(Collectors.joining(","));
        assertEquals(List.of(false), mayGoOn("{\"postCopy\":\"URGENT\",\"postCopyForbidden\":[" + all + "]}"));
        assertEquals(
                List.of(true),
                mayGoOn("{\"postCopy\":\"URGENT\",\"postCopyForbidden\":[\"h1-8\"]}"),
                "another VM, which may go faster");
    }

    @Test
    void a_command_says_whether_its_guest_may_be_held_back() {
        assertEquals(List.of(false), holdBackForbidden("{}"));
        assertEquals(List.of(true), holdBackForbidden("{\"autoConverge\":\"NEVER\"}"));
        assertEquals(List.of(true), holdBackForbidden("{\"autoConvergeForbidden\":[\"h1-8\"]}"));
    }

    private static List<Boolean> holdBackForbidden(String settings) {
        return commands(settings).stream().map(MigrateVm::getHoldBackForbidden).toList();
    }

    @Test
    void what_a_network_carries_by_the_settings_bounds_what_is_moved_there_also_from_another_segment() {
        String little = "{\"network\":{\"bytesPerSecond\":1000}}";
        assertEquals(List.of("h2"), targets("{}"));
        assertEquals(
                List.of("h3"), targets("{\"throughput\":{\"hosts\":{\"rennes/r0/h2\":" + little + "}}}"), "by name");
        assertEquals(List.of("h3"), targets("{\"throughput\":{\"hosts\":{\"h2\":" + little + "}}}"), "by id");
        assertEquals(List.of(), targets("{\"throughput\":" + little + "}"), "each host");
        assertEquals(
                List.of("h2"),
                targets("{\"throughput\":{\"network\":{\"bytesPerSecond\":1000},\"hosts\":{\"h2\":{}}}}"),
                "one that is named without a figure is not limited");
    }

    private static List<String> targets(String settings) {
        Region region = new Region(2)
                .settings(settings)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .host("h3", 1, 2000, 1000)
                .mode("auto");
        region.hosts
                .get("h1")
                .vms
                .keySet()
                .forEach(vm -> region.hosts.get("h1").networkBytesPerSecond.put(vm, 2000L));
        return region.sampleAll().settle().events(MigrateVm.class).stream()
                .map(MigrateVm::getTargetHostId)
                .toList();
    }

    private static List<Boolean> mayGoOn(String settings) {
        return commands(settings).stream().map(MigrateVm::getPostCopyAllowed).toList();
    }

    private static List<MigrateVm> commands(String settings) {
        return new Region(1)
                .settings(settings)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .mode("auto")
                .sampleAll()
                .settle()
                .events(MigrateVm.class);
    }

    @Test
    void how_long_a_move_took_is_kept_over_a_restart_and_told_with_the_host_that_it_left() {
        Region region = new Region(2)
                .host("h1", 0, OVER)
                .host("h2", 0, 1000, 1000)
                .host("h3", 1, OVER)
                .mode("auto")
                .sample("h1")
                .sample("h2")
                .settle();
        MigrateVm command = region.last(MigrateVm.class);
        region.succeed(command, 2 * command.getEstimatedMillis()).settle();
        assertEquals(1250, known(region, "h1").getDurationPermille());
        assertEquals(1000, known(region, "h2").getDurationPermille());

        region.restart(0);
        assertEquals(1250, known(region, "h1").getDurationPermille());

        region.hosts.get("h1").vms.keySet().removeIf(vm -> !vm.equals("h1-0"));
        region.pass(2000).sample("h1").settle();
        region.sample("h3").settle();
        MemberGranted granted = region.last(MemberGranted.class);
        assertEquals("h1", granted.getLease().getHostId());
        assertEquals(1250, granted.getFacts().getDurationPermille());
    }

    private static KnownHost known(Region region, String hostId) {
        return region.schedulers.get(0).state().hosts.get(hostId);
    }
}
