package io.godwit.executors.migration;

/**
 * What a hypervisor said when a migration call came back. Never trusted alone: where the VM runs is looked up afterwards.
 *
 * @param kind how it ended
 * @param detail the hypervisor's words; empty where it moved; what proves that a host is down
 * @param downtimeMillis pause of the VM; -1: unknown
 * @param transferredBytes bytes sent; -1: unknown
 * @param switchedAfterMillis from the call to the switch-over of post-copy; -1: there was none, or it is unknown
 */
public record MoveEnd(Kind kind, String detail, long downtimeMillis, long transferredBytes, long switchedAfterMillis) {
    /** How a call came back. */
    public enum Kind {
        MOVED,
        FAILED,
        /** Called off at the hypervisor. */
        ABORTED,
        /** A migration that was followed is over, however it ended. */
        OVER,
        /** The call was not made: this process could not prove its right to. */
        NOT_MADE
    }

    public static MoveEnd moved(long downtimeMillis, long transferredBytes) {
        return moved(downtimeMillis, transferredBytes, -1);
    }

    public static MoveEnd moved(long downtimeMillis, long transferredBytes, long switchedAfterMillis) {
        return new MoveEnd(Kind.MOVED, "", downtimeMillis, transferredBytes, switchedAfterMillis);
    }

    /** A host was fenced, and this proves it. */
    public static MoveEnd proven(String proof) {
        return new MoveEnd(Kind.MOVED, proof, -1, -1, -1);
    }

    public static MoveEnd failed(String detail) {
        return new MoveEnd(Kind.FAILED, detail, -1, -1, -1);
    }

    public static MoveEnd notMade() {
        return new MoveEnd(Kind.NOT_MADE, "", -1, -1, -1);
    }
}
