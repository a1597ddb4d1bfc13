package io.godwit.ceprules.kafka;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules as they stand in the log, compiled; filled by the tail of the rules topic, read by the worker. */
final class RuleShelf {
    private static final Logger LOG = LoggerFactory.getLogger(RuleShelf.class);

    private final RuleBook book = new RuleBook();
    private final AtomicLong changes = new AtomicLong();
    private final Map<RuleVersion, CompiledRule> usable = new HashMap<>();
    private final Map<RuleVersion, String> refused = new HashMap<>();
    private final Map<Integer, Long> taken = new HashMap<>();
    private final List<Unusable> unusable = new ArrayList<>();
    private volatile boolean operators;

    /** A record of the rules topic that cannot be used, and why. */
    record Unusable(LogRecord record, String reason) {}

    /** Takes one record of any segment of the rules topic. */
    synchronized void take(LogRecord record) {
        if (record.offset() < taken.getOrDefault(record.segment(), 0L)) {
            return; // a tail that was opened again begins at the beginning
        }
        taken.put(record.segment(), record.offset() + 1);
        try {
            var event = EventCodec.decode(record.value());
            if (event instanceof RuleDeployed deployed) {
                RuleVersion rule = RuleVersion.of(deployed);
                operators |= !rule.builtIn();
                if (compiled(rule).isEmpty()) {
                    unusable.add(new Unusable(record, refused.get(rule)));
                }
            }
            book.evolve(event);
        } catch (UnreadableRecord | IllegalArgumentException unreadable) {
            unusable.add(new Unusable(record, unreadable.getMessage()));
        }
        changes.incrementAndGet(); // what cannot be used as well: it is to be told now, not with the next rule
    }

    /** Grows with each change. */
    long changes() {
        return changes.get();
    }

    /** Whether there are rules that are not built in; known before they are compiled. */
    boolean operators() {
        return operators;
    }

    RuleBook book() {
        return book;
    }

    /** The rules that are to be active, of those that may run; one whose mode is off is not. */
    synchronized List<CompiledRule> live() {
        return book.live().stream()
                .flatMap(rule -> compiled(rule).stream())
                .filter(rule -> rule.header().draws())
                .toList();
    }

    /** The rules that are to be active and may not run, each with its reason and the remedy. */
    synchronized List<String> refused() {
        return book.live().stream()
                .filter(rule -> compiled(rule).isEmpty())
                .map(rule -> refused.get(rule)
                        + (rule.builtIn()
                                ? "; run the build that brought it, or a later one"
                                : "; deploy a version that this build admits, or retire it: godwit rule retire "
                                        + rule.name()))
                .toList();
    }

    /** The rules of these activations, of those that may run; the others are silent from here on. */
    synchronized List<CompiledRule> of(List<RuleActivated> active) {
        List<CompiledRule> rules = new ArrayList<>();
        for (RuleActivated activated : active) {
            RuleVersion rule = book.version(activated.getRule(), activated.getVersion())
                    .orElseThrow(() -> new IllegalStateException("rule " + activated.getRule() + " v"
                            + activated.getVersion() + " is active in segment " + activated.getSegment()
                            + ", but its text does not stand in the rules topic; restore that topic"));
            compiled(rule).ifPresent(rules::add);
        }
        return rules;
    }

    /** What stands unusable in a segment of the rules topic, from an offset on. */
    synchronized List<Unusable> unusable(int segment, long from) {
        return unusable.stream()
                .filter(one -> one.record().segment() == segment && one.record().offset() >= from)
                .sorted(Comparator.comparingLong(one -> one.record().offset()))
                .toList();
    }

    /** Tries each version once; one that is refused is said so once. */
    private Optional<CompiledRule> compiled(RuleVersion rule) {
        if (!usable.containsKey(rule) && !refused.containsKey(rule)) {
            try {
                usable.put(rule, RuleCompiler.compile(rule));
            } catch (RuleRefused wrong) {
                refused.put(
                        rule,
                        "this build refuses rule %s: line %d, column %d: %s"
                                .formatted(rule, wrong.line(), wrong.column(), wrong.getMessage()));
                LOG.atError()
                        .addKeyValue("rule", rule)
                        .addKeyValue("line", wrong.line())
                        .addKeyValue("column", wrong.column())
                        .addKeyValue("reason", wrong.getMessage())
                        .log("rule refused");
            }
        }
        return Optional.ofNullable(usable.get(rule));
    }
}
