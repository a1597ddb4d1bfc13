package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.RuleId;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The child JVM of one thread, started when the first operators' rule is to work and again when it has ended, with what it
 * knew gone. Used by that thread alone, but for {@link #pid}.
 */
public final class OperatorsProcess implements OperatorRules.Source, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorsProcess.class);
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration END_MAX = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MILLIS = 50;

    /** A child that is silent for so many times the CPU that it may use was stopped by somebody, or gets none. */
    private static final int STALLED = 5;

    private final OperatorsConfig config;
    private final Path ruleCache;
    private final Runnable onRestart;
    private final boolean ofThePast;
    private final Map<RuleId, Integer> outOfMemory = new HashMap<>();
    private final Map<RuleId, RuleUse> uses = new HashMap<>();
    private volatile Optional<Child> child = Optional.empty();
    private int generation;
    private boolean ready;

    /**
     * @param ruleCache folder of compiled rules
     * @param onRestart is run when a child has ended that was not told to
     */
    public OperatorsProcess(OperatorsConfig config, Path ruleCache, Runnable onRestart) {
        this(config, ruleCache, onRestart, false);
    }

    /**
     * One for replays, which has no budgets: which rule was quarantined where stands in the log. One that hangs ends the
     * replay.
     */
    public static OperatorsProcess ofThePast(OperatorsConfig config, Path ruleCache) {
        return new OperatorsProcess(config, ruleCache, () -> {}, true);
    }

    private OperatorsProcess(OperatorsConfig config, Path ruleCache, Runnable onRestart, boolean ofThePast) {
        this.config = config;
        this.ruleCache = ruleCache;
        this.onRestart = onRestart;
        this.ofThePast = ofThePast;
    }

    /** A process, and what it tells; empty: its end. */
    private record Child(Process process, OutputStream orders, BlockingQueue<Optional<DataInputStream>> told) {}

    /** Who is told what a child tells while an order is carried out. */
    interface Listener {
        void ended(RuleId rule, Told.Ended ended);
    }

    @Override
    public OperatorRules of(int segment, LookBack lookBack) {
        return new ChildRules(segment, lookBack, this, config, ofThePast);
    }

    /** Grows with each child; what an earlier one knew is gone. Starts one where none runs. */
    int running() throws ChildLost {
        if (child.isPresent() && !child.get().process().isAlive()) {
            end();
        }
        if (child.isEmpty()) {
            start();
        }
        if (!ready) {
            if (!(next(START_MAX, Optional.empty()) instanceof Told.Ready)) {
                throw new IllegalStateException("the rules' JVM is out of step");
            }
            ready = true;
        }
        return generation;
    }

    /** Starts a child where none runs, and does not wait for it: rules are on their way. */
    public void warm() {
        if (child.isEmpty()) {
            start();
        }
    }

    /** Whether what this one was told still counts. */
    boolean isAlive(int ofGeneration) {
        return child.isPresent() && ofGeneration == generation;
    }

    private void start() {
        Process process;
        try {
            process = ChildJvm.start(OperatorsMain.class, config.heap(), List.of(), ruleCache.toString());
        } catch (IOException failed) {
            throw new OperatorsGone("the JVM of operators' rules cannot be started: " + failed.getMessage(), failed);
        }
        BlockingQueue<Optional<DataInputStream>> told = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("operators-rules").start(() -> listen(process, told));
        child = Optional.of(new Child(process, new BufferedOutputStream(process.getOutputStream(), 1 << 16), told));
        generation++;
        ready = false;
    }

    private static void listen(Process process, BlockingQueue<Optional<DataInputStream>> told) {
        try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 16)) {
            for (Optional<DataInputStream> one = Frames.next(in); one.isPresent(); one = Frames.next(in)) {
                told.add(one);
            }
        } catch (IOException gone) {
            // the same as the end
        }
        told.add(Optional.empty());
    }

    /** Gives an order that is not answered. */
    void order(Order order) throws ChildLost {
        try {
            Frames.send(child.orElseThrow().orders(), out -> Order.write(order, out));
        } catch (IOException gone) {
            throw lost(ChildLost.Why.ENDED, Optional.empty());
        }
    }

    /** Feeds rules, and returns when all of them have come to their end. */
    void feed(Order.Feed feed, Listener listener) throws ChildLost {
        order(feed);
        Optional<RuleId> atWork = Optional.empty();
        while (true) {
            switch (next(atWork.isEmpty() ? START_MAX : config.batchCpu().multipliedBy(ofThePast ? 20 : 2), atWork)) {
                case Told.Begins(int rule) -> atWork = Optional.of(feed.rules().get(rule));
                case Told.Ended ended -> {
                    listener.ended(feed.rules().get(ended.rule()), ended);
                    atWork = Optional.empty();
                }
                case Told.Done _ -> {
                    return;
                }
                case Told.Ready _, Told.Weighed _ -> throw new IllegalStateException("the rules' JVM is out of step");
            }
        }
    }

    /** Lets a rule end, and tells how much memory came free with it. */
    long weigh(int segment, RuleId rule) throws ChildLost {
        order(new Order.Weigh(segment, rule));
        if (next(START_MAX, Optional.empty()) instanceof Told.Weighed(long bytes)) {
            return bytes;
        }
        throw new IllegalStateException("the rules' JVM is out of step");
    }

    /**
     * The next message. A busy machine makes a child slow, so what counts against a rule is the CPU that the child has used,
     * its compiler's and collector's included.
     *
     * @param cpu as much may be used until then
     */
    private Told next(Duration cpu, Optional<RuleId> atWork) throws ChildLost {
        Child running = child.orElseThrow();
        long began = System.nanoTime();
        Optional<Duration> before = Optional.empty(); // asking for it costs more than most batches
        try {
            while (true) {
                Optional<DataInputStream> message = running.told().poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                if (message != null) {
                    return Told.read(message.orElseThrow(() -> lost(ChildLost.Why.ENDED, atWork)));
                }
                if (before.isEmpty()) {
                    before = Optional.of(cpuOf(running.process()));
                }
                Duration used = cpuOf(running.process()).minus(before.get());
                if (used.compareTo(cpu) > 0) {
                    throw lost(ChildLost.Why.HUNG, atWork);
                }
                if (System.nanoTime() - began > STALLED * cpu.toNanos()) {
                    throw lost(ChildLost.Why.STALLED, atWork);
                }
            }
        } catch (IOException broken) {
            throw Frames.broken(broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new OperatorsGone("interrupted while rules were at work", interrupted);
        }
    }

    private static Duration cpuOf(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Ends the child, if it has not ended, and says how it came to it. */
    private ChildLost lost(ChildLost.Why why, Optional<RuleId> atWork) {
        Child gone = child.orElseThrow();
        ChildLost.Why really = why;
        String says = "it did not answer and was killed";
        if (why == ChildLost.Why.ENDED) {
            int code = codeOf(gone.process());
            really = code == ChildJvm.OUT_OF_MEMORY ? ChildLost.Why.OUT_OF_MEMORY : why;
            says = "it ended with exit code " + code;
        }
        end();
        LOG.atWarn()
                .addKeyValue("rule", atWork.map(RuleId::toString).orElse("none"))
                .addKeyValue("why", really)
                .log("the JVM of operators' rules is lost and started anew");
        return new ChildLost(really, atWork, says);
    }

    private static int codeOf(Process process) {
        try {
            return process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private void end() {
        child.ifPresent(gone -> {
            child = Optional.empty();
            ChildJvm.kill(gone.process());
            onRestart.run();
        });
    }

    /** How often memory ran out while a rule was at work, with this time. */
    int ranOutOfMemory(RuleId rule) {
        return outOfMemory.merge(rule, 1, Integer::sum);
    }

    void used(RuleId rule, RuleUse use) {
        uses.merge(rule, use, RuleUse::plus);
    }

    /** What a rule used, in all segments of this thread together. */
    public RuleUse use(RuleId rule) {
        return uses.getOrDefault(rule, RuleUse.NONE);
    }

    /** Process of the child that runs now. */
    public Optional<Long> pid() {
        return child.map(running -> running.process().pid());
    }

    @Override
    public void close() {
        child.ifPresent(running -> {
            child = Optional.empty();
            ChildJvm.kill(running.process());
        });
    }
}
