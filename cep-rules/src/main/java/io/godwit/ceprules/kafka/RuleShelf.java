package io.godwit.ceprules.kafka;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.RuleId;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.RuleActivated;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.log.LogRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules as they stand in the log, and which of them may run; filled by the tail of the rules topic, read by the worker. A
 * text is looked at when it is to be active, and not before.
 */
final class RuleShelf {
    private static final Logger LOG = LoggerFactory.getLogger(RuleShelf.class);

    private final RuleBook book = new RuleBook();
    private final Admission admission;
    private final AtomicLong changes = new AtomicLong();
    private final Map<RuleVersion, String> refused = new HashMap<>();
    private final Map<Integer, Long> taken = new HashMap<>();
    private final Map<RuleVersion, List<LogRecord>> deployments = new HashMap<>();
    private final List<Unusable> unreadable = new ArrayList<>();
    private volatile boolean operators;

    RuleShelf(Admission admission) {
        this.admission = admission;
    }

    /** A record of the rules topic that cannot be used, and why. */
    record Unusable(LogRecord record, String reason) {}

    /**
     * What is to be active in a segment.
     *
     * @param rules those that may run, and those that go on until it is known whether the next version may
     * @param silent those that are quarantined there already
     * @param tooMuch those that are to be quarantined, and why
     */
    record Wanted(List<CompiledRule> rules, Set<RuleId> silent, Map<RuleId, String> tooMuch) {}

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
                deployments.computeIfAbsent(rule, _ -> new ArrayList<>()).add(record);
            }
            book.evolve(event);
        } catch (UnreadableRecord | IllegalArgumentException unreadable) {
            this.unreadable.add(new Unusable(record, unreadable.getMessage()));
        }
        changed(); // what cannot be used as well: it is to be told now, not with the next rule
    }

    /** Something is known that was not: a record, or whether a rule may run. */
    void changed() {
        changes.incrementAndGet();
    }

    /** Grows with each change. */
    long changes() {
        return changes.get();
    }

    /** Whether there are rules that are not built in. */
    boolean operators() {
        return operators;
    }

    RuleBook book() {
        return book;
    }

    /**
     * What is to be active in a segment, as far as it is known; one whose mode is off is not.
     *
     * @param open what is active and quarantined there
     * @param kinds which rules are asked for at all
     */
    Wanted wanted(OpenDetections open, Predicate<RuleVersion> kinds) {
        Set<RuleId> stopped = open.quarantined().stream()
                .map(one -> new RuleId(one.getRule(), one.getVersion()))
                .collect(Collectors.toSet());
        List<CompiledRule> rules = new ArrayList<>();
        Set<RuleId> silent = new TreeSet<>();
        Map<RuleId, String> tooMuch = new TreeMap<>();
        book.foreign().forEach(this::answer); // no, and so it is told
        for (RuleVersion rule : book.live()) {
            if (!kinds.test(rule)) {
                continue;
            }
            if (stopped.contains(RuleId.of(rule))) {
                silent.add(RuleId.of(rule)); // whether it may run is not asked again
                continue;
            }
            Optional<Admission.Answer> answer = answer(rule);
            if (answer.isEmpty()) { // the version before goes on as it is
                before(rule, open).ifPresent(rules::add);
                stopped.stream()
                        .filter(before -> before.name().equals(rule.name()))
                        .forEach(silent::add);
                continue;
            }
            switch (answer.get()) {
                case Admission.Admitted(CompiledRule admitted) -> {
                    if (admitted.header().draws()) {
                        rules.add(admitted);
                    }
                }
                case Admission.Refused _ -> {} // told in the health and the dead letters
                case Admission.TooMuch(String reason) -> tooMuch.put(RuleId.of(rule), reason);
            }
        }
        return new Wanted(rules, silent, tooMuch);
    }

    /** The version of the same rule that is active in a segment, if it is known to run. */
    private Optional<CompiledRule> before(RuleVersion next, OpenDetections open) {
        return open.active().stream()
                .filter(active -> active.getRule().equals(next.name()))
                .flatMap(active -> book.version(active.getRule(), active.getVersion()).stream())
                .flatMap(rule -> answer(rule).stream())
                .flatMap(answer ->
                        answer instanceof Admission.Admitted(CompiledRule rule) ? Stream.of(rule) : Stream.empty())
                .findFirst();
    }

    /** The rules that are to be active and may not run, each with its reason and the remedy. */
    List<String> refused() {
        List<String> says = new ArrayList<>();
        for (RuleVersion rule : book.live()) {
            String reason = reasonOf(rule);
            if (reason != null) {
                says.add(reason
                        + (rule.builtIn()
                                ? "; run the build that brought it, or a later one"
                                : "; deploy a version that this build admits, or retire it: godwit rule retire "
                                        + rule.name()));
            }
        }
        Set<String> named = new HashSet<>();
        for (RuleVersion rule : book.foreign()) { // newest first, and of each name that alone
            String reason = reasonOf(rule);
            if (reason != null && named.add(rule.name())) {
                says.add(reason
                        + "; under that name this build's own text runs and no other; run the build that brought it,"
                        + " or restart cep, which deploys its own text again");
            }
        }
        return says;
    }

    /** The rules of these activations, of those that may run; the others are silent from here on. Waits until that is known. */
    List<CompiledRule> of(List<RuleActivated> active, Predicate<RuleVersion> kinds) {
        List<CompiledRule> rules = new ArrayList<>();
        for (RuleActivated activated : active) {
            RuleVersion rule = book.version(activated.getRule(), activated.getVersion())
                    .orElseThrow(() -> new IllegalStateException("rule " + activated.getRule() + " v"
                            + activated.getVersion() + " is active in segment " + activated.getSegment()
                            + ", but its text does not stand in the rules topic; restore that topic"));
            if (kinds.test(rule)
                    && noted(rule, admission.await(rule)) instanceof Admission.Admitted(CompiledRule admitted)) {
                rules.add(admitted);
            }
        }
        return rules;
    }

    /** What is known to stand unusable in a segment of the rules topic, from an offset on. */
    synchronized List<Unusable> unusable(int segment, long from) {
        List<Unusable> all = new ArrayList<>(unreadable);
        refused.forEach((rule, reason) ->
                deployments.getOrDefault(rule, List.of()).forEach(record -> all.add(new Unusable(record, reason))));
        return all.stream()
                .filter(one -> one.record().segment() == segment && one.record().offset() >= from)
                .sorted(Comparator.comparingLong(one -> one.record().offset()))
                .toList();
    }

    private synchronized String reasonOf(RuleVersion rule) {
        return refused.get(rule);
    }

    private Optional<Admission.Answer> answer(RuleVersion rule) {
        return admission.of(rule).map(answer -> noted(rule, answer));
    }

    /** One that is refused is said so once. */
    private synchronized Admission.Answer noted(RuleVersion rule, Admission.Answer answer) {
        if (answer instanceof Admission.Refused(int line, int column, String message) && !refused.containsKey(rule)) {
            refused.put(
                    rule, "this build refuses rule %s: line %d, column %d: %s".formatted(rule, line, column, message));
            LOG.atError()
                    .addKeyValue("rule", rule)
                    .addKeyValue("line", line)
                    .addKeyValue("column", column)
                    .addKeyValue("reason", message)
                    .log("rule refused");
        }
        return answer;
    }
}
