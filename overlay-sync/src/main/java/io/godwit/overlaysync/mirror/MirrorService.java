package io.godwit.overlaysync.mirror;

import io.godwit.overlaysync.OverlayMetrics;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.connect.mirror.MirrorMaker;
import org.apache.kafka.connect.mirror.SourceAndTarget;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mirrors the topics of sites with MirrorMaker 2, in this process: committed records only, each copy once, with home offset
 * and home time. Watches MirrorMaker's tasks and starts it anew where one has failed, as after a broker was away for long.
 */
public final class MirrorService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorService.class);
    private static final long WATCH_MILLIS = 500;
    private static final long PAUSE_MILLIS = 2000;

    private final MirrorPlan plan;
    private final OverlayMetrics metrics;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicBoolean exited = new AtomicBoolean();
    private volatile Health health = Health.starting("waits for the topics of the other sites");

    private MirrorService(MirrorPlan plan, OverlayMetrics metrics) {
        this.plan = plan;
        this.metrics = metrics;
        this.thread = Thread.ofPlatform().name("mirror").unstarted(this::run);
    }

    /**
     * Starts mirroring to some sites from all others.
     *
     * @param sites all sites of the region, each with its Kafka
     * @param targets sites that this process writes to: all where one process serves the region, else the own one
     * @param address where other processes that mirror to the same targets reach this one; they share the work
     * @throws IllegalArgumentException if a topic name would be mirrored both ways
     */
    public static MirrorService start(
            List<KafkaSettings> sites, Set<String> targets, String address, OverlayMetrics metrics) {
        MirrorService service = new MirrorService(new MirrorPlan(sites, targets, address), metrics);
        // Connect ends the whole process where a worker cannot go on; here that would end the services beside it as
        // well
        Exit.setExitProcedure((code, message) -> {
            service.exited.set(true);
            throw new KafkaException("a mirror worker gave up (" + code + "): " + message);
        });
        service.thread.start();
        return service;
    }

    @Override
    public String name() {
        return "mirror";
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(20));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (closing.getCount() > 0) {
            try {
                mirrorUntilItFails();
            } catch (RuntimeException | ExecutionException failed) {
                tell("cannot mirror now, goes on trying: " + failed.getMessage(), failed);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
            await(PAUSE_MILLIS);
        }
    }

    private void mirrorUntilItFails() throws ExecutionException, InterruptedException {
        Map<String, Integer> replication = new HashMap<>();
        for (MirrorPlan.Direction direction : plan.directions()) {
            MirrorTopics.prepare(direction);
            try (Admin admin = new SiteKafka(direction.target()).admin()) {
                replication.put(direction.target().site(), MirrorTopics.replication(admin));
            }
        }
        exited.set(false);
        long begin = System.nanoTime();
        MirrorMaker mirror = new MirrorMaker(
                plan.settings(replication),
                plan.directions().stream()
                        .map(direction -> direction.target().site())
                        .distinct()
                        .toList());
        mirror.start();
        metrics.mirrorStarted();
        try {
            while (!await(WATCH_MILLIS)) {
                String failed = failure(mirror);
                if (!failed.isEmpty()) {
                    tell("mirroring stopped, starts anew: " + failed, null);
                    return;
                }
                if (!health.ready() && running(mirror)) {
                    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                    health = Health.ready("mirrors " + said());
                    LOG.atInfo()
                            .addKeyValue("directions", said())
                            .addKeyValue("startMillis", millis)
                            .log("mirroring runs");
                }
            }
        } finally {
            mirror.stop();
            mirror.awaitStop();
        }
    }

    private String failure(MirrorMaker mirror) {
        if (exited.get()) {
            return "a worker gave up";
        }
        for (MirrorPlan.Direction direction : plan.directions()) {
            ConnectorStateInfo state = state(mirror, direction);
            if (state != null) {
                for (ConnectorStateInfo.TaskState task : state.tasks()) {
                    if ("FAILED".equals(task.state())) {
                        return firstLine(task.trace());
                    }
                }
                if ("FAILED".equals(state.connector().state())) {
                    return firstLine(state.connector().trace());
                }
            }
        }
        return "";
    }

    private boolean running(MirrorMaker mirror) {
        return plan.directions().stream().allMatch(direction -> {
            ConnectorStateInfo state = state(mirror, direction);
            return state != null
                    && !state.tasks().isEmpty()
                    && state.tasks().stream().allMatch(task -> "RUNNING".equals(task.state()));
        });
    }

    /** How a direction is; null while its worker knows nothing of it yet. */
    private static ConnectorStateInfo state(MirrorMaker mirror, MirrorPlan.Direction direction) {
        try {
            return mirror.connectorStatus(
                    new SourceAndTarget(
                            direction.source().site(), direction.target().site()),
                    MirrorPlan.CONNECTOR);
        } catch (RuntimeException unknownYet) {
            return null;
        }
    }

    private void tell(String says, Exception cause) {
        if (health.ready() || !health.says().equals(says)) { // once, not at every attempt
            LOG.atWarn().setCause(cause).log(says);
        }
        health = Health.starting(says);
    }

    private String said() {
        return String.join(
                ", ",
                plan.directions().stream()
                        .map(direction -> direction.source().site() + " to "
                                + direction.target().site())
                        .toList());
    }

    private static String firstLine(String trace) {
        return trace == null ? "no reason given" : trace.lines().findFirst().orElse("no reason given");
    }

    /** Waits; true where the service closes. */
    private boolean await(long millis) {
        try {
            return closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
