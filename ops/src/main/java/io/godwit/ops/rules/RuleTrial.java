package io.godwit.ops.rules;

import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ops.rules.RuleFolder.RuleFile;
import io.godwit.ops.settings.YamlNode.Spot;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tries one rule on all its scenarios, and tells each step before it is taken: the last one told is where it hangs. */
final class RuleTrial {
    /** Who is told. */
    interface Teller {
        /** What is done next, to follow "while". */
        void step(String words);

        void fault(String says);

        void tried(RuleResult.Tried scenario);
    }

    private final Teller teller;

    private RuleTrial(Teller teller) {
        this.teller = teller;
    }

    /** A scenario and its file. */
    private record Placed(Path file, Scenario scenario) {}

    static void run(RuleFile file, Teller teller) {
        new RuleTrial(teller).run(file);
    }

    private void run(RuleFile file) {
        teller.step("it was read and compiled");
        Optional<CompiledRule> rule = text(file.epl()).flatMap(text -> switch (RuleCheck.check(text)) {
            case RuleCheck.Admitted admitted -> Optional.of(admitted.compiled());
            case RuleCheck.Refused refused -> {
                teller.fault(place(file.epl(), new Spot(refused.line(), refused.column())) + ": " + refused.message());
                yield Optional.empty();
            }
        });
        teller.step("its scenarios were read");
        List<Placed> scenarios = new ArrayList<>();
        rule.ifPresent(compiled -> scenarios.addAll(placed(file.epl(), HeaderCases.read(compiled.header()))));
        for (Path path : file.scenarios()) {
            text(path).ifPresent(text -> scenarios.addAll(placed(path, ScenarioReader.of(text))));
        }
        rule.ifPresent(compiled -> scenarios.forEach(placed -> {
            teller.step("the scenario \"" + placed.scenario().name() + "\" was drawn");
            teller.tried(run(compiled, placed));
        }));
    }

    private List<Placed> placed(Path file, ScenarioReader.Read read) {
        read.faults().forEach(fault -> teller.fault(place(file, fault.at()) + ": " + fault.says()));
        return read.scenarios().stream()
                .map(scenario -> new Placed(file, scenario))
                .toList();
    }

    private static RuleResult.Tried run(CompiledRule rule, Placed placed) {
        long began = System.nanoTime();
        List<String> misses;
        try {
            misses = Verdict.of(placed.scenario().expected(), Drawing.of(rule, placed.scenario())).stream()
                    .map(miss ->
                            miss.at().map(at -> place(placed.file(), at) + ": ").orElse("") + miss.says())
                    .toList();
        } catch (RuntimeException failed) {
            misses = List.of("the rule failed: " + failed);
        }
        return new RuleResult.Tried(
                placed.scenario().name(),
                place(placed.file(), placed.scenario().at()),
                misses,
                (System.nanoTime() - began) / 1_000_000);
    }

    private Optional<String> text(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (CharacterCodingException other) {
            teller.fault(file + " is no UTF-8 text; save it as UTF-8");
        } catch (IOException unreadable) {
            teller.fault("cannot read " + file + ": " + unreadable.getMessage());
        }
        return Optional.empty();
    }

    /** As compilers write places, so that editors find them. */
    private static String place(Path file, Spot at) {
        return file + ":" + at.line() + ":" + at.column();
    }
}
