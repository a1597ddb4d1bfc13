package io.godwit.monitors.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.VmDefined;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SegmentInventoryTest {
    private final SegmentInventory inventory = new SegmentInventory();

    private static HostJoined joined(String host, String uri) {
        return new HostJoined(host, "a", "r1", host, 0, uri, "", "test", "");
    }

    private static HostDescription found(String... vms) {
        return new HostDescription(
                8000,
                32,
                "x",
                125,
                Stream.of(vms)
                        .map(vm -> new HostDescription.Vm(vm, vm, 1, 1, -1, ""))
                        .toList());
    }

    private List<String> told(String host, HostDescription found) {
        return inventory.differences(host, found, "monitor-1").stream()
                .map(event -> switch (event) {
                    case HostDescribed described -> described.getHostId();
                    case VmDefined defined -> defined.getVmId() + "@" + defined.getHostId();
                    default -> "?";
                })
                .toList();
    }

    @Test
    void the_first_join_of_a_host_holds() {
        assertEquals(SegmentInventory.Change.JOINED, inventory.take(joined("h1", "test:///1")));
        assertEquals(SegmentInventory.Change.NONE, inventory.take(joined("h1", "test:///2")));
        assertEquals("test:///1", inventory.hosts().getFirst().getUri());
    }

    @Test
    void a_host_that_left_is_not_watched_and_may_join_again() {
        inventory.take(joined("h1", "u"));
        assertEquals(SegmentInventory.Change.LEFT, inventory.take(new HostLeft("h1", "test", "")));
        assertEquals(List.of(), inventory.hosts());
        assertEquals(SegmentInventory.Change.JOINED, inventory.take(joined("h1", "u")));
    }

    @Test
    void what_is_known_from_the_log_is_not_told_again_whoever_told_it() {
        assertEquals(List.of("h1", "v1@h1"), told("h1", found("v1")));
        SegmentInventory after = new SegmentInventory();
        after.take(new HostDescribed("h1", 8000L, 32L, "x", 125L, "monitor-2"));
        after.take(new VmDefined("h1", "v1", "v1", 1, 1L, -1L, "", "monitor-2"));
        assertEquals(List.of(), after.differences("h1", found("v1"), "monitor-1"));
        assertEquals(1, after.differences("h1", found("v1", "v2"), "monitor-1").size());
    }

    @Test
    void a_vm_that_moves_there_and_back_is_told_each_time() {
        told("h1", found("v1"));
        told("h2", found());
        assertEquals(List.of("v1@h2"), told("h2", found("v1")));
        assertEquals(List.of(), told("h1", found()));
        assertEquals(List.of("v1@h1"), told("h1", found("v1")));
    }

    @Test
    void a_vm_that_went_to_another_segment_and_came_back_is_told() {
        told("h1", found("v1"));
        told("h1", found());
        assertEquals(List.of("v1@h1"), told("h1", found("v1")));
    }
}
