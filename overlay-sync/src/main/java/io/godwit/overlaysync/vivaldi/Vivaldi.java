package io.godwit.overlaysync.vivaldi;

/**
 * One step of Vivaldi: a spring between two hosts, as long as their measured round trip, pulls one of them. The step is
 * shorter where the other one knows its place worse than this one. Doubles are used within a step alone, and only with
 * operations that IEEE 754 defines to the last bit, so the same measurements give the same coordinates on every machine.
 */
public final class Vivaldi {
    /** How far one measurement may move a host, and change its error (the paper's cc and ce). */
    private static final double STEP = 0.25;

    /** Heights stay above this, so that a host can always be told from its neighbour in the plane. */
    private static final long HEIGHT_MIN_MICROS = 10;

    private Vivaldi() {}

    /**
     * The coordinate of a host after one measurement.
     *
     * @param roundTripMicros measured; above 0
     * @param tie which way to go where both stand on one spot; any number, the same for the same pair
     */
    public static Coordinate step(Coordinate own, Coordinate other, long roundTripMicros, int tie) {
        if (roundTripMicros <= 0) {
            throw new IllegalArgumentException("a round trip is " + roundTripMicros + " us; give 1 or more");
        }
        double ownError = Math.max(own.errorPpm(), 1) / 1e6;
        double otherError = Math.max(other.errorPpm(), 1) / 1e6;
        double weight = ownError / (ownError + otherError);
        long estimate = own.distanceMicros(other);
        double sampleError = Math.abs((double) estimate - roundTripMicros) / roundTripMicros;
        double error = Math.clamp(sampleError * STEP * weight + ownError * (1 - STEP * weight), 0, 1);

        double dx = own.xMicros() - other.xMicros();
        double dy = own.yMicros() - other.yMicros();
        double inPlane = Math.sqrt(dx * dx + dy * dy);
        if (inPlane < 1) { // on one spot: any direction parts them, and this one is the same in every replay
            dx = (tie & 1) == 0 ? 1 : -1;
            dy = (tie & 2) == 0 ? 1 : -1;
            inPlane = Math.sqrt(2);
        }
        double heights = Math.max(own.heightMicros() + other.heightMicros(), HEIGHT_MIN_MICROS);
        double length = inPlane + heights;
        double force = STEP * weight * ((double) roundTripMicros - estimate);
        return new Coordinate(
                own.xMicros() + Math.round(force * dx / length),
                own.yMicros() + Math.round(force * dy / length),
                Math.max(HEIGHT_MIN_MICROS, own.heightMicros() + Math.round(force * heights / length)),
                (int) Math.round(error * 1e6));
    }
}
