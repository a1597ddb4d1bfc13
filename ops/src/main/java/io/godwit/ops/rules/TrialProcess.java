package io.godwit.ops.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.godwit.ceprules.child.ChildJvm;
import io.godwit.ops.rules.RuleFolder.RuleFile;
import io.godwit.ops.rules.TrialMain.Told;
import io.godwit.ops.settings.Settings;
import io.godwit.schemas.units.ByteSize;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Tries rules in a child process, one after the other; one that ends with a rule is followed by another for the next. */
public final class TrialProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final Duration END_MAX = Duration.ofSeconds(20);

    private final Duration timeOut;
    private final ByteSize heap;
    private Optional<Child> child = Optional.empty();

    /**
     * @param timeOut how long a rule may take, with all its scenarios
     * @param heap of the child
     */
    public TrialProcess(Duration timeOut, ByteSize heap) {
        this.timeOut = timeOut;
        this.heap = heap;
    }

    /** A process and what it tells, line by line; an empty line is its end. */
    private record Child(Process process, Writer orders, BlockingQueue<Optional<String>> told) {}

    /** Tries a rule. Whatever the rule does, this returns, not much later than after the time-out. */
    public RuleResult test(RuleFile file) throws IOException, InterruptedException {
        if (child.isPresent() && !child.get().process().isAlive()) {
            close();
        }
        Child running = child.isPresent() ? child.get() : start();
        child = Optional.of(running);
        List<String> faults = new ArrayList<>();
        List<RuleResult.Tried> tried = new ArrayList<>();
        String step = "it was handed over";
        order(running, file);
        long until = System.nanoTime() + timeOut.toNanos();
        while (true) {
            Optional<String> line = running.told().poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (line == null || line.isEmpty()) {
                faults.add(line == null ? tooLong(file, step) : died(file, running.process(), step));
                close();
                return new RuleResult(file.name(), file.epl().toString(), RuleResult.End.STOPPED, faults, tried);
            }
            Told told = TrialMain.JSON.readValue(line.get(), Told.class);
            switch (told.what()) {
                case READY -> {}
                case STEP -> step = told.words();
                case FAULT -> faults.add(told.words());
                case TRIED -> tried.add(told.tried());
                case DONE -> {
                    return new RuleResult(file.name(), file.epl().toString(), RuleResult.End.DONE, faults, tried);
                }
            }
        }
    }

    private static void order(Child running, RuleFile file) throws JsonProcessingException {
        String order = TrialMain.JSON.writeValueAsString(TrialMain.Order.of(file));
        try {
            running.orders().write(order + "\n");
            running.orders().flush();
        } catch (IOException gone) {
            // the child has ended, which the end of what it tells says with more words
        }
    }

    private String tooLong(RuleFile file, String step) {
        return "rule %s did not come to its end within %s and was killed while %s; make its windows shorter or its filter"
                        .formatted(file.name(), Settings.text(timeOut), step)
                + " narrower, or give more time with --timeout";
    }

    private String died(RuleFile file, Process process, String step) throws InterruptedException {
        if (!process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            return "the process of rule %s closed its output while %s and did not end; it was killed"
                    .formatted(file.name(), step);
        }
        return process.exitValue() == ChildJvm.OUT_OF_MEMORY
                ? "rule %s needs more than the %s of memory that there are, and was ended while %s; make its windows shorter, or give more with --heap"
                        .formatted(file.name(), heap, step)
                : "the process of rule %s ended with exit code %d while %s; what it said stands above"
                        .formatted(file.name(), process.exitValue(), step);
    }

    private Child start() throws IOException, InterruptedException {
        Process process = ChildJvm.start(TrialMain.class, heap, List.of("-XX:TieredStopAtLevel=1"));
        BlockingQueue<Optional<String>> told = new LinkedBlockingQueue<>();
        Thread.ofPlatform().daemon().name("rule-trial").start(() -> listen(process, told));
        Optional<String> first = told.poll(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
        if (first == null || first.isEmpty()) {
            if (first == null || !process.waitFor(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                ChildJvm.kill(process);
            }
            throw new IOException("the process that tries rules did not start"
                    + (first == null
                            ? " within " + Settings.text(START_MAX) + "; the machine may be too busy, try again"
                            : " and ended with exit code " + process.exitValue() + "; its heap of " + heap
                                    + " may be too small, give more with --heap"));
        }
        return new Child(process, process.outputWriter(StandardCharsets.UTF_8), told);
    }

    private static void listen(Process process, BlockingQueue<Optional<String>> told) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                told.add(Optional.of(line));
            }
        } catch (IOException killed) {
            // the same as the end
        }
        told.add(Optional.empty());
    }

    /** Process of the child that runs now. */
    Optional<Long> pid() {
        return child.map(running -> running.process().pid());
    }

    /** Ends the child, whatever it does. */
    @Override
    public void close() {
        if (child.isEmpty()) {
            return;
        }
        Process process = child.get().process();
        child = Optional.empty();
        ChildJvm.kill(process);
    }
}
