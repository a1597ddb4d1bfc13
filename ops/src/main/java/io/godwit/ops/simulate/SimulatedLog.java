package io.godwit.ops.simulate;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * The log of a simulated region: gives offsets and times, hands each record to the readers of its topic after the delay of
 * the log, in order within a topic and segment, and forgets it.
 */
final class SimulatedLog {
    /** Takes the records of a topic. */
    interface Reader {
        void take(LogRecord record, SpecificRecord event);
    }

    /** How long a record is under way. */
    interface Delays {
        /** Microseconds from the append until a reader has it; 0 or more. */
        long micros(Topic topic, int segment);
    }

    private record Sent(LogRecord record, SpecificRecord event, long micros) {}

    private static final byte[] NO_BYTES = {};

    private final Agenda agenda;
    private final Delays delays;
    private final boolean keepsBytes;
    private final Map<Topic, List<Channel>> channels = new EnumMap<>(Topic.class);

    /** @param keepsBytes whether anybody looks at the bytes of observations; without them a run is faster */
    SimulatedLog(Agenda agenda, int segments, Delays delays, boolean keepsBytes) {
        this.keepsBytes = keepsBytes;
        this.agenda = agenda;
        this.delays = delays;
        for (Topic topic : Topic.values()) {
            List<Channel> bySegment = new ArrayList<>(segments);
            for (int segment = 0; segment < segments; segment++) {
                bySegment.add(new Channel(topic, segment));
            }
            channels.put(topic, bySegment);
        }
    }

    /** A reader of one segment of a topic; of several the earlier one has each record first. */
    void subscribe(Topic topic, int segment, Reader reader) {
        channels.get(topic).get(segment).readers.add(reader);
    }

    /** Somebody who sees every record at its append, before any reader. */
    void watch(Topic topic, Reader watcher) {
        channels.get(topic).forEach(channel -> channel.watchers.add(watcher));
    }

    LogRecord append(Topic topic, int segment, String key, SpecificRecord event) {
        boolean unseen = topic == Topic.OBSERVATIONS && !keepsBytes;
        return append(topic, segment, key, event, unseen ? NO_BYTES : EventCodec.encode(event));
    }

    /** @param value the event's bytes */
    LogRecord append(Topic topic, int segment, String key, SpecificRecord event, byte[] value) {
        return channels.get(topic).get(segment).append(key, event, value);
    }

    /** What concerns a whole site. */
    void appendEverywhere(Topic topic, String key, SpecificRecord event) {
        for (Channel channel : channels.get(topic)) {
            channel.append(key, event, EventCodec.encode(event));
        }
    }

    /** Offset after the newest record. */
    long end(Topic topic, int segment) {
        return channels.get(topic).get(segment).nextOffset;
    }

    /** Records of one topic and segment that are on their way. */
    private final class Channel {
        private final Topic topic;
        private final int segment;
        private final List<Reader> readers = new ArrayList<>();
        private final List<Reader> watchers = new ArrayList<>();
        private final ArrayDeque<Sent> underWay = new ArrayDeque<>();
        private long nextOffset;
        private long lastArrival;

        Channel(Topic topic, int segment) {
            this.topic = topic;
            this.segment = segment;
        }

        LogRecord append(String key, SpecificRecord event, byte[] value) {
            LogRecord record = new LogRecord(
                    topic,
                    segment,
                    nextOffset++,
                    agenda.nowMicros() / 1000,
                    key.getBytes(StandardCharsets.UTF_8),
                    value);
            for (Reader watcher : watchers) {
                watcher.take(record, event);
            }
            if (!readers.isEmpty()) {
                lastArrival = Math.max(lastArrival, agenda.nowMicros() + delays.micros(topic, segment));
                underWay.add(new Sent(record, event, lastArrival));
                if (underWay.size() == 1) {
                    agenda.at(lastArrival, this::deliver);
                }
            }
            return record;
        }

        private void deliver() {
            Sent sent = underWay.element();
            for (Reader reader : readers) {
                reader.take(sent.record(), sent.event());
            }
            underWay.remove();
            if (!underWay.isEmpty()) {
                agenda.at(underWay.element().micros(), this::deliver);
            }
        }
    }
}
