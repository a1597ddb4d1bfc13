package io.godwit.ceprules.child;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.units.ByteSize;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has rules looked through and compiled in a JVM of its own, one after the other, within bounds of CPU and memory: in the log
 * may stand what anybody wrote who can write there. What lies compiled in the folder was admitted by this build before, and
 * the texts of this build need nobody's leave; for all else the JVM is started, and ended when it has had nothing to do for a
 * while. Safe for use by several threads.
 */
public final class Admissions implements Admission, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Admissions.class);
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final long IDLE_MILLIS = 60_000;

    /** Of the JVM that compiles. */
    private static final ByteSize HEAP = ByteSize.ofMebibytes(256);

    /** A JVM that ends more often over one rule, for no reason that could be told, is given up. */
    private static final int ENDS_MAX = 3;

    private final OperatorsConfig config;
    private final Runnable onAnswer;
    private final Map<RuleVersion, Optional<Answer>> asked = new HashMap<>(); // empty: not answered yet
    private final Deque<RuleVersion> waiting = new ArrayDeque<>();
    private Optional<OperatorsGone> gone = Optional.empty();
    private Optional<Thread> thread = Optional.empty();
    private Optional<Child> child = Optional.empty(); // the thread's own
    private volatile Optional<String> unconfined = Optional.empty();
    private boolean closed;

    /** @param onAnswer is run after each answer, and where none can be had */
    public Admissions(OperatorsConfig config, Runnable onAnswer) {
        this.config = config;
        this.onAnswer = onAnswer;
    }

    /** @throws OperatorsGone once where the JVM cannot be had; asking again tries again */
    @Override
    public synchronized Optional<Answer> of(RuleVersion rule) {
        throwGone();
        Optional<Answer> answer = asked.get(rule);
        if (answer == null) {
            answer = known(rule);
            asked.put(rule, answer);
            if (answer.isEmpty()) {
                waiting.add(rule);
                begin();
                notifyAll();
            }
        }
        return answer;
    }

    @Override
    public synchronized Answer await(RuleVersion rule) {
        try {
            while (true) {
                Optional<Answer> answer = of(rule);
                if (answer.isPresent()) {
                    return answer.get();
                }
                wait();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new OperatorsGone("interrupted while a rule was looked through", interrupted);
        }
    }

    /** Why the JVM that looked through rules last was not confined, with the remedy; empty where it was. */
    public Optional<String> unconfined() {
        return unconfined;
    }

    private void throwGone() {
        if (gone.isPresent()) {
            OperatorsGone why = gone.get();
            gone = Optional.empty();
            throw new OperatorsGone(why.getMessage(), why);
        }
    }

    private static Optional<Answer> known(RuleVersion rule) {
        return rule.builtIn() || BuiltInRules.NAMES.contains(rule.name())
                ? HERE.of(rule) // this build's own, or refused unread
                : RuleCompiler.known(rule).map(Admission.Admitted::new);
    }

    private void begin() {
        if (thread.isEmpty() && !closed) {
            thread = Optional.of(Thread.ofPlatform().daemon().name("admissions").start(this::run));
        }
    }

    private void run() {
        try {
            for (Optional<RuleVersion> next = next(); next.isPresent(); next = next()) {
                try {
                    answered(next.get(), judge(next.get()));
                } catch (OperatorsGone given) {
                    giveUp(given);
                }
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    /** The next one that waits; empty when there is nothing more to do. */
    private synchronized Optional<RuleVersion> next() throws InterruptedException {
        long until = System.nanoTime() + IDLE_MILLIS * 1_000_000;
        while (waiting.isEmpty() && !closed) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        Optional<RuleVersion> next = closed ? Optional.empty() : Optional.ofNullable(waiting.poll());
        if (next.isEmpty()) {
            thread = Optional.empty();
        }
        return next;
    }

    private void answered(RuleVersion rule, Answer answer) {
        synchronized (this) {
            asked.put(rule, Optional.of(answer));
            notifyAll();
        }
        onAnswer.run();
    }

    /** Who has waited is told, and may ask again. */
    private void giveUp(OperatorsGone why) {
        synchronized (this) {
            gone = Optional.of(why);
            waiting.clear();
            asked.values().removeIf(Optional::isEmpty);
            notifyAll();
        }
        onAnswer.run();
    }

    private Answer judge(RuleVersion rule) {
        for (int ends = 1; ; ends++) {
            ChildLost lost;
            try {
                Child running = running();
                running.send(out -> AdmissionMain.write(rule, out), Optional.of(RuleId.of(rule)));
                return read(rule, running.next(config.compileCpu(), Optional.of(RuleId.of(rule))));
            } catch (ChildLost ended) {
                lost = ended;
            } catch (IOException broken) {
                lost = new ChildLost(ChildLost.Why.ENDED, Optional.empty(), broken.getMessage());
            }
            end();
            LOG.atWarn()
                    .addKeyValue("rule", rule)
                    .addKeyValue("why", lost.why())
                    .log("the JVM that looks through rules is lost");
            Optional<String> tooMuch = lost.atWork().isEmpty() ? Optional.empty() : tooMuch(lost.why());
            if (tooMuch.isPresent()) {
                return new TooMuch(tooMuch.get());
            }
            if (ends == ENDS_MAX) {
                throw new OperatorsGone(
                        "the JVM that looks through operators' rules ended %d times in a row, last because %s; its last words stand in this process's standard error"
                                .formatted(ends, lost.getMessage()),
                        lost);
            }
        }
    }

    private Optional<String> tooMuch(ChildLost.Why why) {
        return switch (why) {
            case HUNG ->
                Optional.of(
                        "it was not looked through and compiled within %d s of CPU, which is cep.operators.compile-cpu"
                                .formatted(config.compileCpu().toSeconds()));
            case OUT_OF_MEMORY -> Optional.of("to look through it and compile it takes more than %s".formatted(HEAP));
            case STALLED, ENDED -> Optional.empty(); // somebody else's doing
        };
    }

    private static Answer read(RuleVersion rule, DataInputStream in) throws IOException {
        return switch ((char) in.readByte()) {
            case AdmissionMain.ADMITTED -> new Admitted(RuleCompiler.admitted(rule, Frames.readBytes(in)));
            case AdmissionMain.REFUSED -> new Refused(in.readInt(), in.readInt(), Frames.readText(in));
            default -> throw new IOException("it is out of step");
        };
    }

    private Child running() throws ChildLost, IOException {
        if (child.isEmpty()) {
            Child started = Child.start(ConfinedJvm.What.ADMITS_RULES, config, HEAP);
            child = Optional.of(started);
            DataInputStream first = started.next(START_MAX, Optional.empty());
            if (first.readByte() != AdmissionMain.READY) {
                throw new IOException("it is out of step");
            }
            String why = Frames.readText(first);
            try {
                unconfined = Child.confined(why, config.confine());
            } catch (OperatorsGone refused) {
                end();
                throw refused;
            }
        }
        return child.get();
    }

    private void end() {
        child.ifPresent(Child::close);
        child = Optional.empty();
    }

    @Override
    public void close() {
        Optional<Thread> running;
        synchronized (this) {
            closed = true;
            running = thread;
            notifyAll();
        }
        running.ifPresent(Thread::interrupt);
    }
}
