package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.libvirt.Finding;
import io.godwit.executors.libvirt.Finding.Grade;
import io.godwit.executors.libvirt.HostCheck;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What "host check" finds of real hosts that are ready, and of such as are not. */
final class HostCheckTest {
    private static Lab lab;

    @BeforeAll
    static void begin() {
        lab = Lab.up(2, 1);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void two_hosts_that_move_guests_to_each_other_are_ready_and_are_left_as_they_were() {
        String before = lab.run("status");
        List<Finding> findings = check(lab.uri(1), lab.uri(2));
        assertEquals(
                List.of(),
                findings.stream()
                        .filter(finding -> finding.grade() == Grade.MEND)
                        .toList());
        assertEquals(2, graded(findings, "peer to peer", Grade.OK).count(), findings::toString);
        assertEquals(2, graded(findings, "CPU", Grade.OK).count(), findings::toString);
        assertEquals(before, lab.run("status"));
    }

    @Test
    void a_guest_that_starts_by_itself_must_be_mended() {
        lab.run("virsh", "1", "autostart", "vm1-1");
        Finding finding =
                graded(check(lab.uri(1)), "guests", Grade.MEND).findFirst().orElseThrow();
        lab.run("virsh", "1", "autostart", "--disable", "vm1-1");
        assertTrue(finding.says().startsWith("vm1-1 starts by itself"), finding::toString);
    }

    @Test
    void a_connection_that_may_only_look_must_be_mended() {
        List<Finding> findings = check(lab.uri(1).replace("libvirt-sock", "libvirt-sock-ro"));
        assertEquals(1, graded(findings, "permission", Grade.MEND).count(), findings::toString);
    }

    @Test
    void a_host_that_is_named_twice_is_found_out_by_its_id() {
        List<Finding> findings = check(lab.uri(1), lab.uri(1).replace("libvirt-sock", "libvirt-sock-ro"));
        assertEquals(2, graded(findings, "host id", Grade.MEND).count(), findings::toString);
    }

    @Test
    void a_host_that_others_do_not_reach_must_be_mended_with_what_to_try() {
        lab.run("link", "2", "down");
        List<Finding> findings = check(lab.uri(1), lab.uri(2));
        lab.run("link", "2", "up");
        assertEquals(2, graded(findings, "peer to peer", Grade.MEND).count(), findings::toString);
        assertTrue(
                graded(findings, "peer to peer", Grade.MEND)
                        .allMatch(finding ->
                                finding.remedy().startsWith("try on the source, as root: virsh -c 'qemu+tcp://h")),
                findings::toString);
    }

    private static List<Finding> check(String... uris) {
        return HostCheck.of(List.of(uris), LibvirtSettings.DEFAULTS, true, Lab.BETWEEN);
    }

    private static Stream<Finding> graded(List<Finding> findings, String subject, Grade grade) {
        return findings.stream().filter(finding -> finding.subject().equals(subject) && finding.grade() == grade);
    }
}
