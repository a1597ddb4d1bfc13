package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.backtest.Backtest;
import io.godwit.ceprules.backtest.Drawn;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.kafka.RuleLog;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rules over racks, sites and names of hosts: who a host is does not depend on when the inventory is read. */
final class HostFactsTest {
    private static final String RACK = """
        // name: rack
        // hold: 20s
        select hostId, count(*) as value from HostLoss#unique(hostId)#time(60 sec)
        group by rack having count(*) >= 2
        """;

    /** Hosts that join one after the other, each just before it is first observed, and are lost now and then. */
    private static final class Joining {
        final History history = new History();
        private final Random random = new Random(3);
        private final List<LogRecord> inventory = new ArrayList<>();
        private final List<Long> joinedBefore =
                new ArrayList<>(); // observation that a record of the inventory precedes

        Joining() {
            int hosts = 0;
            for (int second = 0; second < 300; second++) {
                history.later(1000).alive();
                if (second % 20 == 0) {
                    joinedBefore.add(history.end());
                    history.join("h" + hosts, "r" + hosts % 3);
                    hosts++;
                }
                if (random.nextInt(6) == 0) {
                    history.lost("h" + random.nextInt(hosts));
                }
                history.tick();
            }
            for (long offset = 0; offset < hosts; offset++) {
                inventory.add(
                        history.log.at(Topic.INVENTORY, History.SEGMENT, offset).orElseThrow());
            }
        }

        /** What a reader sees that stands at an observation: later hosts have not joined yet. */
        LookBack at(long[] position) {
            LookBack whole = LookBack.ofLive(history.log);
            return new LookBack() {
                @Override
                public void read(int segment, Instant from, long toOffset, Consumer<LogRecord> into) {
                    whole.read(segment, from, toOffset, into);
                }

                @Override
                public void inventory(int segment, long fromOffset, Consumer<LogRecord> into) {
                    for (int host = Math.toIntExact(fromOffset); host < inventory.size(); host++) {
                        if (joinedBefore.get(host) <= position[0]) {
                            into.accept(inventory.get(host));
                        }
                    }
                }

                @Override
                public boolean hostsJoin() {
                    return true;
                }
            };
        }

        /** As live: by batches, with restarts, with no more of the inventory than there was. */
        List<SpecificRecord> live(CompiledRule rule, OperatorRules.Source source, int batch, boolean restarts) {
            List<SpecificRecord> records = new ArrayList<>();
            long[] position = {0};
            SegmentDetector detector = SegmentDetector.open(
                    History.SEGMENT,
                    new OpenDetections(History.SEGMENT),
                    Place.BEGINNING,
                    List.of(),
                    at(position),
                    source);
            records.addAll(detector.activate(List.of(rule)));
            for (long from = 0; from < history.end(); from += batch) {
                if (restarts && random.nextInt(20) == 0) {
                    Place place = detector.place();
                    detector.close();
                    OpenDetections open = new OpenDetections(History.SEGMENT);
                    records.forEach(open::evolve);
                    detector = SegmentDetector.open(History.SEGMENT, open, place, List.of(rule), at(position), source);
                }
                List<LogRecord> next = new ArrayList<>();
                for (long offset = from; offset < Math.min(history.end(), from + batch); offset++) {
                    next.add(history.record(offset));
                }
                position[0] = next.getLast().offset();
                detector.prepare(next);
                for (LogRecord record : next) {
                    records.addAll(detector.take(record).records());
                }
            }
            detector.close();
            return records;
        }
    }

