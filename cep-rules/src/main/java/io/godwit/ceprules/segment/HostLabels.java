package io.godwit.ceprules.segment;

import io.godwit.ceprules.observations.HostLabel;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the hosts of one segment are, read from its inventory as far as is needed. Of a host the first HostJoined counts, for
 * good, and it was committed before anybody could observe the host: so what is known of an observed host does not depend on
 * when the inventory is read (docs/decisions/0041).
 */
final class HostLabels {
    private static final Logger LOG = LoggerFactory.getLogger(HostLabels.class);
    private static final String JOINED = HostJoined.class.getSimpleName();

    private final int segment;
    private final LookBack lookBack;
    private final List<HostLabel> inOrder = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private final Set<String> missing = new HashSet<>();
    private boolean read;
    private long nextOffset;

    HostLabels(int segment, LookBack lookBack) {
        this.segment = segment;
        this.lookBack = lookBack;
    }

    /** Makes the hosts known that were observed before now. */
    void readBefore() {
        if (!read || lookBack.hostsJoin()) {
            readOn();
        }
    }

    /** Makes the hosts known that some observations are of; once for a host that is in no inventory. */
    void readFor(List<Observation> next) {
        for (Observation observation : next) {
            String hostId = observation.event().map(HostLabels::hostOf).orElse("");
            if (!hostId.isEmpty() && !known.contains(hostId) && !missing.contains(hostId)) {
                readBefore();
                if (!known.contains(hostId)) {
                    missing.add(hostId);
                    LOG.atWarn()
                            .addKeyValue("host", hostId)
                            .addKeyValue("segment", segment)
                            .log("a host is observed that did not join here; its rack, site and name are empty to"
                                    + " rules");
                }
            }
        }
    }

    /** All that are known after the first ones, in the order in which they joined. */
    List<HostLabel> after(int first) {
        return inOrder.subList(first, inOrder.size());
    }

    private void readOn() {
        lookBack.inventory(segment, nextOffset, record -> {
            nextOffset = record.offset() + 1;
            take(record);
        });
        read = true;
    }

    private void take(LogRecord record) {
        try {
            if (EventCodec.nameOf(record.value()).filter(JOINED::equals).isPresent()) { // definitions of VMs are long
                HostJoined joined = EventCodec.decode(record.value(), HostJoined.class);
                if (joined.getSegment() == record.segment() && known.add(joined.getHostId())) {
                    inOrder.add(
                            new HostLabel(joined.getHostId(), joined.getSite(), joined.getRack(), joined.getName()));
                }
            }
        } catch (UnreadableRecord _) {
            // the monitors tell of it
        }
    }

    private static String hostOf(SpecificRecord event) {
        return switch (event) {
            case HostSampled sampled -> sampled.getHostId();
            case VmChanged changed -> changed.getHostId();
            case HostLost lost -> lost.getHostId();
            case ProbeAnswered probe -> probe.getHostId();
            default -> ""; // rules see no host in it
        };
    }
}
