package io.godwit.executors.hypervisor;

/**
 * One live migration to carry out.
 *
 * @param postCopy whether the VM runs on the target from a first short phase on, and its memory follows
 * @param switchable whether it may go on by post-copy later, if it is asked to; hypervisors want to know beforehand
 * @param autoConverge whether a guest that dirties memory too fast is held back
 * @param staysPaused whether the VM is paused once it is on the target; it runs on the source during the copy
 * @param bytesPerSecondMax bandwidth limit of pre-copy; 0: none
 */
public record Move(
        String commandId,
        String vmId,
        HostAddress source,
        HostAddress target,
        boolean postCopy,
        boolean switchable,
        boolean autoConverge,
        boolean staysPaused,
        long bytesPerSecondMax) {
    /** What names a VM on one host, for calls that move nothing. */
    public static Move nowhere(String commandId, String vmId, HostAddress host) {
        return new Move(commandId, vmId, host, host, false, false, false, false, 0);
    }
}