    @Test
    void hosts_of_one_rack_count_together_and_others_apart() {
        History history = new History();
        history.join("h1", "r1").join("h2", "r2").join("h3", "r1");
        history.lost("h1").later(1000).lost("h2").later(1000).lost("h3").watch(90);
        assertEquals(
                List.of("+CUSTOM h3", "-CUSTOM h3"),
                history.said(List.of(History.custom(RACK))).stream().toList());
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "7, true", "500, false"})
    void a_host_that_joins_while_cep_is_at_work_is_known_as_if_it_had_always_been_there(int batch, boolean restarts) {
        Joining joining = new Joining();
        CompiledRule rule = History.custom(RACK);
        List<SpecificRecord> whole = joining.history.detections(List.of(rule));
        assertTrue(whole.stream().filter(DetectionBegan.class::isInstance).count() > 5, "too little happened");
        assertEquals(History.hex(whole), History.hex(joining.live(rule, OperatorRules.HERE, batch, restarts)));
    }

    @Test
    void a_child_jvm_knows_the_same_also_after_another_took_its_place() {
        Joining joining = new Joining();
        CompiledRule rule = History.custom(RACK);
        String whole = History.hex(joining.history.detections(List.of(rule)));
        try (OperatorsProcess child = new OperatorsProcess(OperatorsConfig.DEFAULTS, () -> {})) {
            assertEquals(whole, History.hex(joining.live(rule, child, 50, false)));
            ProcessHandle gone = ProcessHandle.of(child.pid().orElseThrow()).orElseThrow();
            assertTrue(gone.destroyForcibly());
            gone.onExit().join();
            assertEquals(whole, History.hex(joining.live(rule, child, 50, true)));
        }
    }

    @Test
    void a_replay_and_a_backtest_draw_what_was_drawn_live() {
        Joining joining = new Joining();
        History history = joining.history;
        CompiledRule rule = History.custom(RACK);
        List<SpecificRecord> live = joining.live(rule, OperatorRules.HERE, 7, false);
        live.forEach(record ->
                history.log.append(Topic.DETECTIONS, History.SEGMENT, Instant.EPOCH, "k", EventCodec.encode(record)));
        RuleDeployed deployed = new RuleDeployed("rack", 1, RACK, "me", "test", false, 60);
        history.log.append(Topic.RULES, History.SEGMENT, Instant.EPOCH, "rack", EventCodec.encode(deployed));
        for (long from = 0; from < history.end(); from += 97) {
            assertEquals(
                    Optional.empty(),
                    DetectionReplay.run(
                                    history.log,
                                    RuleLog.read(history.log),
                                    History.SEGMENT,
                                    from,
                                    Long.MAX_VALUE,
                                    OperatorRules.HERE)
                            .difference(),
                    "from " + from);
        }
        Backtest.Result backtest = Backtest.run(
                history.log,
                History.SEGMENT,
                rule,
                Optional.empty(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1L << 40));
        assertEquals(
                live.stream()
                        .filter(DetectionBegan.class::isInstance)
                        .map(record -> ((DetectionBegan) record).getHostId())
                        .sorted()
                        .toList(),
                backtest.drawn().stream().map(Drawn::hostId).sorted().toList());
    }

    @Test
    void every_type_that_has_a_host_knows_its_site_rack_and_name() {
        String who = "site = 'rennes' and rack = 'r1' and hostName = 'name-of-h1'";
        String text = """
            // name: who
            select hostId from HostSample(%1$s);
            select hostId from VmNews(%1$s);
            select hostId from Probe(%1$s);
            select hostId from HostLoss(%1$s)
            """.formatted(who);
        for (Consumer<History> one : List.<Consumer<History>>of(
                history -> history.sample("h1", 1000).sample("h2", 1000),
                history -> history.news("h1", "v1", VmChange.FAILED).news("h2", "v2", VmChange.FAILED),
                history -> history.probe("h1", true).probe("h2", true),
                history -> history.lost("h1").lost("h2"))) {
            History history = new History().join("h1", "r1").join("h2", "r1");
            one.accept(history);
            assertEquals(List.of("+CUSTOM h1"), history.said(List.of(History.custom(text))));
        }
    }

    @Test
    void a_host_that_comes_back_as_another_machine_is_that_from_its_next_sample_on() {
        History history = new History();
        history.sample("h1", "EPYC", 1_000).later(1000).sample("h1", "EPYC", 1_000);
        history.later(1000).sample("h1", "Skylake", 2_000).later(1000).sample("h1", "Skylake", 2_000);
        String changed = """
            // name: changed
            // hold: 1s
            select hostId, link as value from HostSample#time(1 min)
            match_recognize (
              partition by hostId
              measures B.hostId as hostId, B.migrationBytesPerSecond as link
              after match skip to next row
              pattern (A B)
              define B as B.cpuModel != A.cpuModel and B.migrationBytesPerSecond > A.migrationBytesPerSecond
            )
            """;
        assertEquals(List.of(2L), offsetsWhereOneBegan(history.detections(List.of(History.custom(changed)))));
    }

    @Test
    void a_loss_is_joined_with_what_the_newest_sample_before_it_says_of_the_host() {
        History history = new History();
        history.sample("h1", "EPYC", 1_000).sample("h2", "Skylake", 1_000).later(1000);
        history.lost("h1").lost("h2").later(1000).sample("h1", "Skylake", 1_000).later(1000);
        history.lost("h1");
        String lost = """
            // name: lost
            // hold: 1s
            select l.hostId as hostId from HostLoss as l unidirectional, HostSample#unique(hostId)#time(60 sec) as s
            where l.hostId = s.hostId and s.cpuModel = 'Skylake'
            """;
        assertEquals(List.of(3L, 5L), offsetsWhereOneBegan(history.detections(List.of(History.custom(lost)))));
    }

    @Test
    void a_version_that_is_deployed_later_knows_of_hosts_what_one_knows_that_was_there_all_along() {
        History history = new History();
        Random random = new Random(5);
        List<String> models = List.of("EPYC", "Skylake", "");
        for (int second = 0; second < 400; second++) {
            history.later(1000)
                    .sample("h" + random.nextInt(3), models.get(random.nextInt(3)), random.nextInt(3))
                    .tick();
        }
        CompiledRule rule = History.custom("""
            // name: models
            // hold: 2s
            select hostId, count(*) as value from HostSample(migrationBytesPerSecond > 0)#time(10 sec)
            group by cpuModel having count(*) >= 4
            """);
        List<Long> always = offsetsOf(history.detections(List.of(rule)), 250);
        assertTrue(always.size() > 5, "too little happened");
        List<SpecificRecord> late = new ArrayList<>();
        try (SegmentDetector detector = history.fresh(List.of(), late)) {
            for (long offset = 0; offset < history.end(); offset++) {
                if (offset == 200) {
                    late.addAll(detector.activate(List.of(rule)));
                }
                late.addAll(detector.take(history.record(offset)).records());
            }
        }
        assertEquals(always, offsetsOf(late, 250));
    }

    private static List<Long> offsetsWhereOneBegan(List<SpecificRecord> records) {
        return offsetsOf(records, 0);
    }

    /** Observations from one on at which a detection began. */
    private static List<Long> offsetsOf(List<SpecificRecord> records, long from) {
        return records.stream()
                .filter(DetectionBegan.class::isInstance)
                .map(record -> ((DetectionBegan) record)
                        .getEvidence()
                        .getLast()
                        .getPosition()
                        .getOffset())
                .filter(offset -> offset >= from)
                .toList();
    }

    @Test
    void the_first_word_on_a_host_counts_and_a_host_that_never_joined_has_none() {
        History history = new History().join("h1", "r1").join("h1", "r2");
        history.lost("h1").lost("h2");
        String text = "// name: who\nselect hostId from HostLoss(rack in ('r1', ''))";
        assertEquals(List.of("+CUSTOM h1", "+CUSTOM h2"), history.said(List.of(History.custom(text))));
        String other = "// name: who\nselect hostId from HostLoss(rack = 'r2')";
        assertEquals(List.of(), history.said(List.of(History.custom(other))));
    }

    @Test
    void the_inventory_is_read_for_rules_that_ask_alone_and_once_for_a_host_that_is_not_there() {
        History history = new History().join("h1", "r1");
        history.lost("h1").lost("h2").lost("h2").lost("h1").lost("h3").lost("h2");
        int[] reads = {0};
        LookBack counting = new LookBack() {
            @Override
            public void read(int segment, Instant from, long toOffset, Consumer<LogRecord> into) {}

            @Override
            public void inventory(int segment, long fromOffset, Consumer<LogRecord> into) {
                reads[0]++;
                LookBack.ofLive(history.log).inventory(segment, fromOffset, into);
            }

            @Override
            public boolean hostsJoin() {
                return true;
            }
        };
        for (String asked : List.of("hostId", "rack")) {
            CompiledRule rule = History.custom("// name: lost\nselect hostId, " + asked + " as x from HostLoss");
            try (SegmentDetector detector = SegmentDetector.open(
                    History.SEGMENT, new OpenDetections(History.SEGMENT), Place.BEGINNING, List.of(), counting)) {
                detector.activate(List.of(rule));
                for (long offset = 0; offset < history.end(); offset++) {
                    detector.take(history.record(offset));
                }
            }
            assertEquals(asked.equals("rack") ? 3 : 0, reads[0], "at first, and for h2 and h3");
        }
    }
}
