package io.godwit.ittests.kills;

import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmChanged;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.Topic;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;

/**
 * Observations of 20 hosts, drawn from a seed: overloads that come and go, VMs that crash, hosts that fall silent. A host
 * asks for at most 85 % or at least 105 % of its CPU, so that what is an overload needs no rule of ours to say.
 */
final class CepFeed implements AutoCloseable {
    static final int HOSTS = 20;
    static final long CAPACITY_MILLICORES = 8_000;
    static final int ROUND_MILLIS = 250;

    private static final long MEMORY_BYTES = 32L << 30;
    private static final int VMS_PER_HOST = 2;
    private static final int ROUNDS_PER_SECOND = 1_000 / ROUND_MILLIS;

    private final TestSite site;
    private final SplittableRandom random;
    private final Set<Integer> silent = ConcurrentHashMap.newKeySet();
    private final long[] demandMillicores = new long[HOSTS];
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("feed").factory());
    private final Future<?> rounds;
    private long round;

    CepFeed(TestSite site, long seed) {
        this.site = site;
        this.random = new SplittableRandom(seed);
        for (int host = 0; host < HOSTS; host++) {
            demandMillicores[host] = calm();
        }
        this.rounds = clock.scheduleAtFixedRate(this::next, 0, ROUND_MILLIS, TimeUnit.MILLISECONDS);
    }

    static String id(int host) {
        return "sim-" + TestSite.SITE + "-h" + host;
    }

    int segment(int host) {
        return host % site.segments().size();
    }

    void crash(int host) {
        silent.add(host);
    }

    void restore(int host) {
        silent.remove(host);
    }

    /** A round is one sample of each host and, once a second, what monitors and the second witness say. */
    private void next() {
        boolean second = round++ % ROUNDS_PER_SECOND == 0;
        for (int segment : site.segments()) {
            if (second) {
                site.put(Topic.OBSERVATIONS, segment, "monitor-1", new MonitorAlive("monitor-1", segment, 7, ""));
            }
        }
        for (int host = 0; host < HOSTS; host++) {
            boolean down = silent.contains(host);
            if (second) {
                append(host, new ProbeAnswered(id(host), "overlay-1", !down, down ? -1L : 200L));
            }
            if (!down) {
                change(host);
                append(host, sample(host, demandMillicores[host]));
            }
        }
    }

    private void change(int host) {
        if (random.nextInt(20) == 0) {
            demandMillicores[host] = random.nextInt(3) == 0 ? 8_400 + random.nextLong(4_000) : calm();
        }
        if (random.nextInt(200) == 0) {
            append(
                    host,
                    new VmChanged(
                            id(host),
                            vm(host, random.nextInt(VMS_PER_HOST)),
                            VmChange.CRASHED,
                            "drawn",
                            0L,
                            "monitor-1"));
        }
    }

    private long calm() {
        return 2_000 + random.nextLong(4_800);
    }

    private static String vm(int host, int number) {
        return "vm-" + host + "-" + number;
    }

    private HostSampled sample(int host, long demand) {
        List<VmSample> vms = List.of(vmSample(host, 0, demand / 2), vmSample(host, 1, demand - demand / 2));
        return new HostSampled(
                id(host),
                segment(host),
                0L,
                ROUND_MILLIS,
                "monitor-1",
                CAPACITY_MILLICORES,
                demand,
                Math.min(demand, CAPACITY_MILLICORES),
                MEMORY_BYTES,
                (long) VMS_PER_HOST << 30,
                vms,
                "",
                0L);
    }

    private static VmSample vmSample(int host, int number, long demand) {
        return new VmSample(vm(host, number), VmState.RUNNING, demand, demand, 1L << 30, -1L, -1L, -1L);
    }

    private void append(int host, SpecificRecord event) {
        site.put(Topic.OBSERVATIONS, segment(host), id(host), event);
    }

    /**
     * An overload of a host that had no sample before; ends the feed.
     *
     * @return its offset: all that was fed before stands below it
     */
    long last(int segment) throws Exception {
        close();
        int host = HOSTS
                + segment
                + (site.segments().size() - HOSTS % site.segments().size());
        return site.append(Topic.OBSERVATIONS, segment, id(host), sample(host, 2 * CAPACITY_MILLICORES))
                .get()
                .offset();
    }

    @Override
    public void close() {
        rounds.cancel(false);
        clock.shutdown();
        try {
            if (!clock.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the feed hangs: does the broker take records?");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        site.flush();
    }
}
