package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.HostDescribed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * All that the log of one site says, folded. Feed it every record of its topics, each topic and segment in order; then ask.
 * Asking makes fresh values each time, sorted by id. Not safe for use by several threads.
 */
public final class RegionState {
    private final String site;
    private final Inventory inventory;
    private final ObservedHosts[] observed;
    private final Detections detections;
    private final Migrations migrations = new Migrations();
    private final Arrivals arrivals = new Arrivals();
    private final HostPartitions partitions = new HostPartitions();
    private final Rules rules = new Rules();
    private final Controls controls = new Controls();
    private final Requests requests = new Requests();
    private final Proposals proposals = new Proposals();
    private final Map<Place, String> faults = new TreeMap<>();
    private final Map<Topic, long[]> foldedFrom = new EnumMap<>(Topic.class);
    private boolean begun;
    private boolean arrivalsWhole;
    private long newestMillis;

    public RegionState(String site, int segments) {
        this.site = site;
        this.inventory = new Inventory(segments);
        this.detections = new Detections(segments);
        this.observed = new ObservedHosts[segments];
        for (int segment = 0; segment < segments; segment++) {
            observed[segment] = new ObservedHosts();
        }
    }

    /** Folds one record. One that cannot be read changes nothing and is listed among the faults. */
    public void take(LogRecord record) {
        try {
            switch (record.topic()) {
                case OBSERVATIONS -> observed[record.segment()].take(record);
                case INVENTORY -> inventory.take(record);
                case DETECTIONS -> {
                    SpecificRecord event = EventCodec.decode(record.value());
                    detections.take(record, event);
                    proposals.take(record, event);
                }
                case COMMANDS -> migrations.take(record);
                case OUTCOMES -> {
                    migrations.take(record);
                    arrivals.take(record);
                }
                case HOST_PARTITIONS -> {
                    SpecificRecord event = EventCodec.decode(record.value());
                    partitions.take(record, event);
                    requests.take(record, event);
                    proposals.take(record, event);
                }
                case REQUESTS -> {
                    SpecificRecord event = EventCodec.decode(record.value());
                    requests.take(record, event);
                    proposals.take(record, event);
                }
                case RULES -> rules.take(record);
                case CONTROLS -> controls.take(record);
                case JOURNAL, ENVIRONMENTS, DEAD_LETTERS, SEALS -> {}
            }
            newestMillis = Math.max(newestMillis, record.timestampMillis());
        } catch (UnreadableRecord damaged) {
            faults.put(new Place(record.topic(), record.segment(), record.offset()), damaged.getMessage());
        }
    }

    /** Begins in the middle of a log, with what stood open by segment; things whose beginning is not read are then no part of it. */
    void begin(List<Standing> standing) {
        begun = true;
        requests.begin(standing);
        migrations.begin();
        partitions.begin();
    }

    /** Notes from which offset on a topic and segment is folded as a whole. */
    void foldedFrom(LogRange range) {
        foldedFrom
                        .computeIfAbsent(range.topic(), _ -> {
                            long[] nothing = new long[segments()];
                            Arrays.fill(nothing, Long.MAX_VALUE);
                            return nothing;
                        })[range.segment()] =
                range.from();
    }

    /** The first offset from which on all is folded; what stands before it may be folded one by one. */
    long foldedFrom(Topic topic, int segment) {
        long[] from = foldedFrom.get(topic);
        return from == null ? Long.MAX_VALUE : from[segment];
    }

    /** An outcome from before the beginning, for what it says of where a VM came. */
    void arrival(LogRecord record) {
        arrivals.take(record);
    }

    void arrivalsWhole() {
        arrivalsWhole = true;
    }

    /** Topics that this state is folded from. */
    public static List<Topic> topics() {
        return List.of(
                Topic.INVENTORY,
                Topic.OBSERVATIONS,
                Topic.RULES,
                Topic.DETECTIONS,
                Topic.HOST_PARTITIONS,
                Topic.COMMANDS,
                Topic.OUTCOMES,
                Topic.CONTROLS,
                Topic.REQUESTS);
    }

    public String site() {
        return site;
    }

    public int segments() {
        return observed.length;
    }

    /** Log time of the newest record that was folded; EPOCH where none was. */
    public Instant newest() {
        return Instant.ofEpochMilli(newestMillis);
    }

