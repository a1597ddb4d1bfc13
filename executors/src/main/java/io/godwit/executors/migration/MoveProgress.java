package io.godwit.executors.migration;

/**
 * How a migration goes on.
 *
 * @param percent share of memory sent in this pass; 0 to 100
 * @param switched whether the VM runs on the target already, by post-copy
 * @param throttledPercent share of its CPU that the guest is held off from; 0 to 100
 */
public record MoveProgress(int percent, long transferredBytes, boolean switched, int throttledPercent) {
    public static MoveProgress copying(int percent, long transferredBytes) {
        return new MoveProgress(percent, transferredBytes, false, 0);
    }
}
