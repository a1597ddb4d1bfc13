package io.godwit.ops.simulate;

/** What power a host takes by the share of its CPU that is used. */
interface PowerCurve {
    /** @param used CPU in use; 0 to capacity */
    long milliwatts(long used, long capacity);

    /** From one power when idle to another when full, in between on a line. */
    static PowerCurve linear(int idleWatts, int fullWatts) {
        return (used, capacity) -> idleWatts * 1000L + (fullWatts - idleWatts) * 1000L * used / capacity;
    }
}
