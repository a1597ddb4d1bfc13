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
        return switch (owner) {
            case "org.apache.kafka.clients.admin.Admin", "org.apache.kafka.clients.admin.AdminClient" ->
                !(name.startsWith("list")
                        || name.startsWith("describe")
                        || List.of("create", "close").contains(name));
            case "org.apache.kafka.clients.consumer.Consumer", "org.apache.kafka.clients.consumer.KafkaConsumer" ->
                name.startsWith("commit") || name.equals("subscribe");
            default ->
                owner.startsWith("org.apache.kafka.clients.producer.")
                                && !owner.endsWith("Exception")
                                && !owner.equals("org.apache.kafka.clients.producer.ProducerConfig")
                        || owner.startsWith("org.apache.kafka.streams.KafkaStreams")
                        || owner.startsWith("org.apache.kafka.connect.")
                        || owner.startsWith("org.libvirt.")
                        || owner.startsWith("com.sun.jna.")
                        || owner.startsWith("java.net.http.")
                        || owner.equals("java.net.Socket");
        };
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
                "ops.cli.VmCommands",
                "ops.webhooks.WebhookService",
                "executors.libvirt.LibvirtHypervisor",
                "schedulers.SchedulerService"
            })
    void who_writes_is_found(String writer) {
        Collection<String> found = Reach.of(classes, ROOT, List.of(ROOT + "." + writer), ReadOnlyTest::changes);
        assertTrue(!found.isEmpty(), writer + " writes, and no way to a call that does was found");
    }
}
