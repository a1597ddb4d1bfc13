package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.HostFenced;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmDefined;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class RegionFoldTest {
    private final RegionFold fold = new RegionFold();

    @Test
    void an_epoch_is_over_once_a_later_one_is_granted_or_it_is_given_back() {
        assertEquals(0, fold.oldestEpoch("h1"));
        take(opened("h1", 3));
        assertEquals(3, fold.oldestEpoch("h1"));
        take(released("h1", 3));
        assertEquals(4, fold.oldestEpoch("h1"));
        take(opened("h1", 4));
        take(released("h1", 3)); // read late, from another segment
        assertEquals(4, fold.oldestEpoch("h1"));
        take(opened("h1", 6));
        assertEquals(6, fold.oldestEpoch("h1"));
    }

    @Test
    void a_host_is_down_by_fencing_or_a_persons_word_until_its_crash_is_over() {
        DownConfirmed word = new DownConfirmed("h1", "ann", "it stands before me");
        assertFalse(fold.down("h1", 1));
        take(5, word);
        take(6, ended("h1", DetectionKind.OVERLOAD));
        take(6, ended("h2", DetectionKind.HOST_CRASH));
        assertTrue(fold.down("h1", 1));
        take(7, ended("h1", DetectionKind.HOST_CRASH));
        assertFalse(fold.down("h1", 1));
        take(6, word); // read late, from another topic
        assertFalse(fold.down("h1", 1));
        take(8, word);
        assertTrue(fold.down("h1", 1));
        assertFalse(fold.down("h1", 8)); // a command that begins there now finds it back
        take(9, new HostFenced("c-0-1", new Position("commands", 0, 0L, "", ""), "executor-1", "h1", 900L, "off"));
        assertTrue(fold.down("h1", 8));
    }

    private static DetectionEnded ended(String host, DetectionKind kind) {
        return new DetectionEnded(
                "d",
                kind,
                host,
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                "sampled again",
                "host-crash",
                1,
                List.of(),
                null,
                Instant.EPOCH);
    }

    @Test
    void of_all_other_hosts_that_have_defined_a_vm_the_one_with_the_newest_mark_owns_it() {
        assertEquals(OwnerMark.NONE, fold.ownerElsewhere("vm", "h1"));
        take(defined("h1", "<domain/>"));
        assertEquals(OwnerMark.NONE, fold.ownerElsewhere("vm", "h2"));
        take(marked("h1", 4));
        take(marked("h2", 5));
        take(marked("h3", 6));
        assertEquals(mark("h3", 6), fold.ownerElsewhere("vm", "h1"));
        assertEquals(mark("h2", 5), fold.ownerElsewhere("vm", "h3"));
        take(marked("h1", 4)); // a host that returned tells its old copy again
        assertEquals(mark("h2", 5), fold.ownerElsewhere("vm", "h3"));
        take(marked("h1", 7));
        assertEquals(mark("h3", 6), fold.ownerElsewhere("vm", "h1"));
        assertEquals(mark("h1", 7), fold.ownerElsewhere("vm", "h3"));
    }

    private static OwnerMark mark(String host, long epoch) {
        return new OwnerMark(epoch, host, "c-" + epoch);
    }

    private static VmDefined marked(String host, long epoch) {
        return defined(host, mark("one that it was copied from", epoch).in("<domain></domain>"));
    }

    private static VmDefined defined(String host, String definition) {
        return new VmDefined(host, "vm", "vm", 1, 1L << 30, -1L, definition, "monitor");
    }

    private void take(SpecificRecord event) {
        take(0, event);
    }

    private void take(long millis, SpecificRecord event) {
        fold.take(new LogRecord(Topic.HOST_PARTITIONS, 0, 0, millis, new byte[0], new byte[0]), event);
    }

    private static PartitionOpened opened(String host, long epoch) {
        return new PartitionOpened(
                new Decision(0, 1L),
                "p-0-1",
                host,
                "d1",
                new Position("detections.host.v1", 0, 0L, "", ""),
                DetectionKind.OVERLOAD,
                Instant.EPOCH,
                List.of(new Lease(host, epoch)),
                "nearest");
    }

    private static MemberReleased released(String host, long epoch) {
        return new MemberReleased(new Decision(0, 2L), "p-0-1", new Lease(host, epoch), true, 0, 0);
    }
}
