package io.godwit.ops.incident;

import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.VmsDigest;
import io.godwit.schedulers.replay.DecisionsAgain;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.KnownSample;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes a log once more, with pseudonyms for names. What follows from names, digests and some sentences, is made again by
 * deciding again on the renamed inputs, until the log says what is decided on it.
 */
final class Pseudonyms {
    /** A round makes what one segment says; what it says to another, and that says of it, takes further ones. */
    private static final int ROUNDS_MAX = 8;

    private record Place(Topic topic, int segment, long offset) {
        static Place of(LogRecord record) {
            return new Place(record.topic(), record.segment(), record.offset());
        }
    }

    private final Names names = new Names();
    private final Map<String, String> digests = new HashMap<>();
    private final Manifest manifest;

    private Pseudonyms(Manifest manifest) {
        this.manifest = manifest;
    }

    /**
     * Renames the log of a folder into another one.
     *
     * @param scratch an empty folder for what comes in between
     * @return the manifest of the renamed log
     */
    static Manifest rename(Manifest manifest, Path from, Path scratch, Path to) {
        return new Pseudonyms(manifest).rename(from, scratch, to);
    }

    private Manifest rename(Path from, Path scratch, Path to) {
        Path renamed = scratch.resolve("0");
        try (Log log = new DirectoryLog(from)) {
            noteAll(log);
            EventTexts texts = new EventTexts(names::of);
            write(log, renamed, record -> renamed(record, texts));
        }
        for (int round = 1; ; round++) {
            Map<Place, byte[]> better = new HashMap<>();
            try (Log log = new DirectoryLog(renamed)) {
                for (int segment : manifest.replayed()) {
                    decideAgain(log, segment, better);
                }
                boolean done = better.isEmpty() || round == ROUNDS_MAX;
                Path next = done ? to : scratch.resolve(Integer.toString(round));
                EventTexts texts =
                        new EventTexts((said, text) -> said == Said.DIGEST ? digests.getOrDefault(text, text) : text);
                write(log, next, record -> digested(record, better, texts));
                if (done) {
                    return manifest(log, to);
                }
                renamed = next;
            }
        }
    }

    private Manifest manifest(Log log, Path to) {
        return manifest.renamed(
                log.site(),
                manifest.hosts().stream()
                        .map(label -> names.of(Said.LABEL, label))
                        .toList(),
                manifest.slices().stream()
                        .filter(slice -> !slice.topic().equals(Topic.DEAD_LETTERS.stage()))
                        .map(slice -> slice.ofBytes(bytes(to, slice)))
                        .toList());
    }

    private static long bytes(Path folder, Manifest.Slice slice) {
        long[] bytes = {0};
        try (Log log = new DirectoryLog(folder)) {
            LogRange all = LogRange.all(Topic.ofStage(slice.topic()).orElseThrow(), slice.segment());
            log.scan(List.of(all), record -> {
                bytes[0] += (record.key() == null ? 0 : record.key().length) + record.value().length;
                return true;
            });
        }
        return bytes[0];
    }

    private void noteAll(Log log) {
        EventTexts noting = new EventTexts(names::note);
        names.note(Said.SITE, log.site());
        for (Topic topic : Topic.values()) {
            for (int segment = 0; segment < log.segments(); segment++) {
                log.scan(List.of(LogRange.all(topic, segment)), record -> {
                    try {
                        SpecificRecord event = noting.change(EventCodec.decode(record.value()));
                        if (event instanceof HostJoined joined) {
                            names.noteLabel(joined.getSite(), joined.getRack(), joined.getName());
                        }
                    } catch (UnreadableRecord _) {
                        // what nobody can read is not written again
                    }
                    return true;
                });
            }
        }
        names.close();
    }

    /** Copies all but dead letters, which hold bytes that nobody can read. */
    private void write(Log log, Path folder, UnaryOperator<LogRecord> change) {
        String site = log.site().equals(manifest.site()) ? names.of(Said.SITE, log.site()) : log.site();
        try (DirectoryLogWriter out = new DirectoryLogWriter(folder, site, "", log.segments())) {
            for (Topic topic : Topic.values()) {
                for (int segment = 0; topic != Topic.DEAD_LETTERS && segment < log.segments(); segment++) {
                    log.scan(List.of(LogRange.all(topic, segment)), record -> {
                        out.append(change.apply(record));
                        return true;
                    });
                    if (log.end(topic, segment) > 0) {
                        out.wholeFrom(topic, segment, log.beginning(topic, segment));
                    }
                }
            }
            out.finish();
        }
    }

