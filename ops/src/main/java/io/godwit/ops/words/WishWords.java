package io.godwit.ops.words;

import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.DownConfirmed;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.FencingDisarmed;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.ProposalAnswered;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.RequestWithdrawn;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.events.VmActionAsked;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** What people asked for and set, and what became of it. */
final class WishWords {
    private final Names names;

    WishWords(Names names) {
        this.names = names;
    }

    List<Telling> of(int segment, SpecificRecord event) {
        return switch (event) {
            case VmActionAsked asked ->
                List.of(Telling.live(
                        "asked",
                        "%s: %s ".formatted(asked.getBy(), Words.word(asked.getAction())),
                        names.vm(asked.getVmId()),
                        "%s  %s"
                                .formatted(
                                        asked.getTargetHostId().isEmpty()
                                                ? ""
                                                : " to " + names.host(asked.getTargetHostId()),
                                        asked.getReason())));
            case DrainAsked asked ->
                List.of(Telling.live(
                        "asked", asked.getBy() + ": drain ", names.label(asked.getHostId()), "  " + asked.getReason()));
            case DrainEnded ended ->
                List.of(Telling.live(
                        "asked",
                        ended.getBy() + ": undrain ",
                        names.label(ended.getHostId()),
                        "  " + ended.getReason()));
            case ProposalAnswered word ->
                List.of(Telling.live(
                        word.getApproved() ? "approved" : "rejected",
                        word.getBy() + ": ",
                        word.getProposalId(),
                        "  " + word.getReason()));
            case RequestWithdrawn withdrawn ->
                List.of(Telling.later(
                        "asked",
                        withdrawn.getBy() + ": withdraw ",
                        withdrawn.getRequestId(),
                        "  " + withdrawn.getReason()));
            case DownConfirmed confirmed ->
                List.of(Telling.live(
                        "vouched",
                        confirmed.getBy() + ": ",
                        names.label(confirmed.getHostId()),
                        " is down  " + confirmed.getReason()));
            case RequestAnswered answered ->
                List.of(new Telling(
                        answered.getAnswer(),
                        answered.getRequestId(),
                        answered.getReason(),
                        answered.getReason(),
                        true));
            case ModeChanged _, SettingsAnnounced _, ConstraintsApplied _, ConstraintsWithdrawn _, FencingDisarmed _ ->
                segment == 0 ? List.of(control(event)) : List.of(); // they stand in every segment
            default -> List.of();
        };
    }

    private static Telling control(SpecificRecord event) {
        return switch (event) {
            case ModeChanged changed ->
                Telling.live(
                        "mode",
                        "",
                        changed.getSite(),
                        " is %s now: %s".formatted(changed.getMode(), changed.getReason()));
            case SettingsAnnounced announced ->
                Telling.later("settings", "", announced.getService(), "  announced by " + announced.getBy());
            case ConstraintsApplied applied ->
                Telling.live(
                        "demand",
                        "",
                        applied.getName(),
                        "  %d in force: %s".formatted(applied.getConstraints().size(), applied.getReason()));
            case ConstraintsWithdrawn withdrawn ->
                Telling.live("demand", "", withdrawn.getName(), "  withdrawn: " + withdrawn.getReason());
            case FencingDisarmed disarmed ->
                Telling.later(
                        disarmed.getForMillis() == 0 ? "armed" : "disarmed",
                        "",
                        disarmed.getSite(),
                        "  by %s%s: %s"
                                .formatted(
                                        disarmed.getBy(),
                                        disarmed.getForMillis() == 0
                                                ? ""
                                                : " for " + Words.seconds(disarmed.getForMillis()),
                                        disarmed.getReason()));
            default -> throw new IllegalArgumentException(event.getSchema().getName() + " sets nothing for a site");
        };
    }
}
