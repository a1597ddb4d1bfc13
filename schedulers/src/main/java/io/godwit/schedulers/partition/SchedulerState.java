package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostMoves;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.KnownVm;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.OpenSiteProposal;
import io.godwit.schemas.events.SchedulerProgress;
import io.godwit.schemas.events.SegmentTold;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.events.VmRestarts;
import io.godwit.schemas.events.VmTrail;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;

/**
 * All that the scheduler of one segment knows. It is a set of entries, each a key and an event's bytes: so the store of the
 * running service, the snapshots in the journal and replay hold the same thing. Not safe for use by several threads.
 */
public final class SchedulerState {
    /** Before a ModeChanged is read, plans are shown and nothing is commanded. */
    static final String MODE_UNTIL_TOLD = "advise";

    private static final String PROGRESS = "progress";
    private static final String SAMPLE = "sample/";

    final Entries<KnownHost> hosts = new Entries<>("host", KnownHost.class);
    final Entries<OpenDetection> detections = new Entries<>("detection", OpenDetection.class); // by HOST/ID
    final Entries<HostLease> leases =
            new Entries<>("lease", HostLease.class, lease -> lease.getHolder().isEmpty());
    final Entries<OpenPartition> partitions = new Entries<>("partition", OpenPartition.class);
    final Entries<VmHold> holds = new Entries<>("hold", VmHold.class);
    final Entries<VmTrail> trails = new Entries<>("trail", VmTrail.class);
    final Entries<HostMoves> moves = new Entries<>("moves", HostMoves.class);
    final Entries<VmActionAsked> requests = new Entries<>("request", VmActionAsked.class);
    final Entries<DrainAsked> drains = new Entries<>("drain", DrainAsked.class); // by host
    final Entries<KnownVm> vms = new Entries<>("vm", KnownVm.class);
    final Entries<VmRestarts> restarts = new Entries<>("restarts", VmRestarts.class); // by VM
    final Entries<OpenSiteProposal> siteProposals = new Entries<>("site-proposal", OpenSiteProposal.class);
    private final Entries<ConstraintsApplied> constraints = new Entries<>("constraints", ConstraintsApplied.class);
    private final StandingConstraints standing = new StandingConstraints();
    final Entries<SegmentTold> told = new Entries<>("told", SegmentTold.class); // by segment
    /** Newest samples by host id; an entry is made of one when it is written, as most are followed by the next before that. */
    private final Map<String, Sample> samples = new HashMap<>(); // looked up by id, never iterated unsorted

    private final Set<String> changedSamples = new HashSet<>();

    private long nextSequence = 1;
    private Instant logTime = Instant.EPOCH;
    private Instant snapshotAt = Instant.EPOCH;
    private Instant helpAskedAt = Instant.EPOCH;
    private Instant siteSolvedAt = Instant.EPOCH;
    private Instant toldAt = Instant.EPOCH;
    private Instant disarmedUntil = Instant.EPOCH;
    private String mode = MODE_UNTIL_TOLD;
    private DecisionSettings settings = DecisionSettings.DEFAULTS;
    private String settingsText = ""; // kept, because the progress is written with each input
    private String settingsDigest = DecisionSettings.DEFAULTS.digest(); // kept, because the journal tells it as often
    private final Map<Topic, Long> taken = new EnumMap<>(Topic.class);
    private final List<InputRun> runs = new ArrayList<>();
    private Ring ring; // follows from the other entries; null: to be made anew
    private boolean progressChanged;
    private StateWatch watch; // null: nobody watches

    /** The newest sample of a host, where it stands, its bytes, and its sums, which are asked for far more often. */
    @SuppressWarnings("ArrayRecordComponent") // bytes of the log, kept untouched
    record Sample(long offset, Instant logTime, HostSampled sampled, byte[] bytes, HostUse use) {
        Sample(long offset, Instant logTime, HostSampled sampled, byte[] bytes) {
            this(offset, logTime, sampled, bytes, HostUse.of(sampled));
        }
    }

