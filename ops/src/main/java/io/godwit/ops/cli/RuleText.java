package io.godwit.ops.cli;

import io.godwit.ceprules.engine.RuleCheck;
import io.godwit.ops.rules.HeaderCases;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The text of an operator's rule. */
public final class RuleText {
    private RuleText() {}

    public static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /**
     * A rule that may run, with cases in its header that can be tried.
     *
     * @param source what the text is from, for the message where it may not
     */
    public static RuleCheck.Admitted admitted(Object source, String text) {
        return switch (RuleCheck.check(text)) {
            case RuleCheck.Admitted admitted -> {
                List<String> faults = HeaderCases.of(admitted.header()).faults();
                if (!faults.isEmpty()) {
                    throw new Refused(
                            faults.stream().map(fault -> source + ":" + fault).collect(Collectors.joining("\n")));
                }
                yield admitted;
            }
            case RuleCheck.Refused refused ->
                throw new Refused(
                        "%s:%d:%d: %s".formatted(source, refused.line(), refused.column(), refused.message()));
        };
    }
}
