package io.godwit.ittests.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ittests.services.Verb;
import io.godwit.ops.cli.ExitCode;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.log.Topic;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.MBeanServerNotification;
import javax.management.NotificationListener;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a region that has lived, whose services are stopped: verbs that only look leave the broker as they found it. */
class LooksOnlyTest {
    @TempDir
    private Path folder;

    /** All that verbs could have left in the broker. */
    private record Left(
            Map<String, Long> ends, Set<String> groups, Map<String, String> committed, Set<String> transactions) {
        static Left of(TestSite site) throws ExecutionException, InterruptedException {
            try (Admin admin = site.kafka().admin()) {
                Set<String> topics = new TreeSet<>(admin.listTopics(new ListTopicsOptions().listInternal(true))
                        .names()
                        .get());
                topics.remove("__consumer_offsets"); // the broker notes there by itself which members have gone
                Map<TopicPartition, OffsetSpec> newest =
                        admin.describeTopics(topics).allTopicNames().get().values().stream()
                                .flatMap(topic -> topic.partitions().stream()
                                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                                .collect(Collectors.toMap(Function.identity(), _ -> OffsetSpec.latest()));
                Map<String, Long> ends = new TreeMap<>();
                admin.listOffsets(newest).all().get().forEach((place, end) -> ends.put(place.toString(), end.offset()));
                Set<String> groups = admin.listGroups().all().get().stream()
                        .map(GroupListing::groupId)
                        .collect(Collectors.toCollection(TreeSet::new));
                Map<String, String> committed = new TreeMap<>();
                for (String group : groups) {
                    admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .forEach((place, offset) -> committed.put(group + " " + place, String.valueOf(offset)));
                }
                Set<String> transactions = admin.listTransactions().all().get().stream()
                        .map(TransactionListing::transactionalId)
                        .collect(Collectors.toCollection(TreeSet::new));
                return new Left(ends, groups, committed, transactions);
            }
        }
    }

    /** Producers that were made in this JVM since, by the names under which they tell their metrics. */
    private static final class Producers implements AutoCloseable {
        private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        private final Set<String> made = new ConcurrentSkipListSet<>();
        private final NotificationListener listener = (notification, _) -> {
            if (notification instanceof MBeanServerNotification told
                    && told.getType().equals(MBeanServerNotification.REGISTRATION_NOTIFICATION)
                    && told.getMBeanName().getDomain().equals("kafka.producer")) {
                made.add(told.getMBeanName().toString());
            }
        };

        Producers() throws JMException {
            server.addNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener, null, null);
        }

        Set<String> made() {
            return Set.copyOf(made);
        }

        @Override
        public void close() throws JMException {
            server.removeNotificationListener(MBeanServerDelegate.DELEGATE_NAME, listener);
        }
    }

    @Test
    void verbs_that_only_look_write_nothing_and_make_no_producer() throws Exception {
        try (LiveRegion region = LiveRegion.start(folder, LooksOnlyTest.class)) {
            String moved = lived(region);
            region.stopServices();
            TestSite site = region.site();
            Left before = Left.of(site);
            assertTrue(before.groups().size() >= 4 && !before.transactions().isEmpty(), before::toString);
            try (Producers producers = new Producers()) {
                looks(site, moved);
                assertEquals(Set.of(), producers.made());
                assertEquals(before, Left.of(site));

                say(site, "site", "mode", "advise", "--reason", "to see that writing shows")
                        .endsWith(ExitCode.OK);
                assertFalse(producers.made().isEmpty());
                assertNotEquals(before, Left.of(site));
            }
        }
    }

    /** Until something has been moved, and all that the log then holds; the id of that move's command. */
    private static String lived(LiveRegion region) throws InterruptedException {
        try (LogWatch log = new LogWatch(region.site(), Topic.OUTCOMES, Topic.COMMANDS)) {
            var end = (CommandSucceeded) log.await("a move", 0, seen -> seen.event() instanceof CommandSucceeded)
                    .event();
            var _ = log.await(
                    "its command",
                    0,
                    seen -> seen.event() instanceof MigrateVm command
                            && command.getCommandId().equals(end.getCommandId()));
            return end.getCommandId();
        }
    }

    private void looks(TestSite site, String moved) throws Exception {
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Path rule = Files.writeString(rules.resolve("over.epl"), """
            // name: over
            // hold: 5s
            select hostId, cpuPermille as value from HostSample(cpuPermille > 900)
            """);
        String incident = folder.resolve("some.incident").toString();
        String host = say(site, "host", "list", "-o", "json")
                .endsWith(ExitCode.OK)
                .out()
                .replaceFirst("(?s).*?\"id\" : \"([^\"]+)\".*", "$1");
        Map<String, String[]> verbs = new TreeMap<>();
        verbs.put("replay", words("replay", "--verify", "--from=-5m"));
        verbs.put("backtest", words("rule", "backtest", rule.toString(), "--since", "5m"));
        verbs.put("whatif", words("whatif", "--from=-1m", "--set", "policy=static"));
        verbs.put("dry run", words("host", "drain", host, "--dry-run", "--reason", "a test"));
        verbs.put("dry apply", words("rule", "apply", "-f", rules.toString(), "--dry-run"));
        verbs.put("timeline", words("timeline", "--from=-5m"));
        verbs.put("diff", words("diff", "--at=-1m", "--at=-1s"));
        verbs.put("why", words("why", moved));
        verbs.put("closure", words("why", moved, "--closure"));
        verbs.put("why not", words("why-not", "host", host, "--at=-1s"));
        verbs.put("export", words("incident", "export", "--from=-2m", "--to=-1s", incident));
        verbs.put("judge", words("log", "judge"));
        verbs.put("verify", words("log", "verify"));
        // what these say all the same where a host has too little room elsewhere, and of a log too young to be sealed
        Map<String, String> saidWhereItFails = Map.of("dry run", "AFTER ", "verify", "no seals");
        List<String> failed = new ArrayList<>();
        verbs.forEach((name, verb) -> {
            Verb.Said said = say(site, verb);
            String all = said.out() + said.err();
            boolean proven = !name.equals("closure") || all.contains("with these alone it is decided again");
            boolean looked = said.code() == ExitCode.OK
                    || (saidWhereItFails.containsKey(name) && all.contains(saidWhereItFails.get(name)));
            if (!looked || !proven) {
                failed.add(name + " ended with " + said.code() + ": " + all);
            }
        });
        assertEquals(List.of(), failed);
    }

    private static String[] words(String... words) {
        return words;
    }

    private static Verb.Said say(TestSite site, String... words) {
        return Verb.say(Stream.of(Stream.of(words), Stream.of("--bootstrap", site.bootstrap(), "--site", TestSite.SITE))
                .flatMap(each -> each)
                .toArray(String[]::new));
    }
}
