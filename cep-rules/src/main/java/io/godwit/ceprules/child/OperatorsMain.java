package io.godwit.ceprules.child;

import com.sun.management.ThreadMXBean;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.SegmentRuntime;
import io.godwit.ceprules.segment.OperatorRules.Said;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.ceprules.segment.RuleRuns;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
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

    private final OutputStream out;
    private final Map<Integer, RuleRuns> segments = new TreeMap<>();
    private final Map<RuleId, CompiledRule> known = new TreeMap<>();

    private OperatorsMain(OutputStream out) {
        this.out = out;
    }

    /** Ends when there is nobody any more who gives orders. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        PrintStream out = System.out;
        System.setOut(System.err); // what anybody else prints is no answer
        BlockingQueue<DataInputStream> orders = Frames.orders();
        new SegmentRuntime(false, List.of(), 0).close(); // what only the first one costs is no rule's fault
        OperatorsMain main = new OperatorsMain(out);
        main.tell(new Told.Ready());
        while (true) {
            main.carryOut(Order.read(orders.take()));
        }
    }

    private void carryOut(Order order) throws IOException {
        switch (order) {
            case Order.Load load -> known.put(RuleId.of(load.rule()), load.rule());
            case Order.Unload unload -> known.remove(unload.rule());
            case Order.Add add -> of(add.segment()).add(known.get(add.rule()));
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
        long seen = THREADS.getCurrentThreadAllocatedBytes() - before;
        for (int i = 0; i < feed.rules().size(); i++) {
            tell(new Told.Begins(i));
            tell(ended(runs, i, feed.rules().get(i), viewed, seen));
        }
        tell(new Told.Done(scarce()));
    }

    private static Told.Ended ended(
            RuleRuns runs, int number, RuleId rule, List<RuleRuns.Viewed> viewed, long seenBytes) {
        long cpu = THREADS.getCurrentThreadCpuTime();
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        List<Said> said = List.of();
        String failure = "";
        try {
            said = runs.feed(rule, viewed);
        } catch (RuntimeException | StackOverflowError failed) {
            failure = failed.toString();
        }
        return new Told.Ended(
                number,
                THREADS.getCurrentThreadCpuTime() - cpu,
                THREADS.getCurrentThreadAllocatedBytes() - allocated + seenBytes,
                runs.rows(rule),
                failure,
                said);
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

    private void tell(Told told) throws IOException {
        Frames.send(out, to -> Told.write(told, to));
    }
}
