package io.godwit.monitors.watch;

import io.godwit.monitors.MonitorConfig;
import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.hosts.HostProbe;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLeft;
import io.godwit.schemas.events.MonitorAlive;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the hosts of the segments that it is told of: one thread knows who is due, each look has a virtual thread of its
 * own, so a host that stalls stalls nothing else. Says once a second for each segment that it is alive.
 */
public final class HostWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);

    /** Looks that are due within this time begin together, which spares wake-ups. */
    private static final long TOGETHER_NANOS = Duration.ofMillis(5).toNanos();

    private static final long ALIVE_NANOS = Duration.ofSeconds(1).toNanos();

    /** Each host is measured once a period, but all of them together at most so often. */
    private static final int ROUND_TRIPS_PER_SECOND_MAX = 100;

    private static final int ROUND_TRIPS_AT_ONCE = 32;

    private final MonitorConfig config;
    private final String slot;
    private final String endpoint;
    private final List<HostProbe.Opener> openers;
    private final Observations observations;
    private final Membership membership;
    private final Inventories inventories = new Inventories();
    private final Set<Integer> served = ConcurrentHashMap.newKeySet();
    private final Map<String, WatchedHost> hosts = new ConcurrentHashMap<>();
    private final Queue<WatchedHost> opened = new ConcurrentLinkedQueue<>();
    private final ExecutorService looks = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("look-", 0).factory());
    /** Platform threads: a look-up of a name that hangs would hold up looks in virtual ones. What finds none free is left. */
    private final ExecutorService roundTrips = new ThreadPoolExecutor(
            0,
            ROUND_TRIPS_AT_ONCE,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("round-trip-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    private final SampleTimes times;
    private volatile List<WatchedHost> hostList = List.of();
    private volatile boolean closed;

    /** @param endpoint address:port that others measure round trips to; empty: none */
    public HostWatch(
            MonitorConfig config,
            String slot,
            String endpoint,
            List<HostProbe.Opener> openers,
            Observations observations,
            Membership membership) {
        this.config = config;
        this.slot = slot;
        this.endpoint = endpoint;
        this.openers = List.copyOf(openers);
        this.observations = observations;
        this.membership = membership;
        this.times = new SampleTimes(config.samplePeriod().toNanos());
    }

    /** Begins to look and to say that it is alive. */
    public void start() {
        Thread.ofPlatform().daemon().name("monitor-" + slot).start(this::run);
    }

    /** A segment is ours, its inventory follows from its start. */
    public void begin(int segment) {
        inventories.begin(segment);
    }

    /** The inventory of a segment has been handed over up to now; its hosts are watched from here on. */
    public void serve(int segment) {
        inventories.hosts(segment).forEach(this::open);
        served.add(segment);
        relist();
    }

    /** A segment is ours no more. */
    public void end(int segment) {
        served.remove(segment);
        inventories.end(segment);
        hosts.values().removeIf(host -> {
            if (host.segment() == segment) {
                host.close();
                return true;
            }
            return false;
        });
        relist();
    }

    /** Takes the next event of a segment's inventory. */
    public void take(int segment, SpecificRecord event) {
        SegmentInventory.Change change = inventories.take(segment, event);
        if (!served.contains(segment)) {
            return;
        }
        if (change == SegmentInventory.Change.JOINED && event instanceof HostJoined joined) {
            open(joined);
            relist();
        } else if (change == SegmentInventory.Change.LEFT && event instanceof HostLeft left) {
            Optional.ofNullable(hosts.remove(left.getHostId())).ifPresent(WatchedHost::close);
            relist();
        }
    }

    /** Segments that are served, in no order. */
    public Set<Integer> served() {
        return Set.copyOf(served);
    }

    /** How many hosts are watched. */
    public int size() {
        return hostList.size();
    }

    private void open(HostJoined joined) {
        Optional<HostProbe.Opener> opener =
                openers.stream().filter(each -> each.takes(joined.getUri())).findFirst();
        if (opener.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("host", joined.getHostId())
                    .addKeyValue("uri", joined.getUri())
                    .log("no adapter takes the URI of this host, so it is not watched; start this monitor with the"
                            + " adapter");
            return;
        }
        Duration wanted = config.roundTripPeriod();
        Duration fastest = Duration.ofSeconds(hostList.size() / ROUND_TRIPS_PER_SECOND_MAX);
        WatchedHost host = new WatchedHost(
                joined,
                new WatchedHost.Watch(
                        slot,
                        config.samplePeriod(),
                        wanted.compareTo(fastest) < 0 ? fastest : wanted,
                        observations,
                        membership,
                        inventories,
                        roundTrips,
                        () -> hostList),
                opener.get());
        WatchedHost before = hosts.put(joined.getHostId(), host);
        if (before != null) {
            before.close();
        }
        opened.add(host);
    }

    private void relist() {
        hostList = hosts.values().stream()
                .sorted(Comparator.comparing(WatchedHost::hostId))
                .toList();
        MonitorMetrics.HOSTS.set(hostList.size());
        MonitorMetrics.SEGMENTS.set(served.size());
    }

    private record Due(long atNanos, WatchedHost host) {}

    private void run() {
        PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
        long aliveAt = System.nanoTime();
        while (!closed) {
            try {
                for (WatchedHost host = opened.poll(); host != null; host = opened.poll()) {
                    queue.add(new Due(next(host), host));
                }
                long now = System.nanoTime();
                while (!queue.isEmpty() && queue.peek().atNanos - now < TOGETHER_NANOS) {
                    WatchedHost host = queue.remove().host;
                    if (hosts.get(host.hostId()) == host) { // else it left, or was opened anew
                        looks.execute(host::sample);
                        queue.add(new Due(Math.max(next(host), now + 2 * TOGETHER_NANOS), host));
                    }
                }
                if (now - aliveAt >= 0) {
                    sayAlive(now);
                    aliveAt = Math.max(aliveAt + ALIVE_NANOS, now);
                }
                long until = queue.isEmpty() ? aliveAt : Math.min(queue.peek().atNanos, aliveAt);
                LockSupport.parkNanos(this, Math.clamp(until - System.nanoTime(), TOGETHER_NANOS, ALIVE_NANOS / 10));
            } catch (RuntimeException failed) {
                if (!closed) {
                    LOG.atError()
                            .addKeyValue("slot", slot)
                            .setCause(failed)
                            .log("a round of the monitor failed; it goes on");
                    LockSupport.parkNanos(this, ALIVE_NANOS);
                }
            }
        }
    }

    private long next(WatchedHost host) {
        Instant wall = Instant.now();
        // a little ahead, or a look that began early would be due again at once
        long ahead = 2 * TOGETHER_NANOS;
        long nanos = wall.getEpochSecond() * 1_000_000_000L + wall.getNano() + ahead;
        return System.nanoTime() + ahead + times.nanosUntilNext(host.hostId(), nanos);
    }

    private void sayAlive(long nowNanos) {
        int[] counts =
                new int[1 + served.stream().mapToInt(Integer::intValue).max().orElse(0)];
        for (WatchedHost host : hostList) {
            if (host.segment() < counts.length) {
                counts[host.segment()]++;
            }
        }
        for (int segment : served) {
            if (segment < counts.length && membership.owns(segment, nowNanos)) {
                observations.passing(
                        segment, Integer.toString(segment), new MonitorAlive(slot, segment, counts[segment], endpoint));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        looks.shutdownNow();
        roundTrips.shutdownNow();
        hosts.values().forEach(WatchedHost::close);
        hosts.clear();
        served.clear();
        relist();
    }
}
