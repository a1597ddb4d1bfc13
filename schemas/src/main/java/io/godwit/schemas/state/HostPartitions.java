package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.Lease;
import io.godwit.schemas.events.MemberGranted;
import io.godwit.schemas.events.MemberReleased;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionOpened;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Which host partitions there were and are, and which host is held by which. A host is held while its newest granted epoch
 * is above its newest released one; both stand in the host's own segment.
 */
public final class HostPartitions {
    /**
     * One host partition.
     *
     * @param opened empty where its beginning was not read
     * @param plans what was decided for it, in order, with positions
     * @param refused plans that the judge found wrong, of which nothing is commanded
     * @param closed empty while it is open
     */
    public record Partition(
            String id,
            Optional<PartitionOpened> opened,
            Optional<Position> position,
            Optional<Instant> appended,
            List<Decided> plans,
            List<Refused> refused,
            Optional<PartitionClosed> closed) {}

    /** A plan and where it stands. */
    public record Decided(PlanDecided plan, Position position, Instant appended) {}

    /** A plan that the judge refused, and where that stands. */
    public record Refused(PlanRefused plan, Position position, Instant appended) {}

    /** Who holds a host. */
    public record Held(String hostId, long epoch, String partitionId) {}

    private static final class Entry {
        PartitionOpened opened;
        Position position;
        Instant appended;
        final List<Decided> plans = new ArrayList<>();
        final List<Refused> refused = new ArrayList<>();
        PartitionClosed closed;
    }

    /** Epochs of one host. */
    private static final class Epochs {
        long granted;
        long released;
        String holder = "";
        boolean byOpening; // leased with the opening itself, so its partition's close is a release as well
    }

    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, Epochs> hosts = new TreeMap<>();

    private boolean begun;

    /** From here on host partitions whose opening is not read are older than what is asked for. */
    void begin() {
        begun = true;
    }

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        Instant appended = Instant.ofEpochMilli(record.timestampMillis());
        switch (event) {
            case PartitionOpened opened -> {
                Entry entry = entry(opened.getPartitionId());
                if (entry.opened == null) {
                    entry.opened = opened;
                    entry.position = record.position();
                    entry.appended = appended;
                }
                opened.getMembers().forEach(lease -> grant(lease, opened.getPartitionId(), true));
            }
            case MemberGranted granted
            when !granted.getAnswer() -> grant(granted.getLease(), granted.getPartitionId(), false);
            case MemberReleased released -> {
                Epochs epochs = epochs(released.getLease().getHostId());
                epochs.released = Math.max(epochs.released, released.getLease().getEpoch());
            }
            case PlanDecided plan ->
                entry(plan.getPartitionId()).plans.add(new Decided(plan, record.position(), appended));
            case PlanRefused plan ->
                entry(plan.getPartitionId()).refused.add(new Refused(plan, record.position(), appended));
            case PartitionClosed closed -> entry(closed.getPartitionId()).closed = closed;
            default -> {} // questions and refusals pass by
        }
    }

    private void grant(Lease lease, String partitionId, boolean byOpening) {
        Epochs epochs = epochs(lease.getHostId());
        if (lease.getEpoch() > epochs.granted) {
            epochs.granted = lease.getEpoch();
            epochs.holder = partitionId;
            epochs.byOpening = byOpening;
        }
    }

    private Entry entry(String id) {
        return entries.computeIfAbsent(id, _ -> new Entry());
    }

    private Epochs epochs(String hostId) {
        return hosts.computeIfAbsent(hostId, _ -> new Epochs());
    }

    /** Every partition, by log time of its opening, then id. */
    public List<Partition> all() {
        List<Partition> all = new ArrayList<>();
        entries.forEach((id, entry) -> {
            if (entry.opened != null || !begun) {
                all.add(partition(id, entry));
            }
        });
        all.sort(Comparator.comparing(
                        (Partition partition) -> partition.appended().orElse(Instant.EPOCH))
                .thenComparing(Partition::id));
        return all;
    }

    /** Those whose opening or close was not read, also where they are older than what is asked for; by id. */
    public List<Partition> partly() {
        return entries.entrySet().stream()
                .filter(entry -> entry.getValue().opened == null || entry.getValue().closed == null)
                .map(entry -> partition(entry.getKey(), entry.getValue()))
                .toList();
    }

    public List<Partition> open() {
        return all().stream().filter(partition -> partition.closed().isEmpty()).toList();
    }

    public Optional<Partition> byId(String id) {
        return Optional.ofNullable(entries.get(id)).map(entry -> partition(id, entry));
    }

    private static Partition partition(String id, Entry entry) {
        return new Partition(
                id,
                Optional.ofNullable(entry.opened),
                Optional.ofNullable(entry.position),
                Optional.ofNullable(entry.appended),
                List.copyOf(entry.plans),
                List.copyOf(entry.refused),
                Optional.ofNullable(entry.closed));
    }

    /** Hosts that are held now, by host. */
    public Map<String, Held> held() {
        Map<String, Held> held = new TreeMap<>();
        hosts.forEach((hostId, epochs) -> {
            boolean closed =
                    epochs.byOpening && entries.containsKey(epochs.holder) && entries.get(epochs.holder).closed != null;
            if (epochs.granted > epochs.released && !closed) {
                held.put(hostId, new Held(hostId, epochs.granted, epochs.holder));
            }
        });
        return held;
    }
}
