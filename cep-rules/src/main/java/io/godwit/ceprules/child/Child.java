package io.godwit.ceprules.child;

import io.godwit.ceprules.ConfinePolicy;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.units.ByteSize;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child JVM that takes orders and tells, and that can be ended whatever it does. Used by one thread. */
final class Child implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final AtomicBoolean UNCONFINED_SAID = new AtomicBoolean();
    private static final Duration END_MAX = Duration.ofSeconds(5);
    private static final long LOOK_EVERY_MILLIS = 50;

    /** A child that is silent for so many times the CPU that it may use was stopped by somebody, or gets none. */
    private static final int STALLED = 5;

    private final ConfinedJvm jvm;
    private final OutputStream orders;
    private final BlockingQueue<Optional<DataInputStream>> told = new LinkedBlockingQueue<>(); // empty: its end

    private Child(ConfinedJvm jvm) {
        this.jvm = jvm;
        this.orders = new BufferedOutputStream(jvm.process().getOutputStream(), 1 << 16);
        Thread.ofPlatform().daemon().name(jvm.name()).start(this::listen);
    }

    /** @throws OperatorsGone if it cannot be started */
    static Child start(ConfinedJvm.What what, OperatorsConfig config, ByteSize heap) {
        try {
            return new Child(ConfinedJvm.start(what, config.java(), config.confine(), heap));
        } catch (IOException failed) {
            throw new OperatorsGone(
                    "the JVM of operators' rules cannot be started: " + failed.getMessage()
                            + "; cep.operators.java names what starts it",
                    failed);
        }
    }

    /**
     * What a child that is ready says of its confinement, as a person has to know it.
     *
     * @param why it could not confine itself; "" where it could, or was not to
     * @throws OperatorsGone where rules may not run then
     */
    static Optional<String> confined(String why, ConfinePolicy policy) {
        if (why.isEmpty()) {
            return Optional.empty();
        }
        if (policy == ConfinePolicy.REQUIRED) {
            throw new OperatorsGone(
                    "the JVM of operators' rules cannot confine itself: %s; let it use seccomp, or run them without: cep.operators.confine is required, where-possible or off"
                            .formatted(why));
        }
        if (UNCONFINED_SAID.compareAndSet(false, true)) {
            LOG.atWarn().addKeyValue("why", why).log("the JVMs of operators' rules cannot confine themselves");
        }
        return Optional.of(
                "the JVM of operators' rules may read what this user may read and open connections, since it cannot confine itself: %s; let it use seccomp, or accept it with cep.operators.confine: off"
                        .formatted(why));
    }

    private void listen() {
        try (InputStream in = new BufferedInputStream(jvm.process().getInputStream(), 1 << 16)) {
            for (Optional<DataInputStream> one = Frames.next(in); one.isPresent(); one = Frames.next(in)) {
                told.add(one);
            }
        } catch (IOException gone) {
            // the same as the end
        }
        told.add(Optional.empty());
    }

    boolean isAlive() {
        return jvm.process().isAlive();
    }

    long pid() {
        return jvm.process().pid();
    }

    void send(Frames.Message order, Optional<RuleId> rule) throws ChildLost {
        try {
            Frames.send(orders, order);
        } catch (IOException gone) {
            throw ended(rule);
        }
    }

    /**
     * The next message. A busy machine makes a child slow, so what counts against a rule is the CPU that the child has used,
     * its compiler's and collector's included.
     *
     * @param cpu as much may be used until then
     * @param atWork the rule that the child is at work on
     * @throws ChildLost if it has ended, or must be
     */
    DataInputStream next(Duration cpu, Optional<RuleId> atWork) throws ChildLost {
        long began = System.nanoTime();
        Optional<Duration> before = Optional.empty(); // asking for it costs more than most batches
        try {
            while (true) {
                Optional<DataInputStream> message = told.poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                if (message != null) {
                    return message.orElseThrow(() -> ended(atWork));
                }
                if (before.isEmpty()) {
                    before = Optional.of(cpuUsed());
                }
                if (cpuUsed().minus(before.get()).compareTo(cpu) > 0) {
                    throw new ChildLost(ChildLost.Why.HUNG, atWork, "it did not answer and was killed");
                }
                if (System.nanoTime() - began > STALLED * cpu.toNanos()) {
                    throw new ChildLost(ChildLost.Why.STALLED, atWork, "it did not answer and was killed");
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new OperatorsGone("interrupted while rules were at work", interrupted);
        }
    }

    private Duration cpuUsed() {
        return jvm.process().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private ChildLost ended(Optional<RuleId> atWork) {
        int code = exitCode();
        return new ChildLost(
                code == ChildJvm.OUT_OF_MEMORY ? ChildLost.Why.OUT_OF_MEMORY : ChildLost.Why.ENDED,
                atWork,
                "it ended with exit code " + code);
    }

    private int exitCode() {
        try {
            return jvm.process().waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    ? jvm.process().exitValue()
                    : -1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    /** Ends it, if it has not ended. */
    @Override
    public void close() {
        jvm.close();
    }
}
