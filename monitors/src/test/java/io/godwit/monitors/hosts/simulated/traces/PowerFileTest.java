package io.godwit.monitors.hosts.simulated.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.PowerCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PowerFileTest {
    private static final String HEADER = "model,off_w,w0,w10,w20,w30,w40,w50,w60,w70,w80,w90,w100\n";

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("p.csv"), HEADER + text);
    }

    private static String fault(String text) {
        return assertThrows(IllegalArgumentException.class, () -> PowerFile.read(text))
                .getMessage();
    }

    @Test
    void a_machine_is_found_by_its_line_or_a_part_of_its_name() throws IOException {
        Path file = file(
                "Small,5,50,51,52,53,54,55,56,57,58,59,60.5\nBig one,8,100,110,120,130,140,150,160,170,180,190,200\n");
        PowerCurve big = PowerFile.read(file + "#big");
        assertEquals("Big one", big.name());
        assertEquals(8000, big.offMilliwatts());
        assertEquals(100_000, big.milliwatts(0, 8000));
        assertEquals(200_000, big.milliwatts(8000, 8000));
        assertEquals(PowerFile.read(file + "#3"), big);
        assertEquals(60_500, PowerFile.read(file + "#2").milliwatts(1, 1));
        assertTrue(fault(file.toString()).contains("has 2 machines that \"\" may mean: line 2 Small; line 3 Big one"));
        assertTrue(fault(file + "#huge").contains("has no machine \"huge\""));
    }

    @Test
    void a_line_that_falls_with_load_or_breaks_off_is_refused() throws IOException {
        Path file = file("Odd,5,50,51,52,53,54,55,56,57,58,59,6.05\n");
        assertEquals(
                file + ", line 2, column w100: 6.05 W is below what the machine draws at less load; mend the line or"
                        + " choose another machine",
                fault(file.toString()));
        file("Odd,5,50\n");
        assertTrue(fault(file.toString()).contains("line 2, column w10: the line has 3 fields, the header 13"));
        Files.writeString(file, "a,b\n1,2\n");
        assertTrue(
                fault(file.toString()).contains("line 1, column 1: the header is a,b; it must begin with model,off_w"));
    }

    @Test
    void a_straight_line_needs_no_file() {
        assertEquals(PowerCurve.DEFAULT, PowerFile.read("linear:100,200"));
        assertTrue(fault("linear:100").contains("write linear:IDLE,FULL in whole watts"));
        assertTrue(fault("linear:200,100").contains("falls from 200.0 W"));
    }

    @Test
    void published_results_are_read_as_they_are() {
        String file =
                RealData.folder().resolve("specpower/ssj2008_even_rows.csv.gz").toString();
        PowerCurve asus = PowerFile.read(file + "#RS100-E5");
        assertEquals(56_700, asus.milliwatts(0, 10));
        assertEquals(64_000, asus.milliwatts(1, 10));
        assertEquals(118_000, asus.milliwatts(10, 10));
        assertEquals(PowerFile.read(file + "#2"), asus);
        assertTrue(fault(file).contains("has 258 machines that"));
        assertTrue(fault(file + "#Race X340H").contains("is below what the machine draws at less load"));
    }
}
