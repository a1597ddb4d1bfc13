package io.godwit.schedulers.partition;

import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.StateEntry;
import io.godwit.schemas.events.StateSnapshotted;
import io.godwit.schemas.log.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What the journal is told: the order of the inputs, a digest of the outputs, now and then the whole state. */
final class Journal {
    private static final Duration SNAPSHOT_PERIOD = Duration.ofMinutes(10);

    /** Bounds what is told at once where ticks stay away. */
    private static final int RUNS_MAX = 1_000;

    /** A part of a snapshot stays well below the 8 MiB that a record may have. */
    private static final int PART_BYTES = 1 << 20;

    private final int segment;
    private final String key;
    private final String code;

    Journal(int segment, String code) {
        this.segment = segment;
        this.key = Integer.toString(segment);
        this.code = code;
    }

    boolean due(SchedulerState state) {
        return state.runs() >= RUNS_MAX;
    }

    boolean snapshotDue(SchedulerState state) {
        return !state.logTime().isBefore(state.snapshotAt().plus(SNAPSHOT_PERIOD));
    }

    /** Tells the inputs since the last time. All outputs are of the last of them. */
    Output inputsTaken(SchedulerState state, long firstSequence, List<Output> outputs) {
        return output(new InputsTaken(
                segment,
                state.drainRuns(),
                state.logTime(),
                firstSequence,
                state.nextSequence(),
                digest(outputs),
                code,
                state.settingsDigest()));
    }

    /** The state between two inputs, all of which the journal has been told. */
    List<Output> snapshot(SchedulerState state) {
        state.snapshotAt(state.logTime());
        List<List<StateEntry>> parts = new ArrayList<>();
        parts.add(new ArrayList<>());
        int bytes = 0;
        for (Map.Entry<String, byte[]> entry : state.entries().entrySet()) {
            if (bytes > PART_BYTES) {
                parts.add(new ArrayList<>());
                bytes = 0;
            }
            parts.getLast().add(new StateEntry(entry.getKey(), ByteBuffer.wrap(entry.getValue())));
            bytes += entry.getKey().length() + entry.getValue().length;
        }
        List<Output> outputs = new ArrayList<>();
        for (int part = 0; part < parts.size(); part++) {
            outputs.add(output(new StateSnapshotted(
                    segment,
                    part,
                    parts.size(),
                    state.takenUpTo(),
                    state.nextSequence(),
                    state.logTime(),
                    parts.get(part))));
        }
        return outputs;
    }

    private Output output(org.apache.avro.specific.SpecificRecord event) {
        return Output.of(Topic.JOURNAL, segment, key, event);
    }

    /** Hex digest over topic, segment, key and value of each output, in order. */
    static String digest(List<Output> outputs) {
        MessageDigest digest = Digests.algorithm();
        for (Output output : outputs) {
            String head = output.topic().stage() + " " + output.segment() + " " + output.key() + " "
                    + output.value().length + "\n";
            digest.update(head.getBytes(StandardCharsets.UTF_8));
            digest.update(output.value());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
