package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Markdown in the making, whose sentences name the records that they rest on. */
final class Draft {
    private final Set<Place> cited = new LinkedHashSet<>();
    private final StringBuilder text = new StringBuilder();

    /** A paragraph or a heading. */
    void line(String line) {
        text.append(line).append("\n\n");
    }

    void item(String item) {
        text.append("- ").append(item).append('\n');
    }

    /** An item under the last one. */
    void under(String item) {
        text.append("    - ").append(item).append('\n');
    }

    /** A row of a table. */
    void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** Ends a list or a table. */
    void end() {
        text.append('\n');
    }

    /** Names a record, which the appendix then holds. */
    String cite(Place place) {
        cited.add(place);
        return "[[%s](#%s)]".formatted(place.text(), place.anchor());
    }

    /** The appendix: all that was named. */
    void records(Log log) {
        line("## Records");
        List<Place> places = new ArrayList<>(cited);
        places.sort(Comparator.comparing(Place::topic)
                .thenComparingInt(Place::segment)
                .thenComparingLong(Place::offset));
        for (Place place : places) {
            Optional<LogRecord> record = log.at(place.topic(), place.segment(), place.offset());
            line("<a id=\"%s\"></a>**%s**%s"
                    .formatted(
                            place.anchor(),
                            place.text(),
                            record.map(one -> " at " + Instant.ofEpochMilli(one.timestampMillis()))
                                    .orElse(" is not in the file")));
            record.ifPresent(one -> text.append("```json\n").append(json(one)).append("\n```\n\n"));
        }
    }

    /** On one line, where no text of it can end the block. */
    private static String json(LogRecord record) {
        try {
            return EventCodec.decode(record.value()).toString().replace('\n', ' ');
        } catch (UnreadableRecord damaged) {
            return "\"unreadable\"";
        }
    }

    static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS)
                .toString()
                .replaceFirst(".*T", "")
                .replace("Z", "");
    }

    /** Text of the log as it is, in which nothing is taken for Markdown or HTML. */
    static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length() + 8);
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            if ("\\`*_{}[]<>#|&~!".indexOf(character) >= 0) {
                plain.append('\\');
            }
            plain.append(character == '\n' || character == '\r' ? ' ' : character);
        }
        return plain.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
