package io.godwit.ittests.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.CepConfig;
import io.godwit.ops.incident.RegressionTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Incidents that earlier versions wrote are read, detected and decided by this one as they were by those. */
final class GoldenIncidentsTest {
    static List<Path> incidents() {
        return RegressionTest.in(Path.of(System.getProperty("basedir", ""), "src", "test", "incidents"));
    }

    @ParameterizedTest
    @MethodSource("incidents")
    void an_incident_of_an_earlier_version_replays_as_recorded(Path incident) throws InterruptedException {
        RegressionTest.Result result = RegressionTest.run(incident, CepConfig.DEFAULTS);
        assertEquals(List.of(), result.misses(), "it-tests/src/test/incidents/README.md says what to do");
        assertTrue(result.replay().matches("[1-9]\\d* detections, [1-9]\\d* decisions, .*"), result.replay());
    }
}
