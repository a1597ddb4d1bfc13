package io.godwit.executors.hypervisor;

/**
 * One live migration to carry out.
 *
 * @param postCopy whether the VM may run on the target before its memory is there
 * @param bytesPerSecondMax bandwidth limit; 0: none
 */
public record Move(
        String commandId,
        String vmId,
        HostAddress source,
        HostAddress target,
        boolean postCopy,
        long bytesPerSecondMax) {}
