package io.godwit.ceprules.kafka;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepMetrics;
import io.godwit.ceprules.child.Admissions;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.FedRules;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.ceprules.segment.Taken;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.kafka.DeadLetters;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.service.Health;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the segments of its group share to their detectors, in one thread, and commits what they say together with how far
 * they read. Whatever fails, it goes on from the committed state.
 */
public final class CepWorker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CepWorker.class);
    private static final int RECORDS_BETWEEN_LOOKS = 256;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    private final CepConfig config;
    private final SiteKafka kafka;
    private final Slot slot;
    private final CepMetrics metrics;
    private final Admissions admissions;
    private final RuleShelf shelf;
    private final Map<Integer, SegmentWork> works = new TreeMap<>();
    private final Set<Integer> toRestore = new TreeSet<>();
    private final Set<Integer> ticking = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Ticker ticker;
    private final OperatorsProcess operators;
    private Consumer<byte[], byte[]> consumer;
    private Producer<byte[], byte[]> producer;
    private TopicTail tail;
    private KafkaLog log;
    private long lastCommitNanos;
    private boolean degraded;
    private volatile long polledNanos = System.nanoTime();
    private volatile long busySinceNanos;
    private volatile Consumer<byte[], byte[]> toWake;
    private volatile Health health = Health.starting("waits for the broker");
    private volatile List<String> refusedRules = List.of();
    private volatile List<String> quarantined = List.of();
    private volatile String operatorsGone = "";
    private long operatorsGoneNanos;
    private long rulesTold = -1;

    public CepWorker(CepConfig config, KafkaSettings settings, Slot slot, CepMetrics metrics, InstantSource clock) {
        this.config = config;
        this.kafka = new SiteKafka(settings);
        this.slot = slot;
        this.metrics = metrics;
        this.admissions = new Admissions(config.operators(), this::admitted);
        this.shelf = new RuleShelf(admissions);
        this.operators = new OperatorsProcess(config.operators(), metrics::operatorsRestart);
        this.thread = Thread.ofPlatform()
                .name("cep-" + slot.name() + "@" + settings.site())
                .unstarted(this::run);
        this.ticker = new Ticker(
                kafka,
                slot,
                ticking,
                () -> System.nanoTime() - polledNanos < settings.session().toNanos(),
                metrics,
                clock,
                config.tickInterval());
        thread.start();
    }

    /** How the worker is; a rule that does not come to its end makes it failed, since only a restart helps. */
    public Health health() {
        long since = busySinceNanos;
        if (since != 0 && System.nanoTime() - since > config.ruleWatchdog().toNanos()) {
            return Health.failed("rules have been at work on one poll for more than "
                    + config.ruleWatchdog().toSeconds() + " s; restart it, and send its log to who maintains it");
        }
        List<String> amiss = new ArrayList<>(refusedRules);
        amiss.addAll(quarantined);
        if (!operatorsGone.isEmpty()) {
            amiss.add("no operators' rule is at work: " + operatorsGone);
        }
        if (!amiss.isEmpty()) {
            amiss.add("the other rules go on");
        }
        amiss.addAll(unconfined());
        return health.ready() && !amiss.isEmpty()
                ? Health.degraded(String.join("; ", amiss) + "; " + health.says())
                : health;
    }

    /** Of the two JVMs of operators' rules those that are not confined: what, and what to do. */
    private List<String> unconfined() {
        return Stream.of(operators.unconfined(), admissions.unconfined())
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private void run() {
        while (!closing()) {
            try {
                open();
                while (!closing()) {
                    step();
                }
            } catch (FencedInstanceIdException fenced) {
                health = Health.failed("another process runs in slot " + slot + "; stop one of the two");
                LOG.atError().addKeyValue("slot", slot).log("another process took over this slot; this one stops");
                break;
            } catch (WakeupException | InterruptException woken) {
                if (!closing()) {
                    throw woken;
                }
            } catch (OperatorsGone gone) {
                operatorsGone = gone.getMessage();
                operatorsGoneNanos = System.nanoTime();
                recover(gone);
            } catch (RuntimeException failed) {
                recover(failed);
            }
        }
        shut();
    }

    private boolean closing() {
        return stop.getCount() == 0;
    }

    /** Opens what is not open: clients, the tail of the rules, and the built-in rules in the log. */
    private void open() {
        if (tail == null) {
            RuleLog.deployBuiltIn(kafka);
            log = new KafkaLog(kafka, kafka.site());
            List<Integer> all = IntStream.range(0, log.segments()).boxed().toList();
            tail = new TopicTail(
                    kafka,
                    kafka.site(),
                    slot + "-rules",
                    List.of(Topic.RULES),
                    all,
                    TopicTail.From.BEGINNING,
                    shelf::take);
            tail.caughtUp().orTimeout(60, TimeUnit.SECONDS).join();
        }
        if (producer == null) {
            producer = kafka.transactionalProducer(slot.transactionalId(kafka.site()));
            producer.initTransactions();
        }
        if (consumer == null) {
            consumer = kafka.groupConsumer(slot);
            toWake = consumer;
            consumer.subscribe(List.of(Topic.OBSERVATIONS.of(kafka.site())), new Rebalance());
        }
    }

    private void step() {
        tryOperatorsAgain();
        if (shelf.operators() && operatorsGone.isEmpty()) {
            operators.warm();
        }
        restore();
        activate();
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(pollTime());
        polledNanos = System.nanoTime();
        busySinceNanos = polledNanos;
        take(polled);
        commitIfDue();
        busySinceNanos = 0;
        metrics.operatorsUnconfined(unconfined().size());
        if (tail.failure() != null) {
            throw new IllegalStateException("the rules cannot be followed", tail.failure());
        }
    }

    /** Without their JVM operators' rules are deactivated, in the log as well, and the built-in ones go on undisturbed. */
    private void tryOperatorsAgain() {
        if (!operatorsGone.isEmpty()
                && System.nanoTime() - operatorsGoneNanos
                        > config.operators().tryAgain().toNanos()) {
            Optional<String> amiss = operators.tryStart();
            operatorsGone = amiss.orElse("");
            operatorsGoneNanos = System.nanoTime();
            if (amiss.isEmpty()) {
                works.values().forEach(work -> work.rulesSeen = -1);
            }
        }
    }

    private void admitted() {
        shelf.changed();
    }

    private boolean atWork(RuleVersion rule) {
        return rule.builtIn() || operatorsGone.isEmpty();
    }

    private Duration pollTime() {
        boolean output = works.values().stream().anyMatch(SegmentWork::hasOutput);
        Duration interval = output ? config.commitInterval() : config.idleCommitInterval();
        long left = interval.toNanos() - (System.nanoTime() - lastCommitNanos);
        return Duration.ofNanos(Math.clamp(left, 1_000_000L, 200_000_000L));
    }

    private void take(ConsumerRecords<byte[], byte[]> polled) {
        int taken = 0;
        for (TopicPartition partition : polled.partitions()) {
            SegmentWork work = works.get(partition.partition());
            if (work == null) {
                continue; // revoked within the poll
            }
            List<LogRecord> batch = new ArrayList<>();
            List<ConsumerRecord<byte[], byte[]>> records = polled.records(partition);
            for (int index = 0; index < records.size(); index++) {
                if (records.get(index).offset() >= work.detector.place().nextOffset()) {
                    batch.add(KafkaLog.toLogRecord(Topic.OBSERVATIONS, records.get(index)));
                }
                if (batch.size() == FedRules.STRETCH || index == records.size() - 1) {
                    take(work, batch);
                    taken += batch.size();
                    batch.clear();
                }
            }
        }
        metrics.observations(taken);
    }

    private void take(SegmentWork work, List<LogRecord> batch) {
        work.detector.prepare(batch);
        polledNanos = System.nanoTime(); // operators' rules may have taken their time
        int taken = 0;
        for (LogRecord observation : batch) {
            Taken result = work.detector.take(observation);
            work.detections.addAll(result.records());
            result.deadLetter()
                    .ifPresent(reason -> work.deadLetters.add(
                            DeadLetters.record(kafka.site(), observation, reason, slot.toString())));
            if (++taken % RECORDS_BETWEEN_LOOKS == 0) {
                busySinceNanos = System.nanoTime();
                commitIfDue();
            }
        }
        busySinceNanos = System.nanoTime();
    }

    private void commitIfDue() {
        long since = System.nanoTime() - lastCommitNanos;
        boolean output = works.values().stream().anyMatch(SegmentWork::hasOutput);
        if ((output && since >= config.commitInterval().toNanos())
                || (since >= config.idleCommitInterval().toNanos()
                        && works.values().stream().anyMatch(SegmentWork::hasProgress))) {
            commit(works);
        }
    }

    private void commit(Map<Integer, SegmentWork> which) {
        Map<Integer, SegmentWork> moved = new TreeMap<>(which);
        moved.values().removeIf(work -> !work.hasProgress());
        if (!moved.isEmpty()) {
            try {
                boolean ofRules = moved.values().stream().anyMatch(SegmentWork::changedRules);
                new SegmentTransaction(kafka.site(), producer, metrics).commit(moved, consumer.groupMetadata());
                if (ofRules) {
                    sayQuarantined();
                }
                if (degraded) {
                    degraded = false;
                    LOG.atInfo().addKeyValue("slot", slot).log("detections are committed again");
                }
            } catch (CommitFailedException outdated) {
                // the group has moved on: nothing was written, the next poll tells what is still ours, and that is
                // tried again
                producer.abortTransaction();
                LOG.atDebug().setCause(outdated).log("a commit waits for the group");
            }
        }
        lastCommitNanos = System.nanoTime();
    }

    /** Rules that were deployed or retired since: from the next observation on. */
    private void activate() {
        long changes = shelf.changes();
        works.forEach((segment, work) -> {
            if (work.rulesSeen != changes) {
                work.activate(shelf, this::atWork);
                work.rulesSeen = changes;
                for (RuleShelf.Unusable unusable : shelf.unusable(segment, work.metadata.rules())) {
                    work.deadLetters.add(
                            DeadLetters.record(kafka.site(), unusable.record(), unusable.reason(), slot.toString()));
                    work.metadata = work.metadata.withRules(unusable.record().offset() + 1);
                }
            }
        });
        if (rulesTold != changes) {
            refusedRules = shelf.refused();
            metrics.rulesRefused(refusedRules.size());
            rulesTold = changes;
        }
    }

    private void restore() {
        if (toRestore.isEmpty()) {
            return;
        }
        SegmentRestorer restorer = new SegmentRestorer(log, active -> shelf.of(active, this::atWork), operators);
        for (int segment : List.copyOf(toRestore)) {
            long began = System.nanoTime();
            TopicPartition partition = partition(segment);
            SegmentWork work = restorer.restore(
                    segment, consumer.committed(Set.of(partition)).get(partition));
            works.put(segment, work);
            toRestore.remove(segment);
            consumer.seek(partition, work.detector.place().nextOffset());
            consumer.resume(Set.of(partition));
            ticking.add(segment);
            polledNanos = System.nanoTime();
            metrics.restore((System.nanoTime() - began) / 1e9);
        }
        sayShare();
    }

    private void sayQuarantined() {
        Map<RuleId, List<RuleQuarantined>> byRule = new TreeMap<>();
        for (SegmentWork work : works.values()) {
            for (RuleQuarantined stopped : work.detector.openDetections().quarantined()) {
                byRule.computeIfAbsent(new RuleId(stopped.getRule(), stopped.getVersion()), _ -> new ArrayList<>())
                        .add(stopped);
            }
        }
        List<String> says = new ArrayList<>();
        byRule.forEach((rule, where) -> says.add(
                "rule %s is quarantined in segments %s: %s; deploy a version that needs less, or retire it: godwit rule retire %s"
                        .formatted(
                                rule,
                                where.stream().map(RuleQuarantined::getSegment).toList(),
                                where.getFirst().getReason(),
                                rule.name())));
        quarantined = List.copyOf(says);
        metrics.rulesQuarantined(byRule.size());
    }

    private void sayShare() {
        sayQuarantined();
        metrics.segments(works.size());
        health = toRestore.isEmpty()
                ? Health.ready("works on segments " + works.keySet())
                : Health.starting("opens segments " + toRestore);
    }

    private TopicPartition partition(int segment) {
        return new TopicPartition(Topic.OBSERVATIONS.of(kafka.site()), segment);
    }

    /** Forgets what was not committed and begins again from what was. */
    private void recover(RuntimeException failed) {
        if (!degraded) {
            degraded = true;
            LOG.atWarn()
                    .addKeyValue("slot", slot)
                    .setCause(failed)
                    .log("work is interrupted and taken up again from the committed state");
        }
        metrics.recovery();
        busySinceNanos = 0;
        health = Health.starting("recovers: " + failed.getMessage());
        drop(Set.copyOf(works.keySet()));
        toRestore.clear();
        closeQuietly(producer);
        producer = null;
        closeQuietly(consumer); // a static member that comes back within its session keeps its segments
        consumer = null;
        if (tail != null) {
            tail.close();
            tail = null;
        }
        closeQuietly(log);
        log = null;
        try {
            boolean closed = stop.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
            LOG.atDebug().addKeyValue("closed", closed).log("tries again");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void drop(Collection<Integer> segments) {
        for (int segment : segments) {
            ticking.remove(segment);
            toRestore.remove(segment);
            SegmentWork work = works.remove(segment);
            if (work != null) {
                work.close();
            }
        }
    }

    private void closeQuietly(AutoCloseable client) {
        try {
            switch (client) {
                case null -> {}
                case Producer<?, ?> open -> open.close(Duration.ofSeconds(1));
                case Consumer<?, ?> open ->
                    open.close(CloseOptions.timeout(Duration.ofSeconds(1))
                            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
                default -> client.close();
            }
        } catch (Exception failed) {
            LOG.atDebug().setCause(failed).log("a client did not close in order");
        }
    }

    private void shut() {
        try {
            if (closing() && consumer != null && producer != null) {
                commit(works);
            }
        } catch (RuntimeException failed) {
            LOG.atWarn().setCause(failed).log("the last commit failed; it is made up for at the next start");
        }
        drop(Set.copyOf(works.keySet()));
        operators.close();
        admissions.close();
        closeQuietly(producer);
        if (consumer != null) {
            try {
                consumer.close(CloseOptions.timeout(Duration.ofSeconds(2))
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            } catch (RuntimeException failed) {
                LOG.atDebug().setCause(failed).log("the consumer did not close in order");
            }
        }
        if (tail != null) {
            tail.close();
        }
        closeQuietly(log);
    }

    @Override
    public void close() {
        stop.countDown();
        ticker.close();
        Consumer<byte[], byte[]> waiting = toWake;
        if (waiting != null) {
            waiting.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(15));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Segments come and go; called by the consumer within a poll. */
    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            partitions.forEach(partition -> toRestore.add(partition.partition()));
            if (!partitions.isEmpty()) {
                sayShare();
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Map<Integer, SegmentWork> going = new TreeMap<>();
            partitions.forEach(partition -> {
                ticking.remove(partition.partition());
                SegmentWork work = works.get(partition.partition());
                if (work != null) {
                    going.put(partition.partition(), work);
                }
            });
            if (producer != null && !going.isEmpty()) {
                commit(going);
            }
            drop(partitions.stream().map(TopicPartition::partition).toList());
            metrics.segments(works.size());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            drop(partitions.stream().map(TopicPartition::partition).toList());
            metrics.segments(works.size());
        }
    }
}
