package io.godwit.ops.simulate;

import io.godwit.ops.cli.Failed;
import io.godwit.schemas.units.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;

/** Checks what options say, and tells what is wrong by the option's name. */
public final class OptionValues {
    private OptionValues() {}

    /** @throws IllegalArgumentException outside the bounds, both of which are allowed */
    static int in(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s is %d; give %d to %d, or drop it for the default".formatted(option, value, min, max));
        }
        return value;
    }

    /**
     * @param min the shortest that is allowed, written as a person would
     * @param max the longest
     */
    static Duration duration(String option, String text, String min, String max) {
        Duration duration = named(option, () -> Durations.parse(text));
        if (duration.compareTo(Durations.parse(min)) < 0 || duration.compareTo(Durations.parse(max)) > 0) {
            throw new IllegalArgumentException(
                    "%s is %s; give %s to %s, or drop it for the default".formatted(option, text, min, max));
        }
        return duration;
    }

    /** A mean time between faults. */
    static Duration between(String option, String text) {
        return duration(option, text, "0s", "366d");
    }

    public static String oneOf(String option, String value, Collection<String> known) {
        if (!known.contains(value)) {
            throw new IllegalArgumentException(
                    "%s is \"%s\"; give one of %s".formatted(option, value, String.join(", ", known)));
        }
        return value;
    }

    /** Tells a fault in what an option says with the option's name before it. */
    static <T> T named(String option, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(option + ": " + wrong.getMessage(), wrong);
        }
    }

    /**
     * Makes a folder where there is none.
     *
     * @throws Failed where nothing can be written into it
     */
    static void writable(String option, Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new Failed(
                    "%s %s cannot be made a folder (%s); give one that you may write to"
                            .formatted(option, folder, failed.getClass().getSimpleName()),
                    failed);
        }
        if (!Files.isWritable(folder)) {
            throw new Failed(
                    "%s %s cannot be written to; give a folder that you may write to".formatted(option, folder));
        }
    }
}
