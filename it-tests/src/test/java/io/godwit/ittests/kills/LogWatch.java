package io.godwit.ittests.kills;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** What a test sees of the log: every committed record of some topics, to wait for and to look back at. */
public final class LogWatch implements AutoCloseable {
    /** Ten times what a calm machine needs for anything that is waited for. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** @param event null where the record cannot be read */
    public record Seen(LogRecord record, SpecificRecord event) {
        int segment() {
            return record.segment();
        }

        public long atMillis() {
            return record.timestampMillis();
        }
    }

    private final List<Seen> seen = new ArrayList<>();
    private final TopicTail tail;

    public LogWatch(TestSite site, Topic... topics) {
        this.tail = new TopicTail(
                site.kafka(),
                TestSite.SITE,
                "watch",
                List.of(topics),
                site.segments(),
                TopicTail.From.BEGINNING,
                this::take);
    }

    private synchronized void take(LogRecord record) {
        seen.add(new Seen(record, decoded(record)));
        notifyAll();
    }

    private static SpecificRecord decoded(LogRecord record) {
        try {
            return EventCodec.decode(record.value());
        } catch (UnreadableRecord corrupt) {
            return null;
        }
    }

    /** Waits until all that stood in the log when this began has been seen. */
    public void caughtUp() {
        tail.caughtUp().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Where waiting starts that must not look at what was there before. */
    public synchronized int mark() {
        return seen.size();
    }

    public synchronized Stream<Seen> all() {
        return List.copyOf(seen).stream();
    }

    public <E extends SpecificRecord> Stream<E> all(Class<E> kind) {
        return all().map(Seen::event).filter(kind::isInstance).map(kind::cast);
    }

    /**
     * Waits for a record.
     *
     * @param what for the message if it does not come
     * @param from place of the first record that is shown
     * @param done shown each record once, in order, until it says that this is it
     */
    public synchronized Seen await(String what, int from, Predicate<Seen> done) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int next = from;
        while (true) {
            for (; next < seen.size(); next++) {
                if (done.test(seen.get(next))) {
                    return seen.get(next);
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0 || tail.failure() != null) {
                throw new AssertionError(
                        what + " did not come within " + PATIENCE.toSeconds() + " s; seen since: "
                                + kinds(seen.subList(from, seen.size())),
                        tail.failure());
            }
            wait(left);
        }
    }

    private static Map<String, Integer> kinds(List<Seen> some) {
        Map<String, Integer> kinds = new TreeMap<>();
        some.forEach(one -> kinds.merge(
                one.event() == null ? "unreadable" : one.event().getClass().getSimpleName(), 1, Integer::sum));
        return kinds;
    }

    @Override
    public void close() {
        tail.close();
    }
}
