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
import java.nio.file.Path;
import java.time.Duration;
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

    private static CompiledRule compileNow(RuleVersion rule) {
        if (!rule.builtIn()) {
            CompiledRule admitted = RuleCheck.admit(rule.text(), rule.version());
            return new CompiledRule(rule, admitted.header(), admitted.lookBack(), admitted.classes());
        }
        RuleHeader header = RuleHeader.parse(rule.text());
        if (!BuiltInRules.isOurs(rule)) { // another build's text, or anyone's who can write to the log
            EplAllowList.checkBuiltIn(rule.text());
        }
        return new CompiledRule(
                rule,
                header,
                header.lookBack().orElseThrow(() -> new RuleRefused(1, 1, "a built-in rule says its look-back")),
                new RuleClasses(compile(rule.text(), true)));
    }

    /**
     * The same for an operator's rule that was admitted by another process of this build, which is not looked through again.
     *
     * @param lookBack as it was found there
     */
    public static CompiledRule compileAdmitted(RuleVersion rule, Duration lookBack) {
        return COMPILED.computeIfAbsent(
                rule,
                admitted -> new CompiledRule(
                        admitted,
                        RuleHeader.parse(admitted.text()),
                        lookBack,
                        new RuleClasses(compileOperators(admitted.text()))));
    }

    static EPCompiled compileOperators(String text) {
        return compile(text, false);
    }

    private static EPCompiled compile(String text, boolean builtIn) {
        Optional<CompiledStore> kept = store;
        Optional<EPCompiled> known = kept.flatMap(one -> one.read(text, builtIn));
        if (known.isPresent()) {
            return known.get();
        }
        Configuration settings = builtIn ? EngineSettings.forBuiltIn() : EngineSettings.forOperators();
        try {
            EPCompiled compiled = EPCompilerProvider.getCompiler().compile(text, new CompilerArguments(settings));
            kept.ifPresent(one -> one.keep(text, builtIn, compiled));
            return compiled;
        } catch (EPCompileException wrong) {
            throw refused(wrong, text, 1);
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
        String message = wrong.getMessage().replaceAll("\\s+", " ");
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
