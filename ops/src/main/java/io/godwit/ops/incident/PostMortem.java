package io.godwit.ops.incident;

import io.godwit.ops.whatif.WhatIf;
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
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * The draft of a post-mortem, in Markdown: what happened when, what caused it, how long each phase took, what failed, and what
 * would have been otherwise. Each sentence names the record that says so, and an appendix holds these records.
 */
public final class PostMortem {
    private final Manifest manifest;
    private final RegionState state;
    private final IncidentWords words;
    private final List<IncidentEvent> events;
    private final Draft draft = new Draft();

    /**
     * What would have been another way, and how that would have gone.
     *
     * @param set the changes as they were typed
     */
    public record Supposed(List<String> set, WhatIf.Result result) {}

    private PostMortem(Log log, Manifest manifest) {
        this.manifest = manifest;
        this.state = StateRebuild.of(log, Optional.of(manifest.to()), manifest.to());
        this.words = new IncidentWords(state);
        this.events = IncidentEvent.of(log, manifest.from(), manifest.to());
    }

    /** @param supposed empty: nothing is */
    public static String markdown(Log log, Manifest manifest, Optional<Supposed> supposed) {
        PostMortem one = new PostMortem(log, manifest);
        one.head();
        one.timeline();
        one.causes();
        one.phases();
        RecoverySection.write(one.draft, log, one.state, one.words, manifest);
        one.failures();
        supposed.ifPresent(what -> WhatIfSection.write(one.draft, log, manifest, what));
        one.draft.records(log);
        return one.draft.toString();
    }

    private void head() {
        draft.line(
                "# Incident at %s, %s to %s".formatted(Draft.plain(manifest.site()), manifest.from(), manifest.to()));
        draft.line(
                "A draft from the log, by %s. Times are those of the log, in UTC. A word in brackets names the record that"
                                .formatted(Draft.plain(manifest.version()))
                        + " a sentence rests on; the [appendix](#records) holds them.");
        if (manifest.pseudonyms()) {
            draft.line("Names are pseudonyms.");
        }
        manifest.missing().forEach(missing -> draft.line("Not kept any more: " + Draft.plain(missing) + "."));
        Map<String, Integer> counts = new TreeMap<>();
        events.forEach(event -> counts.merge(event.event().getSchema().getName(), 1, Integer::sum));
        draft.line("## In short");
        draft.line(
                "%d detections began and %d ended; %d plans were decided; of %d moves commanded or under way %d succeeded,"
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
        draft.line("## Timeline");
        for (IncidentEvent event : events) {
            words.of(event.event())
                    .ifPresent(says -> draft.item("%s %s %s"
                            .formatted(Draft.time(event.at()), Draft.plain(says), draft.cite(event.place()))));
        }
        draft.end();
    }

    private void causes() {
        draft.line("## Causes");
        for (IncidentEvent event : events) {
            if (event.event() instanceof DetectionBegan began) {
                draft.item("%s %s".formatted(Draft.plain(words.detected(began)), draft.cite(event.place())));
                for (Evidence evidence : began.getEvidence()) {
                    draft.under(Draft.plain(evidence.getSays()) + " " + draft.cite(place(evidence.getPosition())));
                }
            }
        }
        draft.end();
    }

    private void phases() {
        draft.line("## Phases");
        draft.line("Of each detection that began in the period, counted from its record: the first plan, the first"
                + " command, its acceptance, the end of the last command.");
        draft.row("detection", "at", "decided", "commanded", "accepted", "ended", "commands");
        draft.row("---", "---", "---", "---", "---", "---", "---");
        for (Phases one : Phases.of(events)) {
            DetectionBegan began = (DetectionBegan) one.began().event();
            draft.row(
                    "%s of %s %s"
                            .formatted(
                                    IncidentWords.lower(began.getKind()),
                                    Draft.plain(words.host(began.getHostId())),
                                    draft.cite(one.began().place())),
                    Draft.time(one.began().at()),
                    after(one.began(), one.decided()),
                    after(one.began(), one.commanded()),
                    after(one.began(), one.accepted()),
                    after(one.began(), one.ended()),
                    ends(one));
        }
        draft.end();
    }

    private static String ends(Phases one) {
        return one.commands() == 0
                ? "none"
                : "%d, %d succeeded, %d otherwise".formatted(one.commands(), one.succeeded(), one.otherwise());
    }

    private String after(IncidentEvent began, Optional<IncidentEvent> event) {
        return event.map(one -> "+%d ms %s"
                        .formatted(Duration.between(began.at(), one.at()).toMillis(), draft.cite(one.place())))
                .orElse("–");
    }

    private void failures() {
        draft.line("## What was refused or failed");
        List<IncidentEvent> failed =
                events.stream().filter(event -> failed(event.event())).toList();
        if (failed.isEmpty()) {
            draft.line("Nothing was, as far as the log tells.");
        }
        failed.forEach(event -> draft.item("%s %s %s"
                .formatted(
                        Draft.time(event.at()),
                        Draft.plain(words.of(event.event()).orElseThrow()),
                        draft.cite(event.place()))));
        draft.end();
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

    private static Place place(Position position) {
        return new Place(Topic.ofStage(position.getTopic()).orElseThrow(), position.getSegment(), position.getOffset());
    }
}
