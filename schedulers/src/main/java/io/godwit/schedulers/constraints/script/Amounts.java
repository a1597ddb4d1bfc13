package io.godwit.schedulers.constraints.script;

import io.godwit.schedulers.constraints.Constraint.Resource;
import io.godwit.schedulers.constraints.Vocabulary.Shape;
import io.godwit.schemas.units.Bandwidth;
import io.godwit.schemas.units.ByteSize;
import io.godwit.schemas.units.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts as operators write them, and as whole numbers of the smallest unit. Nothing is rounded. */
final class Amounts {
    private static final Pattern CPU = Pattern.compile("([0-9]{1,16}(?:\\.[0-9]{1,3})?)(mc|core|cores)");
    private static final Pattern FACTOR = Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{1,3})?");
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

    private Amounts() {}

    /** How one is written. */
    static String example(Shape shape, Optional<Resource> resource) {
        return switch (shape) {
            case FACTOR -> "1.5";
            case COUNT -> "40";
            case DURATION -> "10m";
            case AMOUNT ->
                switch (resource.orElse(Resource.CPU)) {
                    case CPU -> "2 cores or 1500mc";
                    case MEMORY -> "16GiB";
                    case NETWORK, DISK -> "100MiB/s";
                };
            case VMS, VM_SETS, HOSTS, HOST_GROUPS, RESOURCE -> shape.text();
        };
    }

    /** @throws IllegalArgumentException with how to write it */
    static long parse(String text, Shape shape, Optional<Resource> resource) {
        return switch (shape) {
            case FACTOR -> whole(text, FACTOR, 1000, example(shape, resource));
            case COUNT -> whole(text, COUNT, 1, example(shape, resource));
            case DURATION -> millis(Durations.parse(text));
            case AMOUNT ->
                switch (resource.orElseThrow()) {
                    case CPU -> millicores(text, example(shape, resource));
                    case MEMORY -> ByteSize.parse(text).bytes();
                    case NETWORK, DISK -> Bandwidth.parse(text).bytesPerSecond();
                };
            case VMS, VM_SETS, HOSTS, HOST_GROUPS, RESOURCE ->
                throw new IllegalArgumentException(shape + " is no amount");
        };
    }

    private static long whole(String text, Pattern pattern, int scale, String example) {
        if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no such number; write one as in " + example);
        }
        return new BigDecimal(text).multiply(BigDecimal.valueOf(scale)).longValueExact();
    }

    private static long millicores(String text, String example) {
        Matcher matcher = CPU.matcher(text);
        boolean mc = text.endsWith("mc");
        if (!matcher.matches() || (mc && text.contains("."))) {
            throw new IllegalArgumentException("\"" + text + "\" is no amount of CPU; write " + example);
        }
        return new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(mc ? 1 : 1000))
                .longValueExact();
    }

    /** More than fit count as all that fit; bounds are the form's part. */
    private static long millis(Duration duration) {
        return duration.compareTo(Duration.ofMillis(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : duration.toMillis();
    }

    /** As {@link #parse} reads it. */
    static String print(long amount, Shape shape, Optional<Resource> resource) {
        return switch (shape) {
            case FACTOR -> BigDecimal.valueOf(amount, 3).stripTrailingZeros().toPlainString();
            case COUNT -> Long.toString(amount);
            case DURATION -> amount + "ms";
            case AMOUNT ->
                switch (resource.orElseThrow()) {
                    case CPU -> amount + "mc";
                    case MEMORY -> amount + "B";
                    case NETWORK, DISK -> amount + "B/s";
                };
            case VMS, VM_SETS, HOSTS, HOST_GROUPS, RESOURCE ->
                throw new IllegalArgumentException(shape + " is no amount");
        };
    }
}
