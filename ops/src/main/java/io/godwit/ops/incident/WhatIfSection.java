package io.godwit.ops.incident;

import io.godwit.ops.whatif.WhatIf;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.util.Locale;

/** What would have been otherwise in a period, with something changed. */
final class WhatIfSection {
    private WhatIfSection() {}

    static void write(Draft draft, Log log, Manifest manifest, PostMortem.Supposed supposed) {
        draft.line("## What if");
        draft.line(
                "With %s, by a model: *recorded* is what the log tells, *baseline* is modelled with nothing changed, so"
                                .formatted(Draft.plain(String.join(", ", supposed.set())))
                        + " that its distance from the recorded one is the model's own error, and *alternative* is"
                        + " modelled with the change.");
        draft.row("figure", "recorded", "baseline", "alternative");
        draft.row("---", "---", "---", "---");
        for (WhatIf.Figure figure : supposed.result().figures()) {
            draft.row(
                    words(figure.name()),
                    figure.recorded().toString(),
                    figure.baseline().toString(),
                    figure.alternative().toString());
        }
        draft.end();
        draft.line("All three rest on the observations of the period:");
        for (int segment = 0; segment < log.segments(); segment++) {
            long first = log.offsetAt(Topic.OBSERVATIONS, segment, manifest.from());
            long last = log.offsetAt(Topic.OBSERVATIONS, segment, manifest.to()) - 1;
            if (first <= last) {
                draft.item("segment %d from %s to %s"
                        .formatted(
                                segment,
                                draft.cite(new Place(Topic.OBSERVATIONS, segment, first)),
                                draft.cite(new Place(Topic.OBSERVATIONS, segment, last))));
            }
        }
        draft.end();
        supposed.result().notes().forEach(note -> draft.line("The model: " + Draft.plain(note) + "."));
    }

    /** "violationSeconds" as people read it. */
    private static String words(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }
}