    /** The state that entries hold; of no entries, that of a scheduler which has read nothing. */
    public static SchedulerState of(Map<String, byte[]> entries) {
        SchedulerState state = new SchedulerState();
        new TreeMap<>(entries).forEach(state::load);
        return state;
    }

    private void load(String key, byte[] value) {
        if (key.equals(PROGRESS)) {
            SchedulerProgress progress = EventCodec.decode(value, SchedulerProgress.class);
            nextSequence = progress.getNextSequence();
            logTime = progress.getLogTime();
            snapshotAt = progress.getSnapshotAt();
            mode = progress.getMode();
            settingsText = progress.getSettings();
            settings = settingsText.isEmpty() ? DecisionSettings.DEFAULTS : DecisionSettings.parse(settingsText);
            settingsDigest = settings.digest();
            progress.getTaken().forEach(run -> taken.put(topicOf(run), run.getToOffset()));
            runs.addAll(progress.getRuns());
            helpAskedAt = progress.getHelpAskedAt();
            siteSolvedAt = progress.getSiteSolvedAt();
            toldAt = progress.getToldAt();
            disarmedUntil = progress.getDisarmedUntil();
        } else if (key.startsWith(SAMPLE)) {
            KnownSample sample = EventCodec.decode(value, KnownSample.class);
            byte[] bytes = new byte[sample.getSampled().remaining()];
            sample.getSampled().duplicate().get(bytes);
            samples.put(
                    key.substring(SAMPLE.length()),
                    new Sample(
                            sample.getOffset(),
                            sample.getLogTime(),
                            EventCodec.decode(bytes, HostSampled.class),
                            bytes));
        } else if (constraints.load(key, value)) {
            standing.put(constraints.get(key.substring(key.indexOf('/') + 1)));
        } else if (!(hosts.load(key, value)
                || detections.load(key, value)
                || leases.load(key, value)
                || partitions.load(key, value)
                || holds.load(key, value)
                || trails.load(key, value)
                || moves.load(key, value)
                || requests.load(key, value)
                || drains.load(key, value)
                || vms.load(key, value)
                || restarts.load(key, value)
                || siteProposals.load(key, value)
                || told.load(key, value))) {
            throw new BrokenLog(
                    "a state entry has the unknown key " + key + "; a newer version wrote it: run that version");
        }
    }

    private static Topic topicOf(InputRun run) {
        return Topic.ofStage(run.getTopic())
                .orElseThrow(() -> new BrokenLog("the state names the unknown topic " + run.getTopic()));
    }

    /** Entries that changed since the last call, by key; null for one that is gone. */
    public SortedMap<String, byte[]> drainChanges() {
        SortedMap<String, byte[]> changes = new TreeMap<>();
        hosts.drainTo(changes);
        changedSamples.forEach(hostId -> changes.put(SAMPLE + hostId, entryOf(samples.get(hostId))));
        changedSamples.clear();
        detections.drainTo(changes);
        leases.drainTo(changes);
        partitions.drainTo(changes);
        holds.drainTo(changes);
        trails.drainTo(changes);
        moves.drainTo(changes);
        requests.drainTo(changes);
        drains.drainTo(changes);
        vms.drainTo(changes);
        restarts.drainTo(changes);
        siteProposals.drainTo(changes);
        told.drainTo(changes);
        constraints.drainTo(changes);
        if (progressChanged) {
            changes.put(PROGRESS, EventCodec.encode(progress()));
            progressChanged = false;
        }
        return changes;
    }

