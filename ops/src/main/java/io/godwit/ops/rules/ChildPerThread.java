package io.godwit.ops.rules;

import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.segment.OperatorRules;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** JVMs of operators' rules for threads that work on segments side by side; one that no rule needs is never started. */
public final class ChildPerThread implements AutoCloseable {
    private final Supplier<OperatorsProcess> maker;
    private final Map<Thread, OperatorsProcess> children = new ConcurrentHashMap<>();

    public ChildPerThread(Supplier<OperatorsProcess> maker) {
        this.maker = maker;
    }

    /** That of the calling thread. */
    public OperatorRules.Source mine() {
        return children.computeIfAbsent(Thread.currentThread(), _ -> maker.get());
    }

    /** When no thread is at work any more. */
    @Override
    public void close() {
        children.values().forEach(OperatorsProcess::close);
    }
}
