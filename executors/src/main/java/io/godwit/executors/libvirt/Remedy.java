package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.OwnerMark;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection.Condition;
import java.util.Optional;

/**
 * What puts right what a broken move left, by how libvirt says that both hosts hold the VM. A VM that somebody else paused is
 * never touched, and of two copies the one that is whole and ran last by libvirt's own word goes on.
 */
enum Remedy {
    /** Nothing to do, or nothing that is safe. */
    NONE,
    /** Neither end runs it and the target has nothing: the source goes on where it stopped. */
    RESUME_SOURCE,
    /** The VM runs on the target: the source's copy and its definition go. */
    DROP_SOURCE,
    /** The target's copy never ran, lacks memory that nobody has any more, or was taken back by the source: it goes. */
    DROP_TARGET,
    /** As DROP_TARGET, but the definition stays, as there is no other. */
    STOP_TARGET,
    /** The source's half of a post-copy whose other half is gone can never go on: it stops, and its definition stays. */
    STOP_SOURCE,
    /** Both halves of a broken post-copy are there: the memory follows again. */
    RECOVER;

    private static final int RUNNING = 1;
    private static final int BLOCKED = 2;
    private static final int PAUSED = 3;
    private static final int RUNNING_POSTCOPY = 10;
    private static final int RUNNING_POSTCOPY_FAILED = 11;
    private static final int PAUSED_MIGRATION = 2;
    private static final int PAUSED_POSTCOPY = 12;
    private static final int PAUSED_POSTCOPY_FAILED = 13;

    /** How one end holds the VM, as far as a remedy depends on it. */
    private enum Hold {
        NOTHING,
        DEFINED,
        WHOLE,
        /** Stopped by the migration, or arriving. */
        MIGRATING,
        /** Runs, or would run, with its memory on two hosts. */
        HALF,
        /** Paused by somebody else, or being started. */
        OTHER
    }

    /** @param source empty: it has no such domain; the same of the target */
    static Remedy of(Optional<Condition> source, Optional<Condition> target, boolean staysPaused) {
        Hold to = hold(target);
        return switch (hold(source)) {
            case WHOLE -> to == Hold.NOTHING ? NONE : DROP_TARGET;
            case MIGRATING ->
                switch (to) {
                    case NOTHING -> RESUME_SOURCE;
                    case DEFINED, MIGRATING -> DROP_TARGET; // the source goes on with the next look
                    case WHOLE -> DROP_SOURCE;
                    case OTHER -> staysPaused ? DROP_SOURCE : NONE;
                    case HALF -> NONE;
                };
            case HALF ->
                switch (to) {
                    case WHOLE -> DROP_SOURCE;
                    case HALF -> RECOVER;
                    case NOTHING, DEFINED -> STOP_SOURCE; // it lacks what the VM did on the target, for good
                    case MIGRATING, OTHER -> NONE;
                };
            case DEFINED ->
                switch (to) {
                    case WHOLE -> DROP_SOURCE;
                    case OTHER -> staysPaused ? DROP_SOURCE : NONE;
                    case DEFINED, MIGRATING, HALF -> DROP_TARGET;
                    case NOTHING -> NONE;
                };
            case NOTHING ->
                switch (to) {
                    case HALF, MIGRATING -> STOP_TARGET;
                    case NOTHING, DEFINED, WHOLE, OTHER -> NONE;
                };
            case OTHER -> NONE;
        };
    }

    /**
     * Whether it would remove the copy that owns the VM by its mark. The target's copy has a higher epoch from the beginning of the
     * move on that is being put right, and owns the VM only once that move has ended well.
     */
    boolean takesNewer(OwnerMark source, OwnerMark target, String commandId) {
        return switch (this) {
            case DROP_SOURCE -> source.newerThan(target);
            case DROP_TARGET -> target.newerThan(source) && !target.commandId().equals(commandId);
            case NONE, RESUME_SOURCE, STOP_TARGET, STOP_SOURCE, RECOVER -> false;
        };
    }

    /** Whether a domain that libvirt calls running runs for good: a post-copy that broke off leaves it without its memory. */
    static boolean isHalf(Condition condition) {
        return hold(Optional.of(condition)) == Hold.HALF;
    }

    /** Whether the migration of a domain broke off for good; libvirt goes on calling it one that runs. */
    static boolean brokeOff(Condition condition) {
        return (condition.state() == RUNNING && condition.reason() == RUNNING_POSTCOPY_FAILED)
                || (condition.state() == PAUSED && condition.reason() == PAUSED_POSTCOPY_FAILED);
    }

    private static Hold hold(Optional<Condition> condition) {
        if (condition.isEmpty()) {
            return Hold.NOTHING;
        }
        int reason = condition.get().reason();
        return switch (condition.get().state()) {
            case RUNNING, BLOCKED ->
                reason == RUNNING_POSTCOPY || reason == RUNNING_POSTCOPY_FAILED ? Hold.HALF : Hold.WHOLE;
            case PAUSED ->
                switch (reason) {
                    case PAUSED_MIGRATION -> Hold.MIGRATING;
                    case PAUSED_POSTCOPY, PAUSED_POSTCOPY_FAILED -> Hold.HALF;
                    default -> Hold.OTHER;
                };
            case 4, 5, 6 -> Hold.DEFINED;
            default -> Hold.OTHER;
        };
    }
}
