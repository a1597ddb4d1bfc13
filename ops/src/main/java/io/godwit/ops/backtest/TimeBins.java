package io.godwit.ops.backtest;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A stretch of time in parts of one length that people like, as in an hour, and not too many of them. */
record TimeBins(Instant from, Duration width, int count) {
    private static final int MOST = 60;
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<Duration> NICE = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofHours(6));

    /** The first begins at a round time. */
    static TimeBins of(Instant from, Instant to) {
        Duration whole = Duration.between(from, to);
        Duration width = NICE.stream()
                .filter(one -> one.multipliedBy(MOST - 1L).compareTo(whole) >= 0)
                .findFirst()
                .orElseGet(() -> DAY.multipliedBy(whole.dividedBy(DAY) / (MOST - 1) + 1));
        long millis = width.toMillis();
        Instant first = Instant.ofEpochMilli(Math.floorDiv(from.toEpochMilli(), millis) * millis);
        return new TimeBins(first, width, (int) (Duration.between(first, to).toMillis() / millis) + 1);
    }

    /** How many of some moments fall into each; what lies outside counts at the edge. */
    List<Double> counts(List<Instant> moments) {
        double[] counts = new double[count];
        for (Instant moment : moments) {
            long bin = Duration.between(from, moment).toMillis() / width.toMillis();
            counts[Math.clamp(bin, 0, count - 1)]++;
        }
        List<Double> all = new ArrayList<>();
        for (double count : counts) {
            all.add(count);
        }
        return all;
    }

    /** When each begins. */
    List<String> labels(ZoneId zone) {
        boolean seconds = width.compareTo(Duration.ofMinutes(1)) < 0;
        boolean days = width.multipliedBy(count).compareTo(DAY) > 0;
        String pattern = (days ? "MM-dd " : "") + "HH:mm" + (seconds ? ":ss" : "");
        DateTimeFormatter format =
                DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(zone);
        List<String> labels = new ArrayList<>();
        for (int bin = 0; bin < count; bin++) {
            labels.add(format.format(from.plus(width.multipliedBy(bin))));
        }
        return labels;
    }

    /** As in "15 min". */
    String each() {
        long seconds = width.toSeconds();
        return seconds < 60 ? seconds + " s" : seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }
}
