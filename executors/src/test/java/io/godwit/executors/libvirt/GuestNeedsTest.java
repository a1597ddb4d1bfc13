package io.godwit.executors.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GuestNeedsTest {
    @Test
    void a_guest_needs_what_its_description_says() {
        GuestNeeds needs = GuestNeeds.of("""
            <domain type='kvm' id='3'>
              <memory unit='KiB'>98304</memory>
              <currentMemory unit='KiB'>65536</currentMemory>
              <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os>
              <cpu mode='custom' match='exact' check='full'><model fallback='forbid'>qemu64</model></cpu>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'><source file='/shared/a.qcow2' index='1'/><target dev='vda'/></disk>
                <disk type='block' device='disk'><source dev='/dev/vg/b'/></disk>
                <disk type='network' device='disk'><source protocol='rbd' name='pool/c'/></disk>
                <disk type='file' device='cdrom'><target dev='sda'/></disk>
              </devices>
            </domain>
            """);
        assertEquals("kvm", needs.virtType());
        assertEquals("/usr/bin/qemu-system-x86_64", needs.emulator());
        assertEquals("x86_64", needs.arch());
        assertEquals("pc-i440fx-7.2", needs.machine());
        assertEquals(96 << 20, needs.memoryBytes());
        assertTrue(needs.cpu().contains("<model fallback=\"forbid\">qemu64</model>"), needs::cpu);
        assertFalse(needs.hostCpu());
        assertFalse(needs.hugePages());
        assertEquals(List.of("/shared/a.qcow2", "/dev/vg/b"), needs.paths());
    }

    @Test
    void a_guest_may_have_the_cpu_of_its_host_and_memory_of_a_pool() {
        GuestNeeds needs = GuestNeeds.of("<domain type='kvm'><memory unit='GiB'>2</memory>"
                + "<memoryBacking><hugepages/></memoryBacking><cpu mode='host-passthrough'/></domain>");
        assertEquals(2L << 30, needs.memoryBytes());
        assertTrue(needs.hostCpu());
        assertTrue(needs.hugePages());
    }
}
