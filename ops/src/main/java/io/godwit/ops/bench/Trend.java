package io.godwit.ops.bench;

import java.util.List;

/** Whether something that is looked at again and again grows: the least-squares line through what was seen. Pure. */
final class Trend {
    /**
     * One look.
     *
     * @param seconds since the first one
     */
    record Point(double seconds, double value) {}

    private Trend() {}

    /** By how much it grows per second; NaN for fewer than two looks at different times. */
    static double perSecond(List<Point> points) {
        double meanSeconds =
                points.stream().mapToDouble(Point::seconds).average().orElse(Double.NaN);
        double meanValue = points.stream().mapToDouble(Point::value).average().orElse(Double.NaN);
        double together = 0;
        double alone = 0;
        for (Point point : points) {
            together += (point.seconds() - meanSeconds) * (point.value() - meanValue);
            alone += (point.seconds() - meanSeconds) * (point.seconds() - meanSeconds);
        }
        return alone == 0 ? Double.NaN : together / alone;
    }

    /** The looks of the second half of the time, when starting is over. */
    static List<Point> secondHalf(List<Point> points) {
        if (points.isEmpty()) {
            return points;
        }
        double half = points.getLast().seconds() / 2;
        return points.stream().filter(point -> point.seconds() >= half).toList();
    }

    /** What rises above a floor; all below it counts as nothing. */
    static List<Point> above(double floor, List<Point> points) {
        return points.stream()
                .map(point -> new Point(point.seconds(), Math.max(0, point.value() - floor)))
                .toList();
    }
}
