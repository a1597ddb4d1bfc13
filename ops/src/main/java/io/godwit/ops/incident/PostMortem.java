package io.godwit.ops.incident;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.DeadLetter;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.Evidence;
import io.godwit.schemas.events.PartitionClosed;
import io.godwit.schemas.events.PartitionEnd;
import io.godwit.schemas.events.PlanRefused;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The draft of a post-mortem, in Markdown: what happened when, what caused it, how long each phase took, what failed. Each
 * sentence names the record that says so, and an appendix holds these records.
 */
public final class PostMortem {
    private final Log log;
    private final Manifest manifest;
    private final IncidentWords words;
    private final List<IncidentEvent> events;
    private final Set<IncidentEvent.Place> cited = new LinkedHashSet<>();
    private final StringBuilder text = new StringBuilder();

    private PostMortem(Log log, Manifest manifest) {
        this.log = log;
        this.manifest = manifest;
        RegionState state = StateRebuild.of(log, Optional.of(manifest.to()), manifest.to());
        this.words = new IncidentWords(state);
        this.events = IncidentEvent.of(log, manifest.from(), manifest.to());
    }

    public static String markdown(Log log, Manifest manifest) {
        PostMortem draft = new PostMortem(log, manifest);
        draft.head();
        draft.timeline();
        draft.causes();
        draft.phases();
        draft.failures();
        draft.appendix();
        return draft.text.toString();
    }

    private void head() {
        line("# Incident at %s, %s to %s".formatted(plain(manifest.site()), manifest.from(), manifest.to()));
        line("A draft from the log, by %s. Times are those of the log, in UTC. A word in brackets names the record that"
                        .formatted(plain(manifest.version()))
                + " a sentence rests on; the [appendix](#records) holds them.");
        if (manifest.pseudonyms()) {
            line("Names are pseudonyms.");
        }
        manifest.missing().forEach(missing -> line("Not kept any more: " + plain(missing) + "."));
        Map<String, Integer> counts = new TreeMap<>();
        events.forEach(event -> counts.merge(event.event().getSchema().getName(), 1, Integer::sum));
        line("## In short");
        line("%d detections began and %d ended; %d plans were decided; of %d moves commanded or under way %d succeeded,"
                        .formatted(
                                counts.getOrDefault("DetectionBegan", 0),
                                counts.getOrDefault("DetectionEnded", 0),
                                counts.getOrDefault("PlanDecided", 0),
                                counts.getOrDefault("MigrateVm", 0),
                                counts.getOrDefault("CommandSucceeded", 0))
                + " %d failed, %d were refused and %d aborted."
                        .formatted(
                                counts.getOrDefault("CommandFailed", 0),
                                counts.getOrDefault("CommandRefused", 0),
                                counts.getOrDefault("CommandAborted", 0)));
    }

    private void timeline() {
        line("## Timeline");
        for (IncidentEvent event : events) {
            words.of(event.event())
                    .ifPresent(says -> item("%s %s %s".formatted(time(event.at()), plain(says), cite(event.place()))));
        }
        end();
    }

    private void causes() {
        line("## Causes");
        for (IncidentEvent event : events) {
            if (event.event() instanceof DetectionBegan began) {
                item("%s %s".formatted(plain(words.detected(began)), cite(event.place())));
                for (Evidence evidence : began.getEvidence()) {
                    text.append("    - ")
                            .append(plain(evidence.getSays()))
                            .append(' ')
                            .append(cite(place(evidence.getPosition())))
                            .append('\n');
                }
            }
        }
        end();
    }

    private void phases() {
        line("## Phases");
        line("Of each detection that began in the period, counted from its record: the first plan, the first"
                + " command, its acceptance, the end of the last command.");
        text.append("| detection | at | decided | commanded | accepted | ended | commands |\n");
        text.append("|---|---|---|---|---|---|---|\n");
        for (Phases one : Phases.of(events)) {
            DetectionBegan began = (DetectionBegan) one.began().event();
            text.append("| %s of %s %s | %s | %s | %s | %s | %s | %s |%n"
                    .formatted(
                            IncidentWords.lower(began.getKind()),
                            plain(words.host(began.getHostId())),
                            cite(one.began().place()),
                            time(one.began().at()),
                            after(one.began(), one.decided()),
                            after(one.began(), one.commanded()),
                            after(one.began(), one.accepted()),
                            after(one.began(), one.ended()),
                            ends(one)));
        }
        end();
    }

    private static String ends(Phases one) {
        return one.commands() == 0
                ? "none"
                : "%d, %d succeeded, %d otherwise".formatted(one.commands(), one.succeeded(), one.otherwise());
    }

    private String after(IncidentEvent began, Optional<IncidentEvent> event) {
        return event.map(one -> "+%d ms %s"
                        .formatted(Duration.between(began.at(), one.at()).toMillis(), cite(one.place())))
                .orElse("–");
    }

    private void failures() {
        line("## What was refused or failed");
        List<IncidentEvent> failed =
                events.stream().filter(event -> failed(event.event())).toList();
        if (failed.isEmpty()) {
            line("Nothing was, as far as the log tells.");
        }
        failed.forEach(event -> item("%s %s %s"
                .formatted(time(event.at()), plain(words.of(event.event()).orElseThrow()), cite(event.place()))));
        end();
    }

    private static boolean failed(SpecificRecord event) {
        return switch (event) {
            case CommandFailed _, CommandRefused _, CommandAborted _, PlanRefused _, DeadLetter _ -> true;
            case PartitionClosed closed ->
                closed.getEnd() == PartitionEnd.INFEASIBLE || closed.getEnd() == PartitionEnd.FAILED;
            case RequestAnswered answered -> !answered.getAnswer().equals("done");
            default -> false;
        };
    }

    private void appendix() {
        line("## Records");
        List<IncidentEvent.Place> places = new ArrayList<>(cited);
        places.sort(Comparator.comparing(IncidentEvent.Place::topic)
                .thenComparingInt(IncidentEvent.Place::segment)
                .thenComparingLong(IncidentEvent.Place::offset));
        for (IncidentEvent.Place place : places) {
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

    private String cite(IncidentEvent.Place place) {
        cited.add(place);
        return "[[%s](#%s)]".formatted(place.text(), place.anchor());
    }

    private static IncidentEvent.Place place(Position position) {
        return new IncidentEvent.Place(
                Topic.ofStage(position.getTopic()).orElseThrow(), position.getSegment(), position.getOffset());
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS)
                .toString()
                .replaceFirst(".*T", "")
                .replace("Z", "");
    }

    private void line(String line) {
        text.append(line).append("\n\n");
    }

    private void item(String item) {
        text.append("- ").append(item).append('\n');
    }

    private void end() {
        text.append('\n');
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
}
