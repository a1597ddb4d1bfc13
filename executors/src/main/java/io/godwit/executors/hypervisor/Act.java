package io.godwit.executors.hypervisor;

import io.godwit.schemas.events.ActionKind;

/**
 * Something to do to a VM where it is.
 *
 * @param action neither MIGRATE nor FENCE
 * @param snapshot name of the snapshot to take or to go back to; empty otherwise
 * @param force whether a guest that is to stop is switched off and not asked to shut down
 * @param definition domain XML by which a VM is defined that is to start and is not known there; empty: it is known
 * @param fromHostId host that is down and that a VM ran on which is to start here; empty: it ran here
 * @param elsewhere newest owner mark that the log shows of the VM on another host
 */
public record Act(
        String commandId,
        String vmId,
        HostAddress host,
        ActionKind action,
        String snapshot,
        boolean force,
        String definition,
        String fromHostId,
        OwnerMark elsewhere) {
    /** A paused VM goes on. */
    public static Act resume(String commandId, String vmId, HostAddress host) {
        return new Act(commandId, vmId, host, ActionKind.RESUME, "", false, "", "", OwnerMark.NONE);
    }
}