    /** All entries, by key. */
    public SortedMap<String, byte[]> entries() {
        SortedMap<String, byte[]> entries = new TreeMap<>();
        hosts.writeTo(entries);
        samples.forEach((hostId, sample) -> entries.put(SAMPLE + hostId, entryOf(sample)));
        detections.writeTo(entries);
        leases.writeTo(entries);
        partitions.writeTo(entries);
        holds.writeTo(entries);
        trails.writeTo(entries);
        moves.writeTo(entries);
        requests.writeTo(entries);
        drains.writeTo(entries);
        vms.writeTo(entries);
        restarts.writeTo(entries);
        siteProposals.writeTo(entries);
        told.writeTo(entries);
        constraints.writeTo(entries);
        entries.put(PROGRESS, EventCodec.encode(progress()));
        return entries;
    }

    /** Lets somebody see what is read and changed from now on. */
    void watch(StateWatch by) {
        watch = by;
        List.of(
                        hosts,
                        detections,
                        leases,
                        partitions,
                        holds,
                        trails,
                        moves,
                        requests,
                        drains,
                        vms,
                        restarts,
                        siteProposals,
                        told,
                        constraints)
                .forEach(entries -> entries.watch(by));
    }

    private void looked(String key) {
        if (watch != null) {
            watch.read(key);
        }
    }

    private void changed(String key) {
        progressChanged = true;
        if (watch != null) {
            watch.wrote(key, false);
        }
    }

    void said(SpecificRecord event) {
        if (watch != null) {
            watch.said(event);
        }
    }

    private SchedulerProgress progress() {
        return new SchedulerProgress(
                nextSequence,
                logTime,
                mode,
                settingsText,
                takenUpTo(),
                List.copyOf(runs),
                snapshotAt,
                helpAskedAt,
                siteSolvedAt,
                toldAt,
                disarmedUntil);
    }

    /** The ring of hosts, made when it is first asked for after a change. */
    Ring ring(Supplier<Ring> making) {
        if (ring == null || watch != null) { // who watches sees what it is made of, too
            ring = making.get();
        }
        return ring;
    }

    void ringChanged() {
        ring = null;
    }

    Sample sample(String hostId) {
        if (watch != null) {
            watch.read(SAMPLE + hostId);
        }
        return samples.get(hostId);
    }

    void putSample(String hostId, Sample sample) {
        samples.put(hostId, sample);
        changedSamples.add(hostId);
        if (watch != null) {
            watch.copied(SAMPLE + hostId);
        }
    }

    private static byte[] entryOf(Sample sample) {
        return EventCodec.encode(new KnownSample(sample.offset(), sample.logTime(), ByteBuffer.wrap(sample.bytes())));
    }

    /** Notes an input as taken: its place in the order, and its time. */
    void take(Topic topic, long offset, Instant timestamp) {
        taken.put(topic, offset);
        if (!runs.isEmpty() && runs.getLast().getTopic().equals(topic.stage())) {
            runs.removeLast();
        }
        runs.add(new InputRun(topic.stage(), offset));
        if (timestamp.isAfter(logTime)) {
            logTime = timestamp;
        }
        progressChanged = true;
    }

    boolean hasTakenNothing() {
        return taken.isEmpty();
    }

    boolean hasTaken(Topic topic, long offset) {
        return offset <= taken.getOrDefault(topic, -1L);
    }

    /** Last offset taken of each topic, in the order of the topics. */
    public List<InputRun> takenUpTo() {
        return taken.entrySet().stream()
                .map(entry -> new InputRun(entry.getKey().stage(), entry.getValue()))
                .toList();
    }

    /** Inputs that the journal has not been told of, which it is with this. */
    List<InputRun> drainRuns() {
        List<InputRun> drained = List.copyOf(runs);
        runs.clear();
        progressChanged = true;
        return drained;
    }

    int runs() {
        return runs.size();
    }

    /** Goes on from where a journal says that it was: what was left out since then moves neither numbers nor time. */
    void goOn(long sequence, Instant time) {
        nextSequence = Math.max(nextSequence, sequence);
        logTime = time.isAfter(logTime) ? time : logTime;
        progressChanged = true;
    }

