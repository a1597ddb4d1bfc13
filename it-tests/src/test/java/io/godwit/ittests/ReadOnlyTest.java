package io.godwit.ittests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever looks back, replays, tries or asks what would be cannot write to a region, tell anybody over the net, or reach a
 * hypervisor: no such call can be reached from their code.
 */
class ReadOnlyTest {
    private static final String ROOT = "io.godwit";

    private static final List<String> VERBS = Stream.of(
                    "ops.cli.Replay",
                    "ops.cli.RuleBacktest",
                    "ops.cli.RuleTestCommand",
                    "ops.cli.RuleCheckCommand",
                    "ops.cli.WhatIfCommand",
                    "ops.cli.DryRun",
                    "ops.cli.TimelineCommand",
                    "ops.cli.StateDiff",
                    "ops.cli.Why",
                    "ops.cli.WhyNotCommands",
                    "ops.cli.IncidentCommands",
                    "ops.cli.IncidentReport",
                    "ops.cli.RegressionCommands",
                    "ops.cli.RecoveryCommands",
                    "ops.cli.LogCommands",
                    "ops.cli.LogVerify",
                    // JVMs that these start
                    "ceprules.child.OperatorsMain",
                    "ops.rules.TrialMain")
            .map(name -> ROOT + "." + name)
            .toList();

    /** Who calls these acts on the world. */
    private static final List<String> WORLD = List.of(
            "org.apache.kafka.clients.producer.KafkaProducer",
            "org.apache.kafka.clients.producer.Producer", // and its records
            "org.apache.kafka.streams.KafkaStreams",
            "org.apache.kafka.connect.",
            "org.libvirt.",
            "com.sun.jna.",
            "java.net.http.",
            "java.net.Socket");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT);
    }

    @AfterAll
    static void forget() {
        classes = null;
    }

    /** A call that changes something outside, or may. */
    private static boolean changes(JavaAccess<?> access) {
        String owner = access.getTargetOwner().getName();
        String name = access.getTarget().getName();
        if (owner.startsWith("org.apache.kafka.clients.admin.Admin")) {
            boolean reads = name.startsWith("list") || name.startsWith("describe");
            return !reads && !name.equals("create") && !name.equals("close");
        }
        if (owner.equals("org.apache.kafka.clients.consumer.Consumer") || owner.endsWith(".KafkaConsumer")) {
            return name.startsWith("commit") || name.equals("subscribe");
        }
        return WORLD.stream().anyMatch(owner::startsWith) && !owner.endsWith("Config");
    }

    @Test
    void nobody_who_only_looks_can_come_to_a_call_that_changes_something() {
        VERBS.forEach(verb -> assertTrue(classes.contain(verb), () -> verb + " is not there any more; name its heir"));
        Collection<String> found = Reach.of(classes, ROOT, VERBS, ReadOnlyTest::changes);
        assertEquals(List.of(), List.copyOf(found), () -> String.join("\n  ", found));
    }

    /** Who may, is found: so the way is followed through options, lambdas, made objects and other modules. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ops.cli.SiteCommands",
                "ops.cli.RuleApply",
                "ops.cli.Noting",
                "ops.webhooks.WebhookService",
                "executors.libvirt.LibvirtHypervisor",
                "schedulers.SchedulerService"
            })
    void who_writes_is_found(String writer) {
        Collection<String> found = Reach.of(classes, ROOT, List.of(ROOT + "." + writer), ReadOnlyTest::changes);
        assertTrue(!found.isEmpty(), writer + " writes, and no way to a call that does was found");
    }
}
