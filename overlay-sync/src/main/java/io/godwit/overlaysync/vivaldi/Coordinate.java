package io.godwit.overlaysync.vivaldi;

import io.godwit.schemas.events.CoordinateAnnounced;

/**
 * Where a host stands in the network: a point of a plane and a height above it, so that the distance of two is an estimate
 * of their round trip. The plane carries the core of the network, the height the access link that every path of a host
 * shares (Dabek et al., Vivaldi, SIGCOMM 2004).
 *
 * @param xMicros microseconds of round trip
 * @param yMicros microseconds of round trip
 * @param heightMicros microseconds of round trip; 0 or more
 * @param errorPpm relative error that this coordinate expects of itself, in millionths; 0 to 1 000 000
 */
public record Coordinate(long xMicros, long yMicros, long heightMicros, int errorPpm) {
    /** Of a host that knows nothing. */
    public static final Coordinate UNKNOWN = new Coordinate(0, 0, 0, 1_000_000);

    /** Estimated round trip to another host, in microseconds. */
    public long distanceMicros(Coordinate other) {
        double dx = xMicros - other.xMicros;
        double dy = yMicros - other.yMicros;
        return Math.round(Math.sqrt(dx * dx + dy * dy)) + heightMicros + other.heightMicros;
    }

    /** As it stands in the log. */
    public CoordinateAnnounced announcedFor(String hostId) {
        return new CoordinateAnnounced(hostId, xMicros, yMicros, heightMicros, Math.ceilDiv(errorPpm, 1000));
    }

    /** Whether it has moved so far, or has become so much surer, that others should hear of it. */
    public boolean differsNotablyFrom(Coordinate announced) {
        double dx = xMicros - announced.xMicros;
        double dy = yMicros - announced.yMicros;
        double moved = Math.sqrt(dx * dx + dy * dy) + Math.abs(heightMicros - announced.heightMicros);
        return moved > Math.max(500, announced.errorPpm / 1e6 * announced.heightMicros)
                || Math.abs(errorPpm - announced.errorPpm) > 200_000;
    }
}
