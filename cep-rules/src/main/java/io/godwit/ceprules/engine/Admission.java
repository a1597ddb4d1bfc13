package io.godwit.ceprules.engine;

import io.godwit.ceprules.rules.RuleRefused;
import io.godwit.ceprules.rules.RuleVersion;
import java.util.Optional;

/** Whether a rule version of the log may run. Each is answered once in a process, and always the same. */
public interface Admission {
    /** In this process, at once: for texts of one's own. */
    Admission HERE = new Admission() {
        @Override
        public Optional<Answer> of(RuleVersion rule) {
            return Optional.of(await(rule));
        }

        @Override
        public Answer await(RuleVersion rule) {
            try {
                return new Admitted(RuleCompiler.compile(rule));
            } catch (RuleRefused wrong) {
                return new Refused(wrong.line(), wrong.column(), wrong.getMessage());
            }
        }
    };

    /** What was found. */
    sealed interface Answer {}

    /** It may run. */
    record Admitted(CompiledRule rule) implements Answer {}

    /**
     * It may not, by what it says: the same for all processes of this build.
     *
     * @param line place in the text, from 1
     * @param column place in the line, from 1
     */
    record Refused(int line, int column, String message) implements Answer {}

    /** To find it out takes more than may be used for it, which is a measurement: it stands in the log as a quarantine. */
    record TooMuch(String reason) implements Answer {}

    /** The answer; empty while it is being found. */
    Optional<Answer> of(RuleVersion rule);

    /** The answer, waited for. */
    Answer await(RuleVersion rule);
}
