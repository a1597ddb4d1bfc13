package io.godwit.ops.cli;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.state.Detections;
import io.godwit.schemas.state.History;
import io.godwit.schemas.state.RegionState;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit detection …}: what was detected. */
@Command(name = "detection", description = "What was detected.", subcommands = DetectionCommands.ListDetections.class)
public final class DetectionCommands {
    @Command(name = "list", description = "Detections, oldest first.")
    static final class ListDetections extends AskHistory implements Runnable {
        @Option(names = "--open", description = "Only those that have not ended.")
        boolean open;

        @Option(names = "--shadow", description = "Also those of rules in mode shadow, which command nothing.")
        boolean shadow;

        @Override
        Topic[] topics() {
            return new Topic[] {Topic.DETECTIONS};
        }

        @Override
        RegionState state(Log log) {
            return open ? state(log, History.NONE) : super.state(log);
        }

        @Override
        public void run() {
            list(
                    List.of("since", "kind", "subject", "measured", "ended", "rule", "position"),
                    (state, rows) -> (open
                                    ? state.detections().open()
                                    : state.detections().all())
                            .stream()
                                    .filter(detection -> shadow || !inShadow(detection))
                                    .filter(detection -> told(detection.ended().map(ended -> ended.getUntil())))
                                    .sorted(Comparator.comparing((Detections.Detection detection) ->
                                                    detection.began().getSince())
                                            .thenComparing(Detections.Detection::id))
                                    .map(rows::detection));
        }

        private static boolean inShadow(Detections.Detection detection) {
            DetectionTerms terms = detection.began().getTerms();
            return terms != null && terms.getMode() == ActingMode.SHADOW;
        }
    }
}
