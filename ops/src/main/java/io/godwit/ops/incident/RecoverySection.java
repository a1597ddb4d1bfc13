package io.godwit.ops.incident;

import io.godwit.schemas.log.Log;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What was done about the crashes of a period, phase by phase. */
final class RecoverySection {
    private RecoverySection() {}

    /** Nothing, where nothing crashed. */
    static void write(Draft draft, Log log, RegionState state, IncidentWords words, Manifest manifest) {
        List<Recovery> recoveries = state.detections().all().stream()
                .filter(Recovery::ofCrash)
                .filter(crash -> !crash.appended().isBefore(manifest.from())
                        && crash.appended().isBefore(manifest.to()))
                .map(crash -> Recovery.of(log, crash, Optional.of(manifest.to())))
                .toList();
        if (recoveries.isEmpty()) {
            return;
        }
        draft.line("## Recoveries");
        draft.line("Of each crash in the period: after how long from the last sample in which it was alive each phase"
                + " ended, and how long the phase itself took.");
        recoveries.forEach(recovery -> write(draft, words, recovery));
    }

    private static void write(Draft draft, IncidentWords words, Recovery recovery) {
        draft.line("%s %s"
                .formatted(
                        Draft.plain(words.detected(recovery.crash().began())),
                        draft.cite(recovery.first(Recovery.Kind.DETECTED)
                                .orElseThrow()
                                .place())));
        draft.row("phase", "VM", "host", "at", "after", "took", "detail", "record");
        draft.row("---", "---", "---", "---", "---", "---", "---", "---");
        for (Recovery.Phase phase : recovery.phases()) {
            draft.row(
                    IncidentWords.lower(phase.kind()).replace('-', ' '),
                    phase.vmId().isEmpty() ? "–" : Draft.plain(words.vm(phase.vmId())),
                    Draft.plain(words.host(phase.hostId())),
                    Draft.time(phase.at()),
                    seconds(Duration.between(recovery.from(), phase.at())),
                    phase.took().map(RecoverySection::seconds).orElse("–"),
                    phase.detail().isEmpty() ? "–" : Draft.plain(phase.detail()),
                    draft.cite(phase.place()));
        }
        draft.end();
        int commanded = recovery.commanded().size();
        if (commanded > 0) {
            draft.line("Of %d VMs whose start was commanded %d were started%s, and %d were seen running%s %s"
                    .formatted(
                            commanded,
                            recovery.started().size(),
                            until(recovery, Recovery.Kind.STARTED),
                            recovery.seenRunning().size(),
                            until(recovery, Recovery.Kind.SEEN_RUNNING),
                            draft.cite(recovery.phases().getLast().place())));
        }
    }

    private static String until(Recovery recovery, Recovery.Kind kind) {
        return recovery.untilLast(kind)
                .map(all -> ", the last after " + seconds(all))
                .orElse("");
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
