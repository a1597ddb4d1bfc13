package io.godwit.executors.hypervisor;

/**
 * One live migration to carry out.
 *
 * @param postCopy whether the VM runs on the target from a first short phase on, and its memory follows
 * @param switchable whether it may go on by post-copy later, if it is asked to; hypervisors want to know beforehand
 * @param autoConverge whether a guest that dirties memory too fast is held back
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
        long bytesPerSecondMax) {}
