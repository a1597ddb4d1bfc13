package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.Constraint.When;
import io.godwit.schedulers.constraints.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The words with which a demand may begin. */
final class Words {
    private Words() {}

    static Optional<When> manner(String word) {
        return switch (word) {
            case "continuous" -> Optional.of(When.CONTINUOUS);
            case "discrete" -> Optional.of(When.DISCRETE);
            default -> Optional.empty();
        };
    }

    static boolean beginsDemand(String word) {
        return manner(word).isPresent() || Vocabulary.of(word).isPresent();
    }

    /** All of them, to name the nearest of an unknown one. */
    static List<String> all() {
        return Stream.concat(
                        Arrays.stream(Vocabulary.values()).map(Vocabulary::word), Stream.of("continuous", "discrete"))
                .toList();
    }
}
