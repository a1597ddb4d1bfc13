package io.godwit.ops.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A bound that a figure must keep, as in "added<=5". */
record Expectation(String figure, String comparison, long bound) {
    private static final Pattern FORM = Pattern.compile("\\s*([a-zA-Z]+)\\s*(<=|>=|=)\\s*(\\d{1,18})\\s*");

    /** From what a person typed. */
    static final class Reader implements ITypeConverter<Expectation> {
        @Override
        public Expectation convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("\"" + text
                        + "\" is no expectation; write a figure, one of <=, >= and =, and a whole number, as in"
                        + " added<=5");
            }
            return new Expectation(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3)));
        }
    }

    /** @throws IllegalArgumentException where there is no such figure */
    void check(List<String> figures) {
        if (!figures.contains(figure)) {
            throw new IllegalArgumentException(
                    "--expect names the figure \"" + figure + "\"; there are " + String.join(", ", figures));
        }
    }

    /** What is wrong with the figures; empty: the bound is kept. */
    Optional<String> fault(Map<String, Long> figures) {
        long value = figures.get(figure);
        boolean kept = switch (comparison) {
            case "<=" -> value <= bound;
            case ">=" -> value >= bound;
            default -> value == bound;
        };
        return kept
                ? Optional.empty()
                : Optional.of("expected %s %s %d, and it is %d".formatted(figure, comparison, bound, value));
    }
}
