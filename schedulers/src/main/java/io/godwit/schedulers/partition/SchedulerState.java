package io.godwit.schedulers.partition;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.HostLease;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.InputRun;
import io.godwit.schemas.events.KnownHost;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.SchedulerProgress;
import io.godwit.schemas.events.VmHold;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that the scheduler of one segment knows. It is a set of entries, each a key and an event's bytes: so the store of the
 * running service, the snapshots in the journal and replay hold the same thing. Not safe for use by several threads.
 */
public final class SchedulerState {
    /** Before a ModeChanged is read, plans are shown and nothing is commanded. */
    static final String MODE_UNTIL_TOLD = "advise";

    private static final String PROGRESS = "progress";

    final Entries<KnownHost> hosts = new Entries<>("host", KnownHost.class);
    final Entries<OpenDetection> detections = new Entries<>("detection", OpenDetection.class); // by HOST/ID
    final Entries<HostLease> leases = new Entries<>("lease", HostLease.class);
    final Entries<OpenPartition> partitions = new Entries<>("partition", OpenPartition.class);
    final Entries<VmHold> holds = new Entries<>("hold", VmHold.class);
    private final Entries<ConstraintsApplied> constraints = new Entries<>("constraints", ConstraintsApplied.class);
    private final StandingConstraints standing = new StandingConstraints();
    private final Entries<KnownSample> samples = new Entries<>("sample", KnownSample.class);
    private final Map<String, Sample> decoded = new HashMap<>(); // looked up by id only, never iterated

    private long nextSequence = 1;
    private Instant logTime = Instant.EPOCH;
    private Instant snapshotAt = Instant.EPOCH;
    private String mode = MODE_UNTIL_TOLD;
    private DecisionSettings settings = DecisionSettings.DEFAULTS;
    private String settingsText = ""; // kept, because the progress is written with each input
    private final Map<Topic, Long> taken = new EnumMap<>(Topic.class);
    private final List<InputRun> runs = new ArrayList<>();
    private boolean progressChanged;

    /** The newest sample of a host and where it stands. */
    record Sample(long offset, Instant logTime, HostSampled sampled) {}

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
            progress.getTaken().forEach(run -> taken.put(topicOf(run), run.getToOffset()));
            runs.addAll(progress.getRuns());
        } else if (samples.load(key, value)) {
            String hostId = key.substring(key.indexOf('/') + 1);
            KnownSample sample = samples.get(hostId);
            byte[] bytes = new byte[sample.getSampled().remaining()];
            sample.getSampled().duplicate().get(bytes);
            decoded.put(
                    hostId,
                    new Sample(sample.getOffset(), sample.getLogTime(), EventCodec.decode(bytes, HostSampled.class)));
        } else if (constraints.load(key, value)) {
            standing.put(constraints.get(key.substring(key.indexOf('/') + 1)));
        } else if (!(hosts.load(key, value)
                || detections.load(key, value)
                || leases.load(key, value)
                || partitions.load(key, value)
                || holds.load(key, value))) {
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
        samples.drainTo(changes);
        detections.drainTo(changes);
        leases.drainTo(changes);
        partitions.drainTo(changes);
        holds.drainTo(changes);
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
        samples.writeTo(entries);
        detections.writeTo(entries);
        leases.writeTo(entries);
        partitions.writeTo(entries);
        holds.writeTo(entries);
        constraints.writeTo(entries);
        entries.put(PROGRESS, EventCodec.encode(progress()));
        return entries;
    }

    private SchedulerProgress progress() {
        return new SchedulerProgress(
                nextSequence, logTime, mode, settingsText, takenUpTo(), List.copyOf(runs), snapshotAt);
    }

    Sample sample(String hostId) {
        return decoded.get(hostId);
    }

    void putSample(String hostId, Sample sample, byte[] bytes) {
        samples.put(hostId, new KnownSample(sample.offset(), sample.logTime(), ByteBuffer.wrap(bytes)));
        decoded.put(hostId, sample);
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

    boolean hasTaken(Topic topic, long offset) {
        return offset <= taken.getOrDefault(topic, -1L);
    }

    /** Last offset taken of each topic, in the order of the topics. */
    List<InputRun> takenUpTo() {
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

    String mode() {
        return mode;
    }

    void mode(String told) {
        mode = told;
        progressChanged = true;
    }

    DecisionSettings settings() {
        return settings;
    }

    void settings(DecisionSettings told) {
        settings = told;
        settingsText = told.toJson();
        progressChanged = true;
    }

    StandingConstraints constraints() {
        return standing;
    }

    /** @throws IllegalArgumentException with what is wrong; nothing has changed then */
    void apply(ConstraintsApplied applied) {
        standing.put(applied);
        // the text is for people, and the log keeps it
        constraints.put(
                applied.getName(),
                ConstraintsApplied.newBuilder(applied).setText("").build());
    }

    void withdrawConstraints(String script) {
        standing.remove(script);
        constraints.remove(script);
    }

    /** Open host partitions, for metrics. */
    public int openPartitions() {
        return partitions.size();
    }

    /** Open detections, for metrics. */
    public int openDetections() {
        return detections.size();
    }
}
