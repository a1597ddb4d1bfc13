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
 * the log, to each in order within a topic and segment, and forgets it.
 */
final class SimulatedLog {
    /** Takes the records of a topic. */
    interface Reader {
        void take(LogRecord record, SpecificRecord event);
    }

    /** What the network does to a record. */
    interface Network {
        /**
         * Microseconds from the append until a reader has it; 0 or more.
         *
         * @param fromSegment segment whose service wrote it
         */
        long delayMicros(int fromSegment, LogRecord record);

        /** How often a reader gets it, as one does that starts again before it has committed; 1 or more. */
        default int copies(LogRecord record) {
            return 1;
        }
    }

    private record Sent(LogRecord record, SpecificRecord event, long micros) {}

    private static final byte[] NO_BYTES = {};

    private final Agenda agenda;
    private final Network network;
    private final boolean keepsBytes;
    private final Map<Topic, List<Channel>> channels = new EnumMap<>(Topic.class);

    /** @param keepsBytes whether anybody looks at the bytes of observations; without them a run is faster */
    SimulatedLog(Agenda agenda, int segments, Network network, boolean keepsBytes) {
        this.agenda = agenda;
        this.network = network;
        this.keepsBytes = keepsBytes;
        for (Topic topic : Topic.values()) {
            List<Channel> bySegment = new ArrayList<>(segments);
            for (int segment = 0; segment < segments; segment++) {
                bySegment.add(new Channel(topic, segment));
            }
            channels.put(topic, bySegment);
        }
    }

    /** A reader of one segment of a topic. */
    void subscribe(Topic topic, int segment, Reader reader) {
        channels.get(topic).get(segment).readers.add(new Reading(reader));
    }

    /** Somebody who sees every record at its append, before any reader. */
    void watch(Topic topic, Reader watcher) {
        channels.get(topic).forEach(channel -> channel.watchers.add(watcher));
    }

    /** Appends what a service of the same segment says. */
    LogRecord append(Topic topic, int segment, String key, SpecificRecord event) {
        boolean unseen = topic == Topic.OBSERVATIONS && !keepsBytes;
        return append(segment, topic, segment, key, event, unseen ? NO_BYTES : EventCodec.encode(event));
    }

    /** @param value the event's bytes */
    LogRecord append(int fromSegment, Topic topic, int segment, String key, SpecificRecord event, byte[] value) {
        return channels.get(topic).get(segment).append(fromSegment, key, event, value);
    }

    /** What concerns a whole site. */
    void appendEverywhere(Topic topic, String key, SpecificRecord event) {
        for (int segment = 0; segment < channels.get(topic).size(); segment++) {
            append(topic, segment, key, event);
        }
    }

    /** Time of the newest record; 0: there is none. */
    long newestMillis(Topic topic, int segment) {
        return channels.get(topic).get(segment).newestMillis;
    }

    /** One topic and segment. */
    private final class Channel {
        private final Topic topic;
        private final int segment;
        private final List<Reading> readers = new ArrayList<>();
        private final List<Reader> watchers = new ArrayList<>();
        private long nextOffset;
        private long newestMillis;

        Channel(Topic topic, int segment) {
            this.topic = topic;
            this.segment = segment;
        }

        LogRecord append(int fromSegment, String key, SpecificRecord event, byte[] value) {
            newestMillis = agenda.nowMicros() / 1000;
            LogRecord record = new LogRecord(
                    topic, segment, nextOffset++, newestMillis, key.getBytes(StandardCharsets.UTF_8), value);
            for (Reader watcher : watchers) {
                watcher.take(record, event);
            }
            for (Reading reading : readers) {
                long arrival = agenda.nowMicros() + network.delayMicros(fromSegment, record);
                for (int copy = network.copies(record); copy > 0; copy--) {
                    reading.send(record, event, arrival);
                }
            }
            return record;
        }
    }

    /** Records on their way to one reader; none overtakes another. */
    private final class Reading {
        private final Reader reader;
        private final ArrayDeque<Sent> underWay = new ArrayDeque<>();
        private long lastArrival;

        Reading(Reader reader) {
            this.reader = reader;
        }

        void send(LogRecord record, SpecificRecord event, long arrival) {
            lastArrival = Math.max(lastArrival, arrival);
            underWay.add(new Sent(record, event, lastArrival));
            if (underWay.size() == 1) {
                agenda.at(lastArrival, this::deliver);
            }
        }

        private void deliver() {
            Sent sent = underWay.element();
            reader.take(sent.record(), sent.event());
            underWay.remove();
            if (!underWay.isEmpty()) {
                agenda.at(underWay.element().micros(), this::deliver);
            }
        }
    }
}
