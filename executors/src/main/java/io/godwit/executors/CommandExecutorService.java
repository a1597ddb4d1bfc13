package io.godwit.executors;

import io.godwit.executors.fencing.Fencer;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Hypervisors;
import io.godwit.executors.kafka.CommandLoop;
import io.godwit.executors.kafka.OutcomeWriter;
import io.godwit.executors.kafka.RegionTail;
import io.godwit.executors.kafka.SegmentReader;
import io.godwit.executors.membership.MembershipProof;
import io.godwit.executors.work.CommandEngine;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the commands of its share of a site's segments, on hosts of all kinds that it has adapters for. */
public final class CommandExecutorService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(CommandExecutorService.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 500;

    private final ExecutorConfig config;
    private final SiteKafka kafka;
    private final Slot slot;
    private final Hypervisor hypervisor;
    private final Fencer fencer;
    private final SlotLock lock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile Health health = Health.starting("joins the group");
    private volatile Consumer<byte[], byte[]> consumer;
    private Duration session;
    private boolean troubled;

    /**
     * Starts an executor in its slot.
     *
     * @param hypervisors adapters for the kinds of hosts; closed with the service
     * @param fencer makes sure that a host is down
     * @throws IllegalStateException if a running process holds the slot, or its state directory cannot be written
     */
    public static CommandExecutorService start(
            ExecutorConfig config, KafkaSettings kafka, Slot slot, List<Hypervisor> hypervisors, Fencer fencer) {
        SlotLock lock = SlotLock.take(config.stateDirectory(), kafka.site(), slot.toString());
        return new CommandExecutorService(
                config, new SiteKafka(kafka), slot, new Hypervisors(hypervisors), fencer, lock);
    }

    private CommandExecutorService(
            ExecutorConfig config, SiteKafka kafka, Slot slot, Hypervisor hypervisor, Fencer fencer, SlotLock lock) {
        this.config = config;
        this.kafka = kafka;
        this.slot = slot;
        this.hypervisor = hypervisor;
        this.fencer = fencer;
        this.lock = lock;
        this.session = config.session();
        this.thread =
                Thread.ofPlatform().daemon().name(slot + "@" + kafka.site()).unstarted(this::run);
        thread.start();
    }

    @Override
    public String name() {
        return "executor";
    }

    @Override
    public Health health() {
        return health;
    }

    /** Running migrations go on; the next owner of their segments, or this slot's next process, adopts them. */
    @Override
    public void close() {
        closing.countDown();
        Consumer<byte[], byte[]> polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
        try {
            if (!thread.join(CLOSE_LIMIT.multipliedBy(2))) {
                LOG.atWarn().addKeyValue("slot", slot).log("the executor did not end in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        hypervisor.close();
        lock.close();
    }

    private void run() {
        while (closing.getCount() > 0) {
            try {
                work();
            } catch (WakeupException closed) {
                LOG.atDebug().addKeyValue("slot", slot).log("woken to close");
            } catch (FencedInstanceIdException fenced) {
                LOG.atError()
                        .addKeyValue("slot", slot)
                        .log("another process runs in this slot; this one stops working");
                health = Health.failed("another process runs in slot " + slot + "; give each a slot of its own");
                return;
            } catch (InvalidSessionTimeoutException tooShort) {
                LOG.atWarn()
                        .addKeyValue("wanted", session)
                        .addKeyValue("used", kafka.settings().session())
                        .log("the broker's group.min.session.timeout.ms forbids the session; take-over takes longer");
                if (session.equals(kafka.settings().session())) {
                    health = Health.failed("the broker refuses a session of " + session
                            + "; set group.min.session.timeout.ms lower or kafka.session higher");
                    return;
                }
                session = kafka.settings().session();
            } catch (RuntimeException failed) {
                trouble(failed);
            } catch (Error fatal) {
                LOG.atError().addKeyValue("slot", slot).setCause(fatal).log("the executor ended");
                health = Health.failed("ended: " + fatal);
                throw fatal;
            }
        }
    }

    /** One membership, from joining to a failure or the close. Nothing is kept from one to the next but the log. */
    private void work() {
        MembershipProof proof = new MembershipProof(session, config.margin());
        Admin admin = kafka.admin();
        Consumer<byte[], byte[]> member = kafka.groupConsumer(slot, session);
        consumer = member;
        OutcomeWriter writer = new OutcomeWriter(kafka, slot.transactionalId(kafka.site()));
        RegionTail region = null;
        CommandEngine engine = null;
        try {
            int segments = member.partitionsFor(Topic.COMMANDS.of(kafka.site())).size();
            if (segments == 0) {
                throw new KafkaException("topic " + Topic.COMMANDS.of(kafka.site())
                        + " is missing; create it with: godwit topics create --site " + kafka.site());
            }
            region = new RegionTail(kafka, admin, slot.toString(), segments);
            engine = new CommandEngine(
                    slot.toString(),
                    config.limits(),
                    config.patience(),
                    hypervisor,
                    fencer,
                    region,
                    proof,
                    System::nanoTime,
                    System::currentTimeMillis);
            SegmentReader reader = new SegmentReader(kafka, admin, region, slot.toString());
            CommandLoop loop = new CommandLoop(
                    kafka, slot.toString(), lock.id(), member, writer, reader, region, engine, proof, new Watch());
            while (closing.getCount() > 0) {
                if (region.failure() != null) {
                    throw new KafkaException("the region can no longer be read", region.failure());
                }
                loop.round();
            }
        } finally {
            consumer = null;
            proof.lost();
            if (engine != null) {
                engine.owned().forEach(engine::revoke);
            }
            writer.close();
            leave(member);
            if (region != null) {
                region.close();
            }
            admin.close(CLOSE_LIMIT);
        }
    }

    private void leave(Consumer<byte[], byte[]> member) {
        CloseOptions options = CloseOptions.timeout(CLOSE_LIMIT);
        try {
            member.close(
                    closing.getCount() == 0
                            ? options.withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)
                            : options);
        } catch (KafkaException failed) {
            LOG.atDebug().addKeyValue("slot", slot).setCause(failed).log("the group could not be left in order");
        }
    }

    private void trouble(RuntimeException failed) {
        if (!troubled) {
            troubled = true;
            LOG.atWarn().addKeyValue("slot", slot).setCause(failed).log("the executor begins anew from the log");
        }
        health = Health.starting("begins anew: " + failed.getMessage());
        try {
            closing.await(RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Watch implements CommandLoop.Watcher {
        @Override
        public void appended(SpecificRecord outcome) {
            ExecutorMetrics.appended(outcome);
        }

        @Override
        public void deadLetter() {
            ExecutorMetrics.DEAD_LETTERS.inc();
        }

        @Override
        public void writeFailed() {
            ExecutorMetrics.WRITES_FAILED.inc();
        }

        @Override
        public void stepped(CommandEngine.Counts counts, int segments, boolean ready) {
            ExecutorMetrics.counted(counts, segments);
            if (ready && troubled) {
                troubled = false;
                LOG.atInfo().addKeyValue("slot", slot).log("the executor works again");
            }
            health = ready
                    ? Health.ready("%d segments, %d moves, %d waiting, %d unclear"
                            .formatted(segments, counts.moving(), counts.queued(), counts.unclear()))
                    : Health.starting("takes up its segments");
        }
    }
}