    /** Hosts that are in the inventory, by id. */
    public List<Host> hosts() {
        Map<String, List<String>> vmsByHost = new HashMap<>();
        placements()
                .forEach((vm, placed) -> vmsByHost
                        .computeIfAbsent(placed.hostId, _ -> new ArrayList<>())
                        .add(vm));
        Map<String, String> crashes = new HashMap<>();
        for (Detections.Detection detection : detections.open()) {
            if (detection.began().getKind() == DetectionKind.HOST_CRASH
                    && detection.began().getTerms() == null) { // an operator's rule calls no host crashed
                crashes.putIfAbsent(detection.began().getHostId(), detection.id());
            }
        }
        Map<String, HostPartitions.Held> held = partitions.held();
        List<Host> hosts = new ArrayList<>();
        inventory
                .hosts()
                .forEach((id, entry) -> hosts.add(host(
                        entry,
                        Optional.ofNullable(crashes.get(id)),
                        Optional.ofNullable(held.get(id)).map(HostPartitions.Held::partitionId),
                        List.copyOf(vmsByHost.getOrDefault(id, List.of())))));
        return hosts;
    }

    /** The host with this id, label (site/rack/name) or, where only one has it, name. */
    public Optional<Host> host(String named) {
        List<Host> hosts = hosts();
        List<Host> exact = hosts.stream()
                .filter(host -> host.id().equals(named) || host.label().equals(named))
                .toList();
        List<Host> found = exact.isEmpty()
                ? hosts.stream().filter(host -> host.name().equals(named)).toList()
                : exact;
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /** VMs that a sample lists or a definition names, by id. */
    public List<Vm> vms() {
        Map<String, Inventory.Defined> definitions = inventory.definitions();
        Map<String, Placed> placements = placements();
        Map<String, Vm> vms = new TreeMap<>();
        definitions.forEach((id, defined) -> {
            if (!placements.containsKey(id)) {
                vms.put(id, neverSeen(id, defined));
            }
        });
        placements.forEach((id, placed) -> vms.put(id, vm(id, placed, Optional.ofNullable(definitions.get(id)))));
        return List.copyOf(vms.values());
    }

    /** The VM with this id or, where only one has it, name. */
    public Optional<Vm> vm(String named) {
        List<Vm> vms = vms();
        List<Vm> exact = vms.stream().filter(vm -> vm.id().equals(named)).toList();
        List<Vm> found = exact.isEmpty()
                ? vms.stream().filter(vm -> vm.name().equals(named)).toList()
                : exact;
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    public Inventory inventory() {
        return inventory;
    }

    public Detections detections() {
        return detections;
    }

    public Migrations migrations() {
        return migrations;
    }

    public HostPartitions partitions() {
        return partitions;
    }

    public Rules rules() {
        return rules;
    }

    public Controls controls() {
        return controls;
    }

    public Proposals proposals() {
        return proposals;
    }

    public Requests requests() {
        return requests;
    }

    /** Samples that were folded. */
    public long samples() {
        long samples = 0;
        for (ObservedHosts segment : observed) {
            samples += segment.samples();
        }
        return samples;
    }

    /** Records that could not be read: where each stands and why, by topic, segment, offset. */
    public List<String> faults() {
        List<String> lines = new ArrayList<>();
        faults.forEach((place, why) ->
                lines.add("%s %d:%d %s".formatted(place.topic.of(site), place.segment, place.offset, why)));
        return lines;
    }

    /** Where a record stands; read again, it is still one record. */
    private record Place(Topic topic, int segment, long offset) implements Comparable<Place> {
        private static final Comparator<Place> ORDER = Comparator.comparing(Place::topic)
                .thenComparingInt(Place::segment)
                .thenComparingLong(Place::offset);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /** Forgets what the observations of a segment said, so that they can be read again from further back. */
    void forgetObservations(int segment) {
        observed[segment] = new ObservedHosts();
    }

    /** Whether a host of this segment is in the inventory and no sample of it was folded. */
    boolean lacksSamples(int segment) {
        return inventory.hostsOf(segment).stream().anyMatch(entry -> {
            ObservedHosts.Row row = observed[segment].find(entry.joined().getHostId());
            return row == null || row.sampleOffset < 0;
        });
    }

    private Host host(Inventory.Entry entry, Optional<String> crash, Optional<String> heldBy, List<String> vms) {
        HostJoined joined = entry.joined();
        Optional<ObservedHosts.Row> row = Optional.ofNullable(observed[joined.getSegment()].find(joined.getHostId()));
        Optional<ObservedHosts.Row> sampled = row.filter(seen -> seen.sampleOffset >= 0);
        return new Host(
                joined.getHostId(),
                joined.getSite(),
                joined.getRack(),
                joined.getName(),
                joined.getSegment(),
                joined.getUri(),
                joined.getProbeAddress(),
                Instant.ofEpochMilli(entry.firstMillis()),
                sampled.map(seen -> seen.cpuCapacityMillicores)
                        .or(() -> entry.described().map(HostDescribed::getCpuCapacityMillicores))
                        .orElse(0L),
                sampled.map(seen -> seen.memoryCapacityBytes)
                        .or(() -> entry.described().map(HostDescribed::getMemoryCapacityBytes))
                        .orElse(0L),
                entry.described().map(HostDescribed::getMigrationBytesPerSecond).orElse(0L),
                entry.described().map(HostDescribed::getCpuModel).orElse(""),
                sampled.map(seen -> new Host.Sample(
                        new Position(Topic.OBSERVATIONS.stage(), joined.getSegment(), seen.sampleOffset, "", ""),
                        Instant.ofEpochMilli(seen.sampleMillis),
                        Duration.ofMillis(seen.samplePeriodMillis),
                        seen.cpuDemandMillicores,
                        seen.cpuUsedMillicores,
                        seen.memoryUsedBytes)),
                row.filter(seen -> seen.lostMillis >= seen.sampleMillis && seen.lostMillis >= 0)
                        .map(seen -> new Host.Lost(Instant.ofEpochMilli(seen.lostMillis), seen.lostReason)),
                crash,
                heldBy,
                row.map(seen -> seen.coordinate),
                vms);
    }

    private Vm vm(String id, Placed placed, Optional<Inventory.Defined> defined) {
        VmColumns columns = placed.row.vms;
        int index = placed.index;
        return new Vm(
                id,
                defined.map(found -> found.definition().getName()).orElse(id),
                defined.map(found -> found.definition().getVcpus()).orElse(0),
                placed.hostId,
                ObservedHosts.state(columns.state[index]),
                Optional.of(Instant.ofEpochMilli(placed.row.sampleMillis)),
                arrivals.at(id, placed.hostId)
                        .or(() -> defined.filter(_ -> !begun || arrivalsWhole)
                                .map(found -> Instant.ofEpochMilli(found.firstMillis()))),
                columns.demandMillicores[index],
                columns.usedMillicores[index],
                columns.memoryBytes[index],
                columns.dirtyBytesPerSecond[index]);
    }

    private static Vm neverSeen(String id, Inventory.Defined defined) {
        return new Vm(
                id,
                defined.definition().getName(),
                defined.definition().getVcpus(),
                defined.definition().getHostId(),
                VmState.UNKNOWN,
                Optional.empty(),
                Optional.of(Instant.ofEpochMilli(defined.firstMillis())),
                0,
                0,
                defined.definition().getMemoryBytes(),
                defined.definition().getDirtyBytesPerSecond());
    }

    /** Where a VM is: a place in the newest sample of one host. */
    private record Placed(String hostId, ObservedHosts.Row row, int index) {
        /**
         * Running beats paused, as on the source of a post-copy, and that beats not running; then the newer sample, then the
         * smaller host id: whatever was read first.
         */
        boolean beats(Placed other) {
            if (life() != other.life()) {
                return life() > other.life();
            }
            return row.sampleMillis != other.row.sampleMillis
                    ? row.sampleMillis > other.row.sampleMillis
                    : hostId.compareTo(other.hostId) < 0;
        }

        private int life() {
            return switch (ObservedHosts.state(row.vms.state[index])) {
                case RUNNING, BLOCKED -> 2;
                case PAUSED -> 1;
                case SUSPENDED, SHUT_OFF, CRASHED, MIGRATING_IN, UNKNOWN -> 0;
            };
        }
    }

    private Map<String, Placed> placements() {
        Map<String, Placed> placements = new TreeMap<>();
        inventory.hosts().forEach((hostId, entry) -> {
            ObservedHosts segment = observed[entry.joined().getSegment()];
            ObservedHosts.Row row = segment.find(hostId);
            for (int index = 0; row != null && index < row.vms.size; index++) {
                placements.merge(
                        segment.vmId(row.vms.number[index]),
                        new Placed(hostId, row, index),
                        (one, other) -> other.beats(one) ? other : one);
            }
        });
        return placements;
    }
}
