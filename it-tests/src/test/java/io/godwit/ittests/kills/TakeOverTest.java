package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.InputsTaken;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two instances of a service share the segments; of one that is killed the segments work again in time. The bounds hold for a
 * machine that is not loaded: on others they are scaled by -Dgodwit.kills.factor (3). GODWIT_STRICT=1 takes them as they are.
 */
class TakeOverTest {
    private static final int SEGMENTS = 12;
    private static final int HOSTS_PER_SEGMENT = 2;
    private static final int VMS_PER_HOST = 4;
    private static final int FACTOR =
            "1".equals(System.getenv("GODWIT_STRICT")) ? 1 : Integer.getInteger("godwit.kills.factor", 3);
    private static final Duration TAKEN_OVER_MAX = Duration.ofSeconds(10);
    private static final Duration BACK_MAX = Duration.ofSeconds(5);
    private static final int FEED_MILLIS = 200;

    @TempDir
    private static Path folder;

    private static TestSite site;
    private static SimulatedHosts hosts;
    private static int commandsGiven;

    /** What tells that a segment is worked on. */
    enum Work {
        CEP("cep", Topic.OBSERVATIONS),
        MONITOR("monitor", Topic.OBSERVATIONS),
        SCHEDULER("scheduler", Topic.JOURNAL),
        EXECUTOR("executor", Topic.OUTCOMES),
        OVERLAY("overlay", Topic.OBSERVATIONS);

        private final String service;
        private final Topic topic;

        Work(String service, Topic topic) {
            this.service = service;
            this.topic = topic;
        }

        /** Slot that worked; of a scheduler, which does not tell, only that one did. Empty for other records. */
        Optional<String> worker(LogWatch.Seen seen) {
            return switch (seen.event()) {
                case Tick tick when this == CEP -> Optional.of(tick.getOwner());
                case MonitorAlive alive when this == MONITOR -> Optional.of(alive.getMonitor());
                case InputsTaken _ when this == SCHEDULER -> Optional.of("scheduler");
                case CommandAccepted accepted when this == EXECUTOR -> Optional.of(accepted.getExecutor());
                case RoundTrip trip
                when this == OVERLAY -> Optional.of(trip.getProber()); // answers only when they change
                case null, default -> Optional.empty();
            };
        }

        Slot slot(int number) {
            return new Slot(service, Integer.toString(number));
        }
    }

    @BeforeAll
    static void startSite() throws Exception {
        site = TestSite.start(folder, TakeOverTest.class, SEGMENTS);
        int number = SEGMENTS * HOSTS_PER_SEGMENT;
        hosts = SimulatedHosts.start(site, number, number * VMS_PER_HOST, SEGMENTS, 40, Duration.ofMinutes(5));
        site.mode("auto");
    }

    @AfterAll
    static void stopSite() {
        hosts.close();
        site.close();
    }

    @ParameterizedTest
    @EnumSource(Work.class)
    void segments_of_a_killed_instance_work_again_at_the_other_one_and_after_a_restart_at_itself(Work work)
            throws Exception {
        List<ServiceProcess> running = new ArrayList<>();
        try (Feed _ = new Feed(work);
                LogWatch log = new LogWatch(site, work.topic)) {
            log.caughtUp();
            running.add(ServiceProcess.start(site, work.slot(1), hosts.address()));
            running.add(ServiceProcess.start(site, work.slot(2), hosts.address()));
            Set<Integer> lost = awaitShared(work, log).get(work.slot(1).toString());
            long killed = running.getFirst().kill();
            long takenOver = worksAgain(work, log, lost, killed, Optional.of(work.slot(1)));

            running.set(0, ServiceProcess.start(site, work.slot(1), hosts.address()));
            Set<Integer> own = awaitShared(work, log).get(work.slot(1).toString());
            long killedAgain = running.getFirst().kill();
            running.set(0, ServiceProcess.start(site, work.slot(1), hosts.address()));
            long back = worksAgain(work, log, own, killedAgain, Optional.empty());

            System.err.printf(
                    "%s: %d segments taken over in %d ms, %d in the own slot again in %d ms (limits times %d)%n",
                    work.service, lost.size(), takenOver, own.size(), back, FACTOR);
            assertTrue(
                    takenOver <= TAKEN_OVER_MAX.toMillis() * FACTOR,
                    () -> work.service + " was taken over in " + takenOver + " ms");
            assertTrue(
                    back <= BACK_MAX.toMillis() * FACTOR,
                    () -> work.service + " worked in its own slot again after " + back + " ms");
        } finally {
            running.forEach(ServiceProcess::close);
        }
    }

