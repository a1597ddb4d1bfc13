package io.godwit.monitors.hosts.simulated.traces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.monitors.hosts.simulated.model.SiteLatencies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyMatrixTest {
    private static final String REGIONS = """
        ,Cape Town af-1,Tokyo jp-1,Paris eu-1
        Cape Town af-1,7.13,379.96,161.44
        Tokyo jp-1,359.34,3.69,218.5
        Paris eu-1,,220,1
        """;

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("m.csv"), text);
    }

    private static String fault(String text, int sites) {
        return assertThrows(IllegalArgumentException.class, () -> LatencyMatrix.sites(text, sites))
                .getMessage();
    }

    @Test
    void named_places_are_chosen_in_the_order_of_their_names_and_each_direction_is_its_own() throws IOException {
        SiteLatencies sites = LatencyMatrix.sites(file(REGIONS) + "#jp-1,Cape Town af-1", 2);
        assertEquals(List.of("Tokyo jp-1", "Cape Town af-1"), sites.names());
        assertEquals(179_670, sites.oneWayMicros(0, 1));
        assertEquals(189_980, sites.oneWayMicros(1, 0));
        assertEquals(100, sites.oneWayMicros(1, 1), "the diagonal is not the inside of a site");
        assertEquals(200, sites.roundTripMicros(0, 0));
    }

    @Test
    void without_names_the_first_places_are_taken_bare_matrices_too() throws IOException {
        assertEquals(
                List.of("Cape Town af-1", "Tokyo jp-1"),
                LatencyMatrix.sites(file(REGIONS).toString(), 2).names());
        SiteLatencies bare = LatencyMatrix.sites(file("0,2\n4,0\n").toString(), 2);
        assertEquals(1000, bare.oneWayMicros(0, 1));
        assertEquals(2000, bare.oneWayMicros(1, 0));
    }

    @Test
    void what_cannot_be_is_told_with_the_remedy() throws IOException {
        Path file = file(REGIONS);
        assertTrue(fault(file + "#mars,jp-1", 2).contains("has no place \"mars\"; it has Cape Town af-1, Tokyo jp-1"));
        assertTrue(fault(file + "#jp-1,jp-1", 2).contains("is asked for one place twice"));
        assertTrue(fault(file + "#jp-1", 2).contains("gives 1 of its 3 places for 2 sites"));
        assertTrue(fault(file.toString(), 4).contains("gives 3 of its 3 places for 4 sites"));
        assertTrue(fault(file + "#eu-1,af-1", 2).contains("has no round trip from Paris eu-1 to Cape Town af-1"));
        file(",a,b\na,0,1\nb,x,0\n");
        assertTrue(fault(file.toString(), 2).contains("line 3, column 2: \"x\" is no number"));
        file(",a,b\nb,0,1\na,1,0\n");
        assertTrue(fault(file.toString(), 2).contains("line 2, column 1: the row is \"b\", its column \"a\""));
        file(",a,b\na,0,1\n");
        assertTrue(
                fault(file.toString(), 2).contains("line 2, column 1: the row has 2 round trips, the matrix 1 rows"));
    }

    @Test
    void between_hosts_every_round_trip_must_have_been_measured() throws IOException {
        assertEquals(4000, LatencyMatrix.readComplete(file("0,2\n4,0\n")).get(1)[0]);
        Path file = file(REGIONS);
        assertTrue(assertThrows(TraceFault.class, () -> LatencyMatrix.readComplete(file))
                .getMessage()
                .contains("has no round trip from Paris eu-1 to Cape Town af-1"));
    }

    @Test
    void the_real_matrices_are_read_whole() {
        Path data = RealData.folder().resolve("latency");
        assertEquals(
                490,
                LatencyMatrix.read(data.resolve("planetlab490_t01_ms.csv.gz"))
                        .micros()
                        .size());
        LatencyMatrix cities = LatencyMatrix.read(data.resolve("wonderproxy_109cities_ms.csv.gz"));
        assertEquals(109, cities.micros().size());
        assertEquals("Melbourne", cities.names().getFirst());
        SiteLatencies regions = LatencyMatrix.sites(
                data.resolve("aws_regions_ms.csv.gz") + "#eu-west-1,us-east-1,ap-northeast-1,sa-east-1", 4);
        assertEquals("EU (Ireland) eu-west-1", regions.names().getFirst());
        assertTrue(regions.oneWayMicros(0, 1) > 30_000 && regions.oneWayMicros(0, 1) < 40_000);
    }
}
