package io.godwit.ops.cli;

import io.godwit.schedulers.replay.Fork;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.TopicTail;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import io.godwit.schemas.state.Vm;
import io.godwit.schemas.units.Durations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the verbs share that ask a region to do something: they append a request, and may wait for its answer. */
abstract class Asking implements Runnable {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--reason", required = true, description = "Why; it stands in the log.")
    String reason;

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "10m",
            paramLabel = "DURATION",
            description = "Waits for the answer, so long at most (10m where none is named); else returns at once.")
    String wait;

    @Mixin
    DryRun dryRun = new DryRun();

    /**
     * What is asked, and where it is read.
     *
     * @param key host id, or what else the request is keyed by
     * @param label the same for people
     */
    record Question(int segment, String key, String label, SpecificRecord request) {
        Question(Host host, SpecificRecord request) {
            this(host.segment(), host.id(), host.label(), request);
        }
    }

    /** The request under an id, where the state of the region allows it. */
    abstract Question question(RegionState state, String requestId);

    @Override
    public final void run() {
        if (dryRun.wanted) {
            dryRun.show(common, wait, state -> word(question(state, DryRun.REQUEST)));
            return;
        }
        SiteKafka kafka = common.home();
        String id = newId();
        Question question = question(state(kafka, history()), id);
        ask(kafka, question, id);
    }

    private static Fork.Word word(Question question) {
        return word(question, DryRun.REQUEST);
    }

    /** What is said to the scheduler that reads it. */
    static Fork.Word word(Question question, String requestId) {
        return new Fork.Word(
                Topic.REQUESTS,
                List.of(question.segment()),
                question.key(),
                question.request(),
                question.key(),
                requestId);
    }

    /** What of the past a question is checked against. */
    History history() {
        return History.NONE;
    }

    /** The region as its log shows it now. */
    static RegionState state(SiteKafka kafka, History history) {
        try (Log log = CommonOptions.open(kafka)) {
            return StateRebuild.of(log, Optional.empty(), Instant.now(), history);
        }
    }

    private static String newId() {
        return "q-" + UUID.randomUUID();
    }

    /** The VM with this id or name, and the host that holds it. */
    static Vm vm(RegionState state, String named) {
        return state.vm(named)
                .orElseThrow(() -> new Failed("no VM, or more than one, is called " + named
                        + "; name it by id, as in: godwit vm list -o json"));
    }

    /** Appends a request to its segment, and waits for its answer if that is wanted. */
    private void ask(SiteKafka kafka, Question question, String requestId) {
        BlockingQueue<SpecificRecord> heard = new LinkedBlockingQueue<>();
        if (wait == null) {
            append(kafka, question);
            System.err.println("asked: " + requestId + "; see what becomes of it with: godwit why " + requestId);
            return;
        }
        Duration limit = Durations.parse(wait);
        try (TopicTail _ = new TopicTail(
                kafka,
                kafka.site(),
                "ask-" + requestId,
                List.of(Topic.HOST_PARTITIONS, Topic.COMMANDS),
                List.of(question.segment()),
                TopicTail.From.END,
                record -> event(record).ifPresent(heard::add))) {
            append(kafka, question);
            System.err.println("asked: " + requestId);
            tell(requestId, limit, heard);
        }
    }

    private static Optional<SpecificRecord> event(LogRecord record) {
        try {
            return Optional.of(EventCodec.decode(record.value()));
        } catch (UnreadableRecord damaged) {
            return Optional.empty(); // a service tells it to the dead letters
        }
    }

    private static void tell(String requestId, Duration limit, BlockingQueue<SpecificRecord> heard) {
        long until = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                SpecificRecord next = heard.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                switch (next) {
                    case null ->
                        throw new Failed("no answer within " + limit.toSeconds()
                                + " s; it still stands, see: godwit why " + requestId);
                    case RequestAnswered answered
                    when answered.getRequestId().equals(requestId) -> {
                        concluded(answered);
                        return;
                    }
                    case PartitionClosed closed
                    when closed.getDetectionId().equals(requestId) && closed.getEnd() == PartitionEnd.INFEASIBLE ->
                        System.err.println("waits: " + closed.getReason());
                    case MigrateVm move
                    when move.getDetectionId().equals(requestId) ->
                        System.err.println("moves: " + move.getVmId() + ", about " + move.getEstimatedMillis() + " ms");
                    default -> {} // of others
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted; the request " + requestId + " still stands");
        }
    }

    private static void concluded(RequestAnswered answered) {
        String says = answered.getAnswer() + ": " + answered.getReason();
        switch (answered.getAnswer()) {
            case "done" -> System.err.println(says);
            case "refused" -> throw new Refused(says);
            default -> throw new Failed(says);
        }
    }

    static void append(SiteKafka kafka, Question question) {
        String topic = Topic.REQUESTS.of(kafka.site());
        try (Producer<byte[], byte[]> producer = kafka.idempotentProducer("ops-requests")) {
            var _ = producer.send(new ProducerRecord<>(
                            topic,
                            question.segment(),
                            question.key().getBytes(StandardCharsets.UTF_8),
                            EventCodec.encode(question.request())))
                    .get();
        } catch (ExecutionException failed) {
            throw new Failed(
                    "could not append to " + topic + ": " + failed.getCause().getMessage()
                            + "; nothing was asked, try again",
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted while asking; see whether it was taken with: godwit why");
        }
    }
}
