package io.godwit.ittests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The source has the agreed arrows and no others, and a wrong arrow that is planted is found, in each kind. */
class LayeringTest {
    private static final String PLANTED = "io.godwit.ittests.planted";

    private static Set<String> planted;

    @BeforeAll
    static void judgeThePlantedFaults() {
        planted = new Layering(PLANTED).wrongArrows(new ClassFileImporter().importPackages(PLANTED));
    }

    @Test
    void theSourceHasNoWrongArrow() {
        JavaClasses classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.godwit");
        assertTrue(
                classes.stream().anyMatch(type -> type.getPackageName().startsWith("io.godwit.schemas")),
                "found no classes of schemas, so nothing was judged");
        Set<String> wrong = new Layering("io.godwit").wrongArrows(classes);
        assertTrue(wrong.isEmpty(), () -> "%d wrong arrows:\n  %s".formatted(wrong.size(), String.join("\n  ", wrong)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "schemas.Words → .monitors.Watch: no arrow schemas → monitors",
                "executors.Hands → .monitors.Watch: no arrow executors → monitors",
                "executors.Hands → .schedulers.Mind: no arrow executors → schedulers",
                "schedulers.Mind → com.espertech.esper.common.client.EventBean: only ceprules may use Esper",
                "monitors.Watch → org.libvirt.Connect: only packages named libvirt",
                "monitors.Watch → com.sun.jna.Pointer: only packages named libvirt",
                "schedulers.Mind → org.apache.kafka.common.TopicPartition: only packages named kafka and the shells",
                "schedulers.planner.Plan → org.slf4j.Logger: schedulers.planner is pure",
                "schedulers.planner.Plan → .schedulers.Mind: schedulers.planner is pure",
                "schedulers.partition.Growth → org.chocosolver.solver.Model: schedulers.partition is pure",
                "executors.migration.Migration → java.time.Instant.now: executors.migration is pure",
                "executors.migration.Migration → java.lang.Thread: executors.migration is pure",
                "overlaysync.vivaldi.Coordinate → java.util.Random: overlaysync.vivaldi is pure",
                "overlaysync.vivaldi.Coordinate → java.util.SplittableRandom.<init>: overlaysync.vivaldi is pure",
                "monitors.hosts.simulated.model.Load → java.lang.System.currentTimeMillis:"
                        + " monitors.hosts.simulated.model is pure",
                "monitors.hosts.simulated.model.Load → java.nio.file.Path: monitors.hosts.simulated.model is pure",
                "ops.simulate.Rehearsed → org.apache.kafka.clients.producer.Producer: ops.simulate reaches no region",
                "ops.backtest.Followed → org.apache.kafka.clients.producer.Producer: ops.backtest reaches no region",
                "Nowhere is in no module: the modules are"
            })
    void findsThePlanted(String fault) {
        assertTrue(
                withoutPlaces(planted).anyMatch(found -> found.startsWith(fault)),
                () -> "not found:\n  %s\namong\n  %s"
                        .formatted(fault, withoutPlaces(planted).collect(Collectors.joining("\n  "))));
    }

    @Test
    void leavesTheAgreedArrowsAlone() {
        List<String> wrongly = withoutPlaces(planted)
                .filter(found -> found.startsWith("ceprules.")
                        || found.startsWith("schedulers.MindTopology")
                        || found.startsWith("schedulers.kafka.")
                        || found.startsWith("ops.Console")
                        || found.startsWith("monitors.hosts.libvirt.")
                        || found.startsWith("schedulers.planner.Plan → org.chocosolver")
                        || found.contains("→ .monitors.hosts."))
                .toList();
        assertEquals(List.of(), wrongly);
    }

    /** {@code a.B → c.D (B.java:3): why} as {@code a.B → c.D: why}, with our own packages cut to what follows the root. */
    private static Stream<String> withoutPlaces(Set<String> wrong) {
        return wrong.stream()
                .map(line -> line.replaceFirst(" \\([^()]*\\):", ":")
                        .replaceFirst("^" + PLANTED.replace(".", "\\.") + "\\.", "")
                        .replace(PLANTED + ".", "."));
    }
}
