package io.godwit.ops.cli;

import io.godwit.schedulers.partition.DecisionSettings;
import io.godwit.schedulers.partition.Policy;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.state.Controls;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.Migrations;
import io.godwit.schemas.state.RegionState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What bound all decisions of a site at a moment: its mode, its policy, its budgets. */
final class WhyNotSite {
    private static final Duration HOUR = Duration.ofHours(1);

    private final RegionState state;
    private final Instant at;
    private final DecisionSettings settings;

    WhyNotSite(RegionState state, Instant at) {
        this.state = state;
        this.at = at;
        SettingsAnnounced announced = state.controls().settings().get("schedulers");
        this.settings = announced == null ? DecisionSettings.DEFAULTS : DecisionSettings.parse(announced.getSettings());
    }

    DecisionSettings settings() {
        return settings;
    }

    /** Whether nothing is commanded but what people ask for. */
    boolean actsByItself() {
        return mode().equals("auto");
    }

    private String mode() {
        return state.controls().mode().map(mode -> mode.changed().getMode()).orElse("advise");
    }

    Weighed modeWeighed() {
        String by = state.controls().mode().map(Controls.Mode::changed).stream()
                .map(changed -> " (%s: %s)".formatted(changed.getBy(), changed.getReason()))
                .findFirst()
                .orElse(" (by default)");
        return switch (mode()) {
            case "auto" -> Weighed.of(Weighed.Bearing.CLEAR, "mode", "auto" + by);
            case "off" -> Weighed.of(Weighed.Bearing.HELD_BACK, "mode", "off" + by + ": nothing is decided");
            default ->
                Weighed.of(
                        Weighed.Bearing.HELD_BACK,
                        "mode",
                        mode() + by + ": plans are shown, and only what people ask for is commanded");
        };
    }

    Optional<Weighed> policyWeighed() {
        return settings.policy() == Policy.STATIC
                ? Optional.of(Weighed.of(
                        Weighed.Bearing.HELD_BACK,
                        "policy",
                        "scheduler.decisions.policy is static: no detection is answered"))
                : Optional.empty();
    }

    /** Budgets of moves within an hour, those alone that are set. */
    List<Weighed> budgets(Host host) {
        List<Weighed> weighed = new ArrayList<>();
        int most = settings.movesPerHour().host();
        if (most > 0) {
            weighed.add(budget(
                    "moves-per-hour.host",
                    most,
                    moves(move -> from(move, host.id()) || to(move, host.id())),
                    "moves from or to it"));
        }
        most = settings.movesPerHour().rack();
        if (most > 0) {
            List<String> rack = state.hosts().stream()
                    .filter(other -> other.rack().equals(host.rack()) && other.segment() == host.segment())
                    .map(Host::id)
                    .toList();
            weighed.add(budget(
                    "moves-per-hour.rack",
                    most,
                    moves(move -> rack.stream().anyMatch(id -> from(move, id))),
                    "moves from hosts of its rack in its segment"));
        }
        most = settings.movesPerHour().site();
        if (most > 0) {
            List<String> segment = state.hosts().stream()
                    .filter(other -> other.segment() == host.segment())
                    .map(Host::id)
                    .toList();
            weighed.add(budget(
                    "moves-per-hour.site",
                    Math.ceilDiv(most, state.segments()),
                    moves(move -> segment.stream().anyMatch(id -> from(move, id))),
                    "moves from hosts of its segment, whose share it is"));
        }
        if (weighed.isEmpty()) {
            weighed.add(
                    Weighed.of(Weighed.Bearing.CLEAR, "budget", "no budget of moves is set for hosts, racks or site"));
        }
        return weighed;
    }

    private static Weighed budget(String setting, int most, long moves, String of) {
        boolean spent = moves >= most;
        return Weighed.of(
                spent ? Weighed.Bearing.HELD_BACK : Weighed.Bearing.CLEAR,
                "budget",
                "%s is %d: the last hour saw %d %s%s"
                        .formatted(setting, most, moves, of, spent ? ", so it is spent" : ""));
    }

    /** Migrations that were commanded in the last hour. */
    long moves(Predicate<Migrations.Migration> wanted) {
        return state.migrations().all().stream()
                .filter(move -> move.commanded()
                        .filter(then -> then.isAfter(at.minus(HOUR)))
                        .isPresent())
                .filter(wanted)
                .count();
    }

    static boolean from(Migrations.Migration move, String hostId) {
        return move.command()
                .filter(command -> command.getSourceHostId().equals(hostId))
                .isPresent();
    }

    static boolean to(Migrations.Migration move, String hostId) {
        return move.command()
                .filter(command -> command.getTargetHostId().equals(hostId))
                .isPresent();
    }
}
