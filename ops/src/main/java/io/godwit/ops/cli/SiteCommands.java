package io.godwit.ops.cli;

import io.godwit.schedulers.replay.Fork;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import io.godwit.schemas.units.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit site …}: what a site as a whole does. */
@Command(
        name = "site",
        description = "What a site as a whole does.",
        subcommands = {SiteCommands.Show.class, SiteCommands.SetMode.class, SiteCommands.Disarm.class})
public final class SiteCommands {
    /** How far a site acts by itself. */
    enum Mode {
        OFF,
        SHADOW,
        ADVISE,
        APPROVE,
        AUTO
    }

    @Command(name = "show", description = "Mode, hosts, VMs, open detections, moves in flight.")
    static final class Show extends AskState implements Runnable {
        @Override
        public void run() {
            one(state -> rows -> {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("site", state.site());
                row.put(
                        "mode",
                        state.controls()
                                .mode()
                                .map(mode -> mode.changed().getMode())
                                .orElse("advise"));
                row.put(
                        "modeBy",
                        state.controls()
                                .mode()
                                .map(mode -> mode.changed().getBy())
                                .orElse("default"));
                row.put(
                        "modeReason",
                        state.controls()
                                .mode()
                                .map(mode -> mode.changed().getReason())
                                .orElse("never set"));
                row.put("hosts", state.hosts().size());
                row.put("vms", state.vms().size());
                row.put("openDetections", state.detections().open().size());
                row.put("openHostPartitions", state.partitions().open().size());
                row.put(
                        "movesInFlight",
                        state.migrations().all().stream()
                                .filter(migration -> !migration.stage().isFinal())
                                .count());
                row.put("newestRecord", rows.time(state.newest()));
                row.put("unreadableRecords", state.faults());
                return row;
            });
        }
    }

    @Command(
            name = "mode",
            description =
                    "Sets how far the site acts: off stops new commands at once, shadow decides and shows nothing,"
                            + " advise shows, approve asks a person first, auto commands.")
    static final class SetMode extends Reasoned implements Runnable {
        @Parameters(paramLabel = "off|shadow|advise|approve|auto")
        Mode mode;

        @Override
        public void run() {
            SiteKafka kafka = common.home();
            int segments;
            try (Log log = CommonOptions.open(kafka)) {
                segments = log.segments();
            }
            String word = mode.name().toLowerCase(Locale.ROOT);
            EverySegment.append(
                    kafka,
                    Topic.CONTROLS,
                    segments,
                    "mode",
                    new ModeChanged(kafka.site(), word, Operator.name(), reason));
            System.err.println("site " + kafka.site() + " is " + word + " now");
        }
    }

    @Command(
            name = "disarm",
            description = "Fences no host for a while, and starts no VM elsewhere because its host crashed: for work on"
                    + " the network, say. Armed again by itself.")
    static final class Disarm extends Reasoned implements Runnable {
        private static final Duration MOST = Duration.ofDays(7);

        @Option(
                names = "--for",
                required = true,
                paramLabel = "DURATION",
                description = "How long, as in 30m; 0s arms at once.")
        String duration;

        @Mixin
        DryRun dryRun = new DryRun();

        @Override
        public void run() {
            Duration lasting = Durations.parse(duration);
            if (lasting.compareTo(MOST) > 0) {
                throw new IllegalArgumentException("--for is " + duration + "; give 0s to 7d");
            }
            if (dryRun.wanted) {
                dryRun.show(
                        common,
                        null,
                        state -> new Fork.Word(
                                Topic.CONTROLS, List.of(), "fencing", disarmed(state.site(), lasting), "", ""));
                return;
            }
            SiteKafka kafka = common.home();
            int segments;
            try (Log log = CommonOptions.open(kafka)) {
                segments = log.segments();
            }
            EverySegment.append(kafka, Topic.CONTROLS, segments, "fencing", disarmed(kafka.site(), lasting));
            System.err.println(
                    lasting.isZero()
                            ? "site " + kafka.site() + " fences again"
                            : "site " + kafka.site() + " fences no host for " + duration);
        }

        private FencingDisarmed disarmed(String site, Duration lasting) {
            return new FencingDisarmed(site, lasting.toMillis(), Operator.name(), reason);
        }
    }

    static List<String> modes() {
        return Stream.of(Mode.values())
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
