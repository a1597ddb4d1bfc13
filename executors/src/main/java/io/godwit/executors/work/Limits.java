package io.godwit.executors.work;

/**
 * How much may be moved at a time, among the commands of the segments that one executor owns.
 *
 * @param perHost moves in or out of a host; above 0
 * @param perLink moves between the same two racks, either way; above 0
 * @param bytesPerSecondMax most that one move may take; 0: as its command says
 */
public record Limits(int perHost, int perLink, long bytesPerSecondMax) {
    /** The smaller of a command's limit and this one; 0: none. */
    long bandwidth(long commanded) {
        if (commanded == 0 || bytesPerSecondMax == 0) {
            return Math.max(commanded, bytesPerSecondMax);
        }
        return Math.min(commanded, bytesPerSecondMax);
    }
}
