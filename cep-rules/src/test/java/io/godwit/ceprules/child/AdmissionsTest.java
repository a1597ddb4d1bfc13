package io.godwit.ceprules.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.engine.Admission;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules of a log are looked through and compiled in a JVM that may be harmed. */
final class AdmissionsTest {
    private static final OperatorsConfig USUAL = OperatorsConfig.DEFAULTS;

    @TempDir
    private Path folder;

    private static RuleVersion rule(String name, String epl) {
        return new RuleVersion(name, 1, "// name: " + name + "\n" + epl, false);
    }

    private static OperatorsConfig config(Duration compileCpu, Path java) {
        return new OperatorsConfig(
                USUAL.heap(),
                USUAL.cpuPercent(),
                USUAL.batchCpu(),
                USUAL.rowsPerSecond(),
                USUAL.state(),
                compileCpu,
                USUAL.tryAgain(),
                java,
                USUAL.confine());
    }

    /** What may be written and takes more than a moment to compile. */
    private static String large() {
        List<String> statements = new ArrayList<>();
        for (int statement = 0; statement < 3; statement++) {
            String value = "coalesce(".repeat(24) + "vms" + (", " + statement + ")").repeat(24);
            statements.add("select hostId, " + value + " as value from HostSample");
        }
        return String.join(";\n", statements);
    }

    @Test
    void a_rule_is_compiled_as_it_is_here_and_a_wrong_one_refused_with_its_place() {
        RuleVersion good = rule("good", "select hostId, count(*) as value from HostLoss#time(90 sec) group by hostId");
        try (Admissions admissions = new Admissions(USUAL, () -> {})) {
            Admission.Admitted admitted = assertInstanceOf(Admission.Admitted.class, admissions.await(good));
            assertEquals(good, admitted.rule().rule());
            assertEquals(Duration.ofSeconds(90), admitted.rule().lookBack());
            assertEquals(
                    RuleCompiler.admit(good).form().length / 100,
                    admitted.rule().form().length / 100,
                    "but for the names of classes");
            Admission.Refused refused = assertInstanceOf(
                    Admission.Refused.class,
                    admissions.await(rule("calls", "select hostId, System.exit(1) from HostLoss")));
            assertEquals("2:23", refused.line() + ":" + refused.column(), refused::message);
        }
    }

    @Test
    void one_that_takes_too_long_is_told_so_and_the_next_one_is_answered_by_another_jvm() throws InterruptedException {
        CountDownLatch answers = new CountDownLatch(2);
        try (Admissions admissions = new Admissions(config(Duration.ofMillis(400), USUAL.java()), answers::countDown)) {
            Admission.TooMuch tooMuch = assertInstanceOf(
                    Admission.TooMuch.class, admissions.await(rule("large", large())), "of what is admitted");
            assertTrue(tooMuch.reason().contains("cep.operators.compile-cpu"), tooMuch.reason());
            assertInstanceOf(Admission.Refused.class, admissions.await(rule("short", "select vms from HostSample")));
            assertEquals(
                    Optional.of(tooMuch), admissions.of(rule("large", large())), "it is found out once in a process");
            assertTrue(answers.await(1, TimeUnit.MINUTES), "who waits is told of each");
        }
        try (Admissions admissions = new Admissions(USUAL, () -> {})) {
            assertInstanceOf(Admission.Admitted.class, admissions.await(rule("large", large())));
        }
    }

    @Test
    void texts_of_this_build_need_no_jvm_and_others_that_call_themselves_built_in_are_refused_without_one() {
        try (Admissions admissions = new Admissions(config(USUAL.compileCpu(), folder.resolve("no-java")), () -> {})) {
            BuiltInRules.all()
                    .forEach(rule -> assertInstanceOf(
                            Admission.Admitted.class, admissions.of(rule).orElseThrow()));
            for (RuleVersion foreign : List.of(
                    new RuleVersion("overload", 7, BuiltInRules.text("overload") + "\n", true),
                    new RuleVersion("overload", 7, BuiltInRules.text("overload"), false),
                    new RuleVersion("other", 7, BuiltInRules.text("overload"), true))) {
                assertInstanceOf(Admission.Refused.class, admissions.of(foreign).orElseThrow(), foreign::toString);
            }
        }
    }

    @Test
    void where_no_jvm_can_be_started_it_is_said_and_tried_again_when_it_is_asked_again() throws IOException {
        Path java = folder.resolve("java");
        RuleVersion rule = rule("later", "select hostId from HostLoss(reason = 'later')");
        try (Admissions admissions = new Admissions(config(USUAL.compileCpu(), java), () -> {})) {
            OperatorsGone gone = assertThrows(OperatorsGone.class, () -> admissions.await(rule));
            assertTrue(gone.getMessage().contains(java + " is no file"), gone.getMessage());
            assertTrue(gone.getMessage().contains("cep.operators.java"), gone.getMessage());
            Files.createSymbolicLink(java, ChildJvm.java());
            assertInstanceOf(Admission.Admitted.class, admissions.await(rule));
        }
    }
}
