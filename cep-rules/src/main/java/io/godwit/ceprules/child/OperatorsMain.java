package io.godwit.ceprules.child;

import com.sun.management.ThreadMXBean;
import io.godwit.ceprules.ConfinePolicy;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.SegmentRuntime;
import io.godwit.ceprules.segment.OperatorRules.Said;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.ceprules.segment.RuleRuns;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;

/**
 * The JVM in which operators' rules run. Takes orders on its standard input and tells on its standard output; ends when its
 * standard input ends, even in the middle of a rule, so that it cannot outlive the process that started it.
 */
public final class OperatorsMain {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Of the serial collector, which these JVMs have. */
    private static final MemoryPoolMXBean LASTING = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
            .findFirst()
            .orElseThrow();

    private static final long TOLD_WITHIN_MILLIS = 50;

    private final OutputStream out;
    private boolean unsaid; // guarded by out
    private final Map<Integer, RuleRuns> segments = new TreeMap<>();
    private final Map<RuleId, CompiledRule> known = new TreeMap<>();

    private OperatorsMain(OutputStream out) {
        this.out = new BufferedOutputStream(out, 1 << 18);
    }

    /**
     * Ends when there is nobody any more who gives orders.
     *
     * @param arguments how it is to confine itself
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err); // what anybody else prints is no answer
        new SegmentRuntime(false, List.of(), 0).close(); // what only the first one costs is no rule's fault
        String unconfined =
                Confinement.confine(ConfinePolicy.valueOf(arguments[0])).orElse("");
        BlockingQueue<DataInputStream> orders = Frames.orders();
        OperatorsMain main = new OperatorsMain(out);
        Thread.ofPlatform().daemon().name("tells").start(main::tellWhatTakesLong);
        main.tell(new Told.Ready(unconfined));
        while (true) {
            main.carryOut(Order.read(orders.take()));
        }
    }

    private void carryOut(Order order) throws IOException {
        switch (order) {
            case Order.Load load -> known.put(RuleId.of(load.rule()), load.rule());
            case Order.Unload unload -> known.remove(unload.rule());
            case Order.Add add -> of(add.segment()).add(known.get(add.rule()));
            case Order.Know know -> of(know.segment()).know(know.hosts());
            case Order.Remove remove -> of(remove.segment()).unload(remove.rule());
            case Order.Feed feed -> feed(of(feed.segment()), feed);
            case Order.Weigh weigh -> tell(new Told.Weighed(weigh(of(weigh.segment()), weigh.rule())));
        }
    }

    private RuleRuns of(int segment) {
        return segments.computeIfAbsent(segment, RuleRuns::new);
    }

    private void feed(RuleRuns runs, Order.Feed feed) throws IOException {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        List<RuleRuns.Viewed> viewed = runs.viewed(feed.stretch());
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long seen = allocated - before;
        long cpu = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < feed.rules().size(); i++) {
            if (feed.careful()) {
                tell(new Told.Begins(i));
            } else {
                tellLater(new Told.Begins(i));
            }
            RuleId rule = feed.rules().get(i);
            List<Said> said = List.of();
            String failure = "";
            try {
                said = runs.feed(rule, viewed);
            } catch (RuntimeException | StackOverflowError failed) {
                failure = failed.toString();
            }
            // telling counts for the next one: each reading costs a call of the system
            long cpuNow = THREADS.getCurrentThreadCpuTime();
            long allocatedNow = THREADS.getCurrentThreadAllocatedBytes();
            tellLater(new Told.Ended(i, cpuNow - cpu, allocatedNow - allocated + seen, runs.rows(rule), failure, said));
            cpu = cpuNow;
            allocated = allocatedNow;
        }
        tell(new Told.Done(scarce()));
    }

    private static boolean scarce() {
        MemoryUsage left = LASTING.getCollectionUsage();
        return left.getUsed() > left.getMax() / 2;
    }

    private static long weigh(RuleRuns runs, RuleId rule) {
        long with = usedBytes();
        runs.unload(rule);
        return Math.max(0, with - usedBytes());
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Told now; of a feed what comes of each rule is told together, unless it takes long. */
    private void tell(Told told) throws IOException {
        synchronized (out) {
            Frames.write(out, to -> Told.write(told, to));
            out.flush();
            unsaid = false;
        }
    }

    private void tellLater(Told told) throws IOException {
        synchronized (out) {
            Frames.write(out, to -> Told.write(told, to));
            unsaid = true;
        }
    }

    /** Each message wakes a thread of another process, so that they go together; a rule that takes long is told by name. */
    private void tellWhatTakesLong() {
        try {
            while (true) {
                Thread.sleep(TOLD_WITHIN_MILLIS);
                synchronized (out) {
                    if (unsaid) {
                        out.flush();
                        unsaid = false;
                    }
                }
            }
        } catch (IOException | InterruptedException gone) {
            Runtime.getRuntime().halt(0); // nobody is there any more
        }
    }
}
