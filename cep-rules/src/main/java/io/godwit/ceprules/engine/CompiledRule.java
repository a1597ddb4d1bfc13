package io.godwit.ceprules.engine;

import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A rule version that may run, compiled.
 *
 * @param lookBack how far back its own state reaches
 */
public record CompiledRule(RuleVersion rule, RuleHeader header, Duration lookBack, RuleClasses classes) {
    private static final Pattern LABEL = Pattern.compile("\\b(site|rack|hostName)\\b");

    /** Whether it may ask who a host is: it can only by these words, which may also stand in a comment. */
    public boolean asksForLabels() {
        return !rule.builtIn() && LABEL.matcher(rule.text()).find();
    }

    /** How much of the log a fresh runtime must be fed before its output counts: its state, and the hold of what it opened. */
    public Duration feed() {
        return rule.builtIn() ? lookBack : lookBack.plus(header.hold());
    }

    /** As bytes, for another process that runs it. */
    public byte[] form() {
        return compiledForm().bytes();
    }

    CompiledForm compiledForm() {
        return new CompiledForm(lookBack, classes.compiled());
    }

    /** A rule of such bytes, in a process that runs it. */
    public static CompiledRule of(RuleVersion rule, byte[] form) throws IOException {
        CompiledForm compiled = CompiledForm.read(form);
        return new CompiledRule(
                rule, RuleHeader.parse(rule.text()), compiled.lookBack(), new RuleClasses(compiled.compiled()));
    }
}
