package io.godwit.executors.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
    private static final String QCOW2 =
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><target dev='vda'/></disk>";
    private static final String RAW =
            "<disk type='block' device='disk'><driver name='qemu' type='raw'/><target dev='vdb'/></disk>";
    private static final String CDROM = "<disk type='file' device='cdrom'><target dev='hda'/><readonly/></disk>";
    private static final String READ_ONLY = "<disk type='file' device='disk'><target dev='vdc'/><readonly/></disk>";

    @Test
    void a_vm_whose_written_disks_are_qcow2_can_have_snapshots() {
        assertEquals(Optional.empty(), objection(QCOW2 + CDROM + READ_ONLY));
    }

    @Test
    void a_disk_that_cannot_hold_a_snapshot_is_named_with_what_to_do() {
        String says = objection(QCOW2 + RAW).orElseThrow();
        assertTrue(says.contains("vdb (raw)") && says.contains("qemu-img convert"), says);
    }

    @Test
    void a_vm_without_a_disk_of_its_own_cannot() {
        String says = objection(CDROM).orElseThrow();
        assertTrue(says.startsWith("the VM has no disk") && says.contains("suspend --to-disk"), says);
    }

    private static Optional<String> objection(String disks) {
        return Snapshots.objection("<domain><devices>" + disks + "</devices></domain>");
    }
}
