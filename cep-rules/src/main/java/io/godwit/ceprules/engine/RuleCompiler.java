package io.godwit.ceprules.engine;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompileException;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compiles rule versions, each once in a process: a compilation takes a tenth of a second, and every segment needs it. */
public final class RuleCompiler {
    private static final Pattern PLACE = Pattern.compile("at line (\\d+) column (\\d+)");
    private static final Pattern NEAR = Pattern.compile("near '([^']+)'");
    private static final Map<RuleVersion, CompiledRule> COMPILED = new ConcurrentHashMap<>();

    private static volatile Optional<CompiledStore> store = Optional.empty();

    private RuleCompiler() {}

    /** Keeps what is compiled from now on in a folder, and takes it from there; for the whole process. */
    public static void keepIn(Path folder) {
        store = CompiledStore.in(folder);
    }

    /** @throws RuleRefused if it may not run or does not compile */
    public static CompiledRule compile(RuleVersion rule) {
        return COMPILED.computeIfAbsent(rule, RuleCompiler::compileNow);
    }

    /** A rule that this process has compiled, or that lies compiled in the folder; nothing is parsed for it but its header. */
    public static Optional<CompiledRule> known(RuleVersion rule) {
        return Optional.ofNullable(COMPILED.computeIfAbsent(
                rule,
                version -> store.flatMap(kept -> kept.read(version.text(), version.builtIn()))
                        .map(form -> of(version, form))
                        .orElse(null)));
    }

    /**
     * An operator's rule as another process of this build admitted and compiled it; kept in the folder.
     *
     * @param form what {@link CompiledRule#form} gave there
     * @throws IOException if it cannot be read
     */
    public static CompiledRule admitted(RuleVersion rule, byte[] form) throws IOException {
        CompiledForm compiled = CompiledForm.read(form);
        CompiledRule admitted = COMPILED.computeIfAbsent(rule, version -> of(version, compiled));
        store.ifPresent(one -> one.keep(rule.text(), rule.builtIn(), compiled));
        return admitted;
    }

    private static CompiledRule compileNow(RuleVersion rule) {
        Optional<CompiledForm> kept = store.flatMap(one -> one.read(rule.text(), rule.builtIn()));
        if (kept.isPresent()) {
            return of(rule, kept.get());
        }
        CompiledRule compiled = admit(rule);
        store.ifPresent(one -> one.keep(rule.text(), rule.builtIn(), compiled.compiledForm()));
        return compiled;
    }

    /** The same, of nothing that was compiled before. */
    public static CompiledRule admit(RuleVersion rule) {
        return rule.builtIn() ? builtIn(rule) : RuleCheck.admit(rule);
    }

    private static CompiledRule of(RuleVersion rule, CompiledForm form) {
        return new CompiledRule(rule, RuleHeader.parse(rule.text()), form.lookBack(), new RuleClasses(form.compiled()));
    }

    private static CompiledRule builtIn(RuleVersion rule) {
        if (!BuiltInRules.isOurs(rule)) { // another build's text, or anyone's who can write to the log
            throw new RuleRefused(
                    1, 1, "it says that it comes with the product, and this build carries another text of it, or none");
        }
        RuleHeader header = RuleHeader.parse(rule.text());
        return new CompiledRule(
                rule,
                header,
                header.lookBack().orElseThrow(() -> new RuleRefused(1, 1, "a built-in rule says its look-back")),
                new RuleClasses(compileBuiltIn(rule.text())));
    }

    static EPCompiled compileBuiltIn(String text) {
        return compile(text, true);
    }

    static EPCompiled compileOperators(String text) {
        return compile(text, false);
    }

    private static EPCompiled compile(String text, boolean builtIn) {
        Configuration settings = builtIn ? EngineSettings.forBuiltIn() : EngineSettings.forOperators();
        try {
            return EPCompilerProvider.getCompiler().compile(text, new CompilerArguments(settings));
        } catch (EPCompileException wrong) {
            throw refused(wrong, text, 1);
        } catch (StackOverflowError | RuntimeException fails) { // Esper fails in several ways where a text is odd
            throw new RuleRefused(1, 1, "the compiler fails on it with " + fails + "; make it simpler");
        }
    }

    /**
     * Esper tells the line of the statement within the module, and for syntax errors the place within the statement, or the
     * word alone where its grammar had nothing left to expect: that is the last one of its kind.
     */
    static RuleRefused refused(EPCompileException wrong, String text, int firstLine) {
        int line = firstLine;
        if (!wrong.getItems().isEmpty()) {
            line += Math.max(0, wrong.getItems().getFirst().getLineNumber() - 1);
        }
        String message = String.valueOf(wrong.getMessage()).replaceAll("\\s+", " ");
        int bracket = message.lastIndexOf(" [");
        if (bracket > 0) { // Esper repeats the whole statement in brackets
            message = message.substring(0, bracket);
        }
        Matcher place = PLACE.matcher(message);
        if (place.find()) {
            return new RuleRefused(
                    line + Integer.parseInt(place.group(1)) - 1,
                    Integer.parseInt(place.group(2)) + 1, // Esper counts columns from 0
                    message);
        }
        Matcher near = NEAR.matcher(message);
        return near.find()
                ? Place.ofLast(text, firstLine, near.group(1)).refuse(message)
                : new RuleRefused(line, 1, message);
    }
}