    private LogRecord renamed(LogRecord record, EventTexts texts) {
        byte[] key = key(record);
        try {
            SpecificRecord event = EventCodec.decode(record.value());
            Map<String, String> advised =
                    event instanceof StateSnapshotted snapshot ? advised(snapshot, names) : Map.of();
            SpecificRecord changed = texts.change(event);
            advised.forEach(digests::put);
            return with(record, key, EventCodec.encode(changed));
        } catch (UnreadableRecord _) {
            return with(record, key, new byte[0]);
        }
    }

    private byte[] key(LogRecord record) {
        boolean kept = record.key() == null || record.topic() == Topic.JOURNAL || record.topic() == Topic.RULES;
        return kept
                ? record.key()
                : names.ofKey(new String(record.key(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    /** What a scheduler remembers of the VMs for which it showed a plan, where they are those of the newest sample. */
    private static Map<String, String> advised(StateSnapshotted snapshot, Names names) {
        Map<String, List<String>> vms = new HashMap<>();
        Map<String, String> digests = new HashMap<>();
        for (StateEntry entry : snapshot.getEntries()) {
            if (read(entry) instanceof KnownSample sample) {
                byte[] bytes = bytes(sample.getSampled());
                HostSampled sampled = EventCodec.decode(bytes, HostSampled.class);
                vms.put(
                        sampled.getHostId(),
                        sampled.getVms().stream().map(VmSample::getVmId).toList());
            }
        }
        for (StateEntry entry : snapshot.getEntries()) {
            if (read(entry) instanceof OpenDetection open
                    && !open.getAdvisedVms().isEmpty()) {
                List<String> ids = vms.getOrDefault(open.getBegan().getHostId(), List.of());
                if (open.getAdvisedVms().equals(VmsDigest.of(ids.stream()))) {
                    digests.put(open.getAdvisedVms(), VmsDigest.of(ids.stream().map(id -> names.of(Said.VM, id))));
                }
            }
        }
        return digests;
    }

    private static SpecificRecord read(StateEntry entry) {
        return EventCodec.decode(bytes(entry.getValue()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private void decideAgain(Log log, int segment, Map<Place, byte[]> better) {
        DecisionsAgain.run(log, segment, manifest.from(), manifest.to(), DecidingCode.digest(), (recorded, now) -> {
            if (!Arrays.equals(recorded.value(), now.value())) {
                if (!sameButForWords(recorded, now)) {
                    return false;
                }
                better.put(Place.of(recorded), now.value());
            }
            return true;
        });
    }

    /** Whether two decisions differ in nothing but sentences and digests; notes which digest became which. */
    private boolean sameButForWords(LogRecord recorded, Output now) {
        if (recorded.topic() != now.topic() || recorded.segment() != now.segment()) {
            return false;
        }
        EventTexts bare = new EventTexts(
                (said, text) -> said == Said.SENTENCE || said == Said.FREE || said == Said.DIGEST ? "" : text);
        SpecificRecord was = EventCodec.decode(recorded.value());
        String before = digest(was);
        String after = digest(now.event());
        boolean same = Arrays.equals(
                EventCodec.encode(bare.change(was)), EventCodec.encode(bare.change(EventCodec.decode(now.value()))));
        if (same && !before.isEmpty()) {
            digests.put(before, after);
        }
        return same;
    }

    private static String digest(SpecificRecord event) {
        Schema.Field field = event.getSchema().getField("snapshotDigest");
        return field == null ? "" : (String) event.get(field.pos());
    }

    private LogRecord digested(LogRecord record, Map<Place, byte[]> better, EventTexts texts) {
        byte[] now = better.get(Place.of(record));
        if (now != null) {
            return with(record, record.key(), now);
        }
        boolean asks = record.topic() == Topic.HOST_PARTITIONS || record.topic() == Topic.JOURNAL;
        if (!asks || digests.isEmpty()) {
            return record;
        }
        try {
            return with(record, record.key(), EventCodec.encode(texts.change(EventCodec.decode(record.value()))));
        } catch (UnreadableRecord _) {
            return record;
        }
    }

    private static LogRecord with(LogRecord record, byte[] key, byte[] value) {
        return new LogRecord(record.topic(), record.segment(), record.offset(), record.timestampMillis(), key, value);
    }
}
