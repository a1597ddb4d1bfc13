package io.godwit.ops.up;

import io.godwit.ops.words.EventWords;
import io.godwit.ops.words.Names;
import io.godwit.ops.words.Telling;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.apache.avro.specific.SpecificRecord;

/** The lines of a region that runs: what was detected, what is moved and why, how it ended. Pure. */
final class LiveLines {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

    private final EventWords words;
    private final ZoneId zone;

    LiveLines(String site, Names names, ZoneId zone) {
        this.words = new EventWords(site, names);
        this.zone = zone;
    }

    /** The lines of one event, mostly none or one; its time is that of its record. */
    List<String> of(int segment, long timestampMillis, SpecificRecord event) {
        String time = TIME.format(Instant.ofEpochMilli(timestampMillis).atZone(zone));
        return words.of(segment, event).stream()
                .filter(Telling::live)
                .map(told ->
                        "%s  %-10s %s".formatted(time, told.word(), told.text()).stripTrailing())
                .toList();
    }
}