    /** Waits until the two slots share all segments and work on each; segments by slot. */
    private static Map<String, Set<Integer>> awaitShared(Work work, LogWatch log) throws Exception {
        Map<String, Set<Integer>> shares = GroupShares.await(site, work.service, List.of(work.slot(1), work.slot(2)));
        int mark = log.mark();
        ask(work, site.segments());
        awaitWork(
                work,
                log,
                mark,
                site.segments(),
                (seen, worker) -> !worker.startsWith(work.service + "-")
                        || shares.get(worker).contains(seen.segment()));
        return shares;
    }

    /** @return milliseconds from the kill to the first sign of work of the last segment */
    private static long worksAgain(
            Work work, LogWatch log, Set<Integer> segments, long killedMillis, Optional<Slot> gone)
            throws InterruptedException {
        int mark = log.mark();
        ask(work, segments);
        long goneMillis = System.currentTimeMillis(); // its last words may still have been on their way
        long last = awaitWork(
                work,
                log,
                mark,
                segments,
                (seen, worker) -> seen.atMillis() > goneMillis
                        && gone.filter(slot -> slot.toString().equals(worker)).isEmpty());
        return last - killedMillis;
    }

    private interface Sign {
        boolean counts(LogWatch.Seen seen, String worker);
    }

    /** Waits for a sign from each segment; log time of the last of the first ones. */
    private static long awaitWork(Work work, LogWatch log, int mark, Iterable<Integer> segments, Sign sign)
            throws InterruptedException {
        Set<Integer> waiting = new TreeSet<>();
        segments.forEach(waiting::add);
        return log.await(
                        work.service + " to work on " + waiting,
                        mark,
                        seen -> work.worker(seen)
                                        .filter(worker -> sign.counts(seen, worker))
                                        .isPresent()
                                && waiting.remove(seen.segment())
                                && waiting.isEmpty())
                .atMillis();
    }

    /** An executor works when it is told to: one command for each segment. */
    private static void ask(Work work, Iterable<Integer> segments) {
        if (work != Work.EXECUTOR) {
            return;
        }
        Set<Integer> asked = new HashSet<>();
        segments.forEach(asked::add);
        int vm = commandsGiven++;
        var fleet = hosts.fleet();
        for (int host = 0; host < fleet.hosts().size(); host += HOSTS_PER_SEGMENT) {
            String source = fleet.hosts().get(host).hostId();
            if (asked.contains(hosts.segment(source))) {
                String target = fleet.hosts().get(host + 1).hostId();
                String vmId = fleet.vms().get(host * VMS_PER_HOST + vm).vmId();
                Commands.migrate(site, hosts, "c-" + host + "-" + vm, vmId, source, target);
            }
        }
    }

    /** Ticks where no cep makes them: what makes a scheduler say which inputs it took. */
    private static final class Feed implements AutoCloseable {
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("ticks").factory());

        Feed(Work work) {
            if (work == Work.SCHEDULER) {
                var _ = clock.scheduleAtFixedRate(Feed::tick, 0, FEED_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private static void tick() {
            long second = System.currentTimeMillis() / 1000;
            site.segments()
                    .forEach(segment -> site.put(
                            Topic.OBSERVATIONS,
                            segment,
                            Integer.toString(segment),
                            new Tick(segment, second, "cep-test")));
        }

        @Override
        public void close() {
            clock.shutdownNow();
        }
    }
}
