package io.godwit.monitors.hosts.simulated.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.CrashPlan;
import io.godwit.monitors.hosts.simulated.model.CrashPlan.Outage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashesTest {
    private static final long SECOND = 1_000_000;
    private static final String HEADER = "node,state,start_s,stop_s\n";

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("f.csv"), HEADER + text);
    }

    private static CrashPlan read(Path file, String options) {
        return Crashes.parse("g5k:" + file + options).plan(1).crashes();
    }

    private static String fault(String text) {
        return assertThrows(
                        IllegalArgumentException.class,
                        () -> Crashes.parse(text).plan(1))
                .getMessage();
    }

    @Test
    void hosts_crash_as_the_nodes_did_in_their_order_and_none_after_the_record() throws IOException {
        CrashPlan plan = read(file("b,up,100,200\nb,down,200,260\nb,up,260,900\na,down,150,180\n"), "");
        assertEquals(new Outage(100 * SECOND, 160 * SECOND), plan.next(0, 0));
        assertEquals(plan.next(0, 0), plan.next(0, 160 * SECOND - 1), "still down");
        assertEquals(Long.MAX_VALUE, plan.next(0, 160 * SECOND).fromMicros());
        assertEquals(new Outage(50 * SECOND, 80 * SECOND), plan.next(1, 0));
        assertEquals(plan.next(0, 0), plan.next(2, 0), "two nodes for three hosts: the first again");
    }

    @Test
    void an_outage_told_in_two_lines_is_one_and_a_gap_counts_as_up() throws IOException {
        CrashPlan plan = read(file("a,down,100,200\na,down,200,260\na,down,300,310\na,down,310,310\n"), "");
        assertEquals(new Outage(0, 160 * SECOND), plan.next(0, 0));
        assertEquals(new Outage(200 * SECOND, 210 * SECOND), plan.next(0, 160 * SECOND));
    }

    @Test
    void a_window_is_chosen_and_time_is_compressed() throws IOException {
        Path file = file("a,up,1000,1060\na,down,1060,1180\na,up,1180,2000\n");
        assertEquals(new Outage(SECOND, 3 * SECOND), read(file, ",speed=60").next(0, 0));
        assertEquals(
                new Outage(0, SECOND / 2), read(file, ",from=150s,speed=60").next(0, 0), "down at the begin");
        assertEquals(
                "Grid'5000, 1 nodes, 1 outages in 0.0 days, 60 times as fast",
                Crashes.parse("g5k:" + file + ",speed=60").plan(1).says());
        assertTrue(fault("g5k:" + file + ",from=1000s").contains("lasts 1000 s and from is 1000 s; give a from below"));
    }

    @Test
    void broken_lines_are_told_with_file_line_and_remedy() throws IOException {
        Path file = file("a,up,100,200\na,off,200,300\n");
        assertEquals(file + ", line 3, column state: \"off\" is no state; give up or down", fault("g5k:" + file));
        file("a,up,100,200\na,down,150,300\n");
        assertTrue(fault("g5k:" + file).contains("line 3, column start_s: 150 is before 200"));
        file("a,up,300,200\n");
        assertTrue(fault("g5k:" + file).contains("line 2, column stop_s: 200 is out of bounds; give 300 to"));
        file("");
        assertTrue(fault("g5k:" + file).contains("holds no node"));
    }

    @Test
    void an_option_is_told_how_to_be_written() {
        assertEquals(
                new Crashes.Exponential(Duration.ofHours(10), Duration.ofMinutes(5)),
                Crashes.parse("exponential:10h,5m"));
        assertEquals(
                new Crashes.Recorded(Path.of("a,b.csv"), Duration.ofDays(90), 60),
                Crashes.parse("g5k:a,b.csv,from=90d,speed=60"));
        assertTrue(fault("poisson:1").startsWith("\"poisson:1\" is no plan of crashes; write exponential:MEAN,DOWN"));
        assertTrue(fault("exponential:10h").contains("has 1 parts after the colon where there are two"));
        assertTrue(fault("exponential:10h,0s").contains("a time away of 1 s to 365 days"));
        assertTrue(fault("g5k:a,speed=0").contains("has the speed \"0\", not a whole number of 1 to 1000000"));
        assertTrue(fault("g5k:a,until=3d").contains("\"until=3d\", which is neither from= nor speed="));
        assertTrue(fault("g5k:none.csv").contains("is not there"));
    }

    @Test
    void exponential_crashes_are_those_of_the_seed() {
        CrashPlan plan = Crashes.parse("exponential:1h,5m").plan(5).crashes();
        assertEquals(CrashPlan.exponential(5, Duration.ofHours(1), Duration.ofMinutes(5)), plan);
        Outage first = plan.next(0, 0);
        assertEquals(300 * SECOND, first.toMicros() - first.fromMicros());
        assertEquals(first, plan.next(0, first.toMicros() - 1));
    }

    @Test
    void the_real_traces_are_read_whole() {
        Path data = RealData.folder().resolve("failures-grid5000");
        assertEquals(
                "Grid'5000, 127 nodes, 14112 outages in 526.0 days, 1 times as fast",
                Crashes.parse("g5k:" + data.resolve("site6.csv.gz")).plan(1).says());
        assertTrue(Crashes.parse("g5k:" + data).plan(1).says().startsWith("Grid'5000, 443 nodes"));
    }
}
