package io.godwit.schedulers.partition;

import io.godwit.schemas.events.ActingMode;
import io.godwit.schemas.events.DetectionKind;
import io.godwit.schemas.events.DetectionTerms;
import io.godwit.schemas.events.OpenDetection;
import io.godwit.schemas.events.OpenPartition;
import io.godwit.schemas.events.ProposalState;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How far a detection is acted upon: as its site's mode says, and no further than its rule lets it. */
final class Modes {
    private Modes() {}

    /** The mode that a ModeChanged names; empty: there is none of that name. */
    static Optional<ActingMode> named(String word) {
        return all().filter(mode -> word(mode).equals(word)).findFirst();
    }

    /** As in "off, shadow or auto". */
    static String words() {
        return all().map(Modes::word).collect(Collectors.joining(", "));
    }

    private static Stream<ActingMode> all() {
        return Stream.of(ActingMode.values()).filter(mode -> mode != ActingMode.UNKNOWN);
    }

    static String word(ActingMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    /** The lesser of the site's mode and that of a detection's rule. */
    static ActingMode of(SchedulerState state, DetectionTerms terms) {
        ActingMode site = named(state.mode()).orElseThrow(() -> new BrokenLog("mode " + state.mode() + " is unknown"));
        return terms == null || site.compareTo(terms.getMode()) < 0 ? site : terms.getMode();
    }

    /** Whether a plan of such a host partition waits for a person's word before it is commanded. */
    static boolean asksFirst(SchedulerState state, OpenPartition partition) {
        return !inEveryMode(Goal.kindOf(partition)) && of(state, partition.getTerms()) == ActingMode.APPROVE;
    }

    /** Whether commands of a host partition may be given now. */
    static boolean commanded(SchedulerState state, OpenPartition partition) {
        return commanded(state, Goal.kindOf(partition), partition.getTerms(), partition.getApproved());
    }

    /** @param approved whether a person has approved the very plan */
    static boolean commanded(SchedulerState state, DetectionKind kind, DetectionTerms terms, boolean approved) {
        return switch (of(state, terms)) {
            case AUTO -> true;
            case APPROVE -> approved || inEveryMode(kind);
            case SHADOW, ADVISE -> inEveryMode(kind);
            case OFF, UNKNOWN -> false;
        };
    }

    /** What a person asked for is commanded in every mode but off, and so is the removal of old copies of VMs. */
    private static boolean inEveryMode(DetectionKind kind) {
        return Requests.asked(kind) || kind == DetectionKind.RETURN;
    }

    /**
     * Whether a detection is taken for true where something else is decided: one of an operator's rule is once it may be acted
     * upon, so that a rule which is tried out keeps no host from helping, say.
     */
    static boolean counts(OpenDetection open) {
        DetectionTerms terms = open.getBegan().getTerms();
        boolean granted = open.getProposal() != null && open.getProposal().getState() == ProposalState.GRANTED;
        return terms == null || terms.getMode() == ActingMode.AUTO || granted;
    }
}