    /** Number that the next output will have. */
    public long nextSequence() {
        return nextSequence;
    }

    long takeSequence() {
        progressChanged = true;
        return nextSequence++;
    }

    /** Running maximum of the timestamps of the inputs. */
    public Instant logTime() {
        return logTime;
    }

    Instant snapshotAt() {
        return snapshotAt;
    }

    void snapshotAt(Instant time) {
        snapshotAt = time;
        progressChanged = true;
    }

    /** When another segment last asked for hosts to relieve an overload. */
    Instant helpAskedAt() {
        looked("helpAskedAt");
        return helpAskedAt;
    }

    void helpAskedAt(Instant time) {
        helpAskedAt = time;
        changed("helpAskedAt");
    }

    /** When the whole site was last opened. */
    Instant siteSolvedAt() {
        looked("siteSolvedAt");
        return siteSolvedAt;
    }

    void siteSolvedAt(Instant time) {
        siteSolvedAt = time;
        changed("siteSolvedAt");
    }

    /** When the other segments were last told of this one. */
    Instant toldAt() {
        looked("toldAt");
        return toldAt;
    }

    void toldAt(Instant time) {
        toldAt = time;
        changed("toldAt");
    }

    /** Before this time no host is fenced. */
    Instant disarmedUntil() {
        looked("disarmedUntil");
        return disarmedUntil;
    }

    void disarmedUntil(Instant time) {
        disarmedUntil = time;
        changed("disarmedUntil");
    }

    String mode() {
        looked("mode");
        return mode;
    }

    void mode(String told) {
        mode = told;
        changed("mode");
    }

    DecisionSettings settings() {
        looked("settings");
        return settings;
    }

    /** Hex digest of the settings. */
    String settingsDigest() {
        return settingsDigest;
    }

    void settings(DecisionSettings told) {
        settings = told;
        settingsText = told.toJson();
        settingsDigest = told.digest();
        changed("settings");
    }

    StandingConstraints constraints() {
        if (watch != null) {
            watch.readAll("constraints/");
        }
        return standing;
    }

    /** @throws IllegalArgumentException with what is wrong; nothing has changed then */
    void apply(ConstraintsApplied applied) {
        standing.put(applied);
        // the text is for people, and the log keeps it
        constraints.copy(
                applied.getName(),
                ConstraintsApplied.newBuilder(applied).setText("").build());
    }

    void withdrawConstraints(String script) {
        standing.remove(script);
        constraints.remove(script);
    }

    /** Newest sample of each host, with its log time, by host. */
    public SortedMap<String, Map.Entry<Instant, HostSampled>> newestSamples() {
        SortedMap<String, Map.Entry<Instant, HostSampled>> newest = new TreeMap<>();
        samples.forEach((hostId, sample) -> newest.put(hostId, Map.entry(sample.logTime(), sample.sampled())));
        return newest;
    }

    /** Hosts that are called crashed now. */
    public Set<String> crashedHosts() {
        return detections.all().stream()
                .filter(open -> open.getBegan().getKind() == DetectionKind.HOST_CRASH && Modes.counts(open))
                .map(open -> open.getBegan().getHostId())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Host partitions that are open, by id. */
    public List<OpenPartition> partitions() {
        return partitions.all();
    }

    /** Host partition that holds a host of the segment now; empty: none does. */
    public Optional<String> holder(String hostId) {
        return Optional.ofNullable(leases.get(hostId)).map(HostLease::getHolder).filter(holder -> !holder.isEmpty());
    }

    /** Open host partitions, for metrics. */
    public int openPartitions() {
        return partitions.size();
    }

    /** Open detections of one rule. */
    public List<DetectionBegan> openOf(String rule) {
        return detections.all().stream()
                .map(OpenDetection::getBegan)
                .filter(began -> began.getRule().equals(rule))
                .toList();
    }

    /** Open detections, for metrics. */
    public int openDetections() {
        return detections.size();
    }
}
