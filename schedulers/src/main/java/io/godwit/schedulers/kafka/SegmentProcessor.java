package io.godwit.schedulers.kafka;

import io.godwit.schedulers.partition.Output;
import io.godwit.schedulers.partition.SchedulerState;
import io.godwit.schedulers.partition.SegmentScheduler;
import io.godwit.schedulers.partition.Taken;
import io.godwit.schedulers.planner.Planner;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.kafka.DeadLetters;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Runs the scheduler of one segment inside Kafka Streams: inputs in, outputs and changed entries out, one transaction. */
final class SegmentProcessor implements Processor<byte[], byte[], byte[], Appended> {
    /** How often answers of solves are looked for. */
    private static final Duration ANSWERS = Duration.ofMillis(50);

    private final String site;
    private final int segments;
    private final Planner planner;
    private final String reader;
    private final String code;
    private final SchedulerMetrics metrics;
    private final Executor solver;
    private final Queue<Output> answers = new ConcurrentLinkedQueue<>(); // from the solver to the deciding thread

    private ProcessorContext<byte[], Appended> context;
    private KeyValueStore<String, byte[]> store;
    private SegmentScheduler scheduler;
    private int segment;

    SegmentProcessor(
            String site,
            int segments,
            Planner planner,
            String reader,
            String code,
            SchedulerMetrics metrics,
            Executor solver) {
        this.site = site;
        this.segments = segments;
        this.planner = planner;
        this.reader = reader;
        this.code = code;
        this.metrics = metrics;
        this.solver = solver;
    }

    /** The store is restored by now, so the scheduler goes on exactly where the last commit left it. */
    @Override
    public void init(ProcessorContext<byte[], Appended> processorContext) {
        context = processorContext;
        segment = context.taskId().partition();
        store = context.getStateStore(SchedulerTopology.STORE);
        Map<String, byte[]> entries = new HashMap<>(); // sorted when the state is made of them
        try (KeyValueIterator<String, byte[]> all = store.all()) {
            all.forEachRemaining(entry -> entries.put(entry.key, entry.value));
        }
        scheduler = new SegmentScheduler(SchedulerState.of(entries), segment, segments, planner, code);
        context.schedule(ANSWERS, PunctuationType.WALL_CLOCK_TIME, this::appendAnswers);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata metadata =
                context.recordMetadata().orElseThrow(() -> new IllegalStateException("an input has no position"));
        Topic topic = Topic.ofKafkaName(site, metadata.topic())
                .orElseThrow(() -> new IllegalStateException("topic " + metadata.topic() + " is none of site " + site));
        LogRecord input =
                new LogRecord(topic, segment, metadata.offset(), record.timestamp(), record.key(), record.value());
        long started = System.nanoTime();
        Taken taken = scheduler.take(input);
        taken.outputs().forEach(output -> forward(output, record.timestamp()));
        taken.unreadable().ifPresent(reason -> {
            byte[] letter = EventCodec.encode(DeadLetters.of(input, reason, reader));
            context.forward(
                    new Record<>(null, new Appended(segment, letter), record.timestamp()),
                    SchedulerTopology.sinkOf(Topic.DEAD_LETTERS));
        });
        scheduler.state().drainChanges().forEach(store::put);
        taken.jobs().forEach(job -> solver.execute(() -> answers.add(job.answer(planner))));
        metrics.took(topic, taken, System.nanoTime() - started);
        metrics.stands(segment, scheduler.state());
    }

    /**
     * An answer is appended as any other output and read again as an input. One that is lost with its process, or whose
     * question was lost with its transaction, does no harm: the scheduler asks again after a while, and takes no answer to a
     * question that is not open.
     */
    private void appendAnswers(long timestamp) {
        for (Output answer = answers.poll(); answer != null; answer = answers.poll()) {
            forward(answer, timestamp);
        }
    }

    private void forward(Output output, long timestamp) {
        byte[] key = output.key().getBytes(StandardCharsets.UTF_8);
        context.forward(
                new Record<>(key, new Appended(output.segment(), output.value()), timestamp),
                SchedulerTopology.sinkOf(output.topic()));
    }
}
