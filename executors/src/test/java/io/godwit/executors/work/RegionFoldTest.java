package io.godwit.executors.work;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.Position;
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

    private void take(SpecificRecord event) {
        fold.take(new LogRecord(Topic.HOST_PARTITIONS, 0, 0, 0, new byte[0], new byte[0]), event);
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
