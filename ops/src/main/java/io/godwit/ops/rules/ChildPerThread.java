package io.godwit.ops.rules;

import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.child.RuleUse;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.RuleId;
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

    /** What a rule used on all threads together; when no thread is at work any more. */
    public RuleUse use(RuleId rule) {
        return children.values().stream().map(child -> child.use(rule)).reduce(RuleUse.NONE, RuleUse::plus);
    }

    /** When no thread is at work any more. */
    @Override
    public void close() {
        children.values().forEach(OperatorsProcess::close);
    }
}
