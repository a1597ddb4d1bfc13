package io.godwit.monitors.hosts.libvirt;

import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmState;
import java.util.Locale;
import org.libvirt.DomainInfo;
import org.libvirt.event.DomainEvent;
import org.libvirt.event.StartedDetail;
import org.libvirt.event.StoppedDetail;

/** libvirt's numbers and events of domains in the words of our log. */
public final class DomainStates {
    private static final int PAUSED_FOR_MIGRATION = 2;
    private static final int RUNNING_MIGRATED = 2;
    private static final int RUNNING_POST_COPY = 10;
    private static final int SHUT_OFF_CRASHED = 3;
    private static final int SHUT_OFF_MIGRATED = 4;
    private static final int SHUT_OFF_FAILED = 6;

    private DomainStates() {}

    /** State of virDomainState. */
    public static VmState stateOf(int number) {
        return switch (number) {
            case 1 -> VmState.RUNNING;
            case 2 -> VmState.BLOCKED;
            case 3 -> VmState.PAUSED;
            case 4, 5 -> VmState.SHUT_OFF;
            case 6 -> VmState.CRASHED;
            case 7 -> VmState.SUSPENDED;
            default -> VmState.UNKNOWN; // 0 is "no state"; larger numbers are younger than this build
        };
    }

    /** State as the binding names it. */
    public static VmState stateOf(DomainInfo.DomainState state) {
        return switch (state) {
            case VIR_DOMAIN_RUNNING -> VmState.RUNNING;
            case VIR_DOMAIN_BLOCKED -> VmState.BLOCKED;
            case VIR_DOMAIN_PAUSED -> VmState.PAUSED;
            case VIR_DOMAIN_SHUTDOWN, VIR_DOMAIN_SHUTOFF -> VmState.SHUT_OFF;
            case VIR_DOMAIN_CRASHED -> VmState.CRASHED;
            case VIR_DOMAIN_PMSUSPENDED -> VmState.SUSPENDED;
            case VIR_DOMAIN_NOSTATE -> VmState.UNKNOWN;
        };
    }

    /** Whether a domain in this state holds memory of its host. */
    static boolean active(VmState state) {
        return switch (state) {
            case RUNNING, PAUSED, BLOCKED, SUSPENDED, MIGRATING_IN -> true;
            case UNKNOWN, SHUT_OFF, CRASHED -> false;
        };
    }

    /**
     * libvirt calls both ends of a live migration paused for migration; a domain that was not active here before is the
     * arriving end.
     */
    static VmState arriving(VmState state, int reason, VmState before) {
        boolean wasHere = before != null && active(before) && before != VmState.MIGRATING_IN;
        return state == VmState.PAUSED && reason == PAUSED_FOR_MIGRATION && !wasHere ? VmState.MIGRATING_IN : state;
    }

    /** What a domain that was active and is shut off now went through, by libvirt's reason. */
    static VmChange endOf(int shutOffReason) {
        return switch (shutOffReason) {
            case SHUT_OFF_CRASHED -> VmChange.CRASHED;
            case SHUT_OFF_FAILED -> VmChange.FAILED;
            case SHUT_OFF_MIGRATED -> VmChange.MIGRATED_OUT;
            default -> VmChange.STOPPED;
        };
    }

    /** What a domain that was not active and is now went through, by libvirt's reason. */
    static VmChange beginningOf(VmState state, int reason) {
        boolean arrived = reason == RUNNING_MIGRATED || reason == RUNNING_POST_COPY;
        return state == VmState.RUNNING && arrived ? VmChange.MIGRATED_IN : VmChange.STARTED;
    }

    static VmChange changeOf(DomainEvent event) {
        return switch (event.getType()) {
            case DEFINED -> VmChange.DEFINED;
            case UNDEFINED -> VmChange.UNDEFINED;
            case STARTED -> detailOf(event) == StartedDetail.MIGRATED ? VmChange.MIGRATED_IN : VmChange.STARTED;
            case SUSPENDED, PMSUSPENDED -> VmChange.SUSPENDED;
            case RESUMED -> VmChange.RESUMED;
            case SHUTDOWN -> VmChange.SHUT_DOWN;
            case CRASHED -> VmChange.CRASHED;
            case STOPPED ->
                switch (detailOf(event)) {
                    case StoppedDetail.MIGRATED -> VmChange.MIGRATED_OUT;
                    case StoppedDetail.FAILED -> VmChange.FAILED; // what a killed QEMU looks like
                    case StoppedDetail.CRASHED -> VmChange.CRASHED;
                    default -> VmChange.STOPPED;
                };
            case UNKNOWN -> VmChange.UNKNOWN;
        };
    }

    /** libvirt's words, as in "started migrated". */
    static String wordsOf(DomainEvent event) {
        return (event.getType() + " " + detailOf(event))
                .toLowerCase(Locale.ROOT)
                .replace('_', ' ');
    }

    private static Object detailOf(DomainEvent event) {
        return event.<StoppedDetail>getDetail(); // the binding casts nothing: the type argument is any detail
    }
}
