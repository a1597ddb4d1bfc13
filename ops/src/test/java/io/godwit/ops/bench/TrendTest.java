package io.godwit.ops.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ops.bench.Trend.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrendTest {
    @Test
    void a_lag_that_grows_evenly_grows_by_its_slope() {
        assertEquals(5, Trend.perSecond(List.of(new Point(0, 100), new Point(10, 150), new Point(20, 200))), 1e-9);
    }

    @Test
    void a_lag_that_goes_up_and_down_does_not_grow() {
        assertEquals(0, Trend.perSecond(List.of(new Point(0, 5), new Point(10, 9), new Point(20, 5))), 1e-9);
    }

    @Test
    void what_piled_up_at_the_start_is_no_growth_of_the_second_half() {
        List<Point> points =
                List.of(new Point(0, 0), new Point(10, 9000), new Point(20, 40), new Point(30, 40), new Point(40, 40));
        assertEquals(0, Trend.perSecond(Trend.secondHalf(points)), 1e-9);
    }

    @Test
    void one_look_tells_no_trend() {
        assertTrue(Double.isNaN(Trend.perSecond(List.of(new Point(0, 1)))));
        assertTrue(Double.isNaN(Trend.perSecond(List.of())));
    }

    @Test
    void what_stays_below_the_floor_does_not_grow_and_what_rises_above_it_does() {
        List<Point> points = List.of(new Point(0, 10), new Point(10, 60), new Point(20, 110));
        assertEquals(0, Trend.perSecond(Trend.above(110, points)), 1e-9);
        assertEquals(5, Trend.perSecond(Trend.above(10, points)), 1e-9);
    }
}
