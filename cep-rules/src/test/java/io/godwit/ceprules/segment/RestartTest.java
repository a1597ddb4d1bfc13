package io.godwit.ceprules.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RulesPage;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.VmChange;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.LogRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise of the whole module: a detector opened anew at any offset goes on as if none had ever stopped. */
final class RestartTest {
    private static final String CUSTOM = """
        // name: busy-often
        // hold: 20s
        // cool-down: 25s
        select hostId, count(*) as value from HostSample(cpuDemandMillicores > 7000)#time(40 sec)
        group by hostId having count(*) >= 4
        """;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_restart_at_any_offset_changes_no_byte(long seed) {
        History history = random(seed, 260);
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        rules.add(History.custom(CUSTOM));
        List<SpecificRecord> whole = history.detections(rules);
        assertTrue(whole.stream().filter(DetectionBegan.class::isInstance).count() > 5, "too little happened");
        Random random = new Random(seed);
        long end = history.end();
        for (int round = 0; round < 25; round++) {
            List<SpecificRecord> records = new ArrayList<>();
            SegmentDetector detector = history.fresh(rules, records);
            for (long offset = 0; offset < end; offset++) {
                if (random.nextInt(250) == 0) {
                    detector = reopened(history, detector, rules, records);
                }
                records.addAll(detector.take(history.record(offset)).records());
            }
            detector.close();
            assertEquals(History.hex(whole), History.hex(records), "seed " + seed + " round " + round);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_restart_changes_no_byte_of_what_the_documented_examples_say(long seed) throws IOException {
        History history = random(seed, 260);
        List<CompiledRule> rules = new ArrayList<>();
        for (String text : RulesPage.read().examples()) {
            rules.add(History.custom(text));
        }
        List<SpecificRecord> whole = history.detections(rules);
        Set<String> spoke = new TreeSet<>();
        for (SpecificRecord record : whole) {
            if (record instanceof DetectionBegan began) {
                spoke.add(began.getRule());
            }
        }
        assertTrue(spoke.size() >= 6, spoke + " alone said anything");
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            List<SpecificRecord> records = new ArrayList<>();
            SegmentDetector detector = history.fresh(rules, records);
            for (long offset = 0; offset < history.end(); offset++) {
                if (random.nextInt(120) == 0) {
                    detector = reopened(history, detector, rules, records);
                }
                records.addAll(detector.take(history.record(offset)).records());
            }
            detector.close();
            assertEquals(History.hex(whole), History.hex(records), "seed " + seed + " round " + round);
        }
    }

    @Test
    void a_restart_at_every_single_offset_changes_no_byte() {
        History history = random(99, 100);
        List<CompiledRule> rules = History.builtIn();
        List<SpecificRecord> whole = history.detections(rules);
        List<SpecificRecord> records = new ArrayList<>();
        SegmentDetector detector = history.fresh(rules, records);
        for (long offset = 0; offset < history.end(); offset++) {
            detector = reopened(history, detector, rules, records);
            records.addAll(detector.take(history.record(offset)).records());
        }
        detector.close();
        assertEquals(History.hex(whole), History.hex(records));
    }

    @Test
    void segments_that_run_side_by_side_share_nothing_though_their_classes_are_lent_on() {
        List<CompiledRule> rules = new ArrayList<>(History.builtIn());
        rules.add(History.custom(CUSTOM));
        List<History> histories = seeds().mapToObj(seed -> random(seed, 100)).toList();
        List<String> alone = histories.stream()
                .map(history -> History.hex(history.detections(rules)))
                .toList();
        for (int round = 0; round < 3; round++) {
            assertEquals(alone, sideBySide(histories, rules), "round " + round);
        }
    }

    private static List<String> sideBySide(List<History> histories, List<CompiledRule> rules) {
        List<List<SpecificRecord>> records = new ArrayList<>();
        List<SegmentDetector> detectors = new ArrayList<>();
        for (History history : histories) {
            records.add(new ArrayList<>());
            detectors.add(history.fresh(rules, records.getLast()));
        }
        long longest = histories.stream().mapToLong(History::end).max().orElseThrow();
        for (long offset = 0; offset < longest; offset++) {
            for (int i = 0; i < histories.size(); i++) {
                if (offset < histories.get(i).end()) {
                    records.get(i)
                            .addAll(detectors
                                    .get(i)
                                    .take(histories.get(i).record(offset))
                                    .records());
                }
            }
        }
        detectors.forEach(SegmentDetector::close);
        return records.stream().map(History::hex).toList();
    }

    /** As after a kill: what stood open comes from the bytes of the log, the rest from the look-back. */
    private static SegmentDetector reopened(
            History history, SegmentDetector detector, List<CompiledRule> rules, List<SpecificRecord> records) {
        Place place = detector.place();
        detector.close();
        OpenDetections open = new OpenDetections(History.SEGMENT);
        records.forEach(record -> open.evolve(EventCodec.decode(EventCodec.encode(record))));
        return SegmentDetector.open(History.SEGMENT, open, place, rules, LookBack.of(history.log));
    }

    /** Some minutes in the life of a few hosts: loads, silences, gaps, take-overs, migrations, late and broken records. */
    static History random(long seed, int seconds) {
        Random random = new Random(seed);
        History history = new History();
        String[] hosts = {"h1", "h2", "h3", "h4"};
        history.join("h1", "r1").join("h2", "r1").join("h3", "r1").join("h4", "r2");
        long[] demand = {5000, 7600, 1000, 7950};
        boolean[] dead = new boolean[4];
        boolean[] migrating = new boolean[4];
        for (int second = 0; second < seconds; second++) {
            history.later(random.nextInt(60) == 0 ? 1000 + random.nextInt(40_000) : 600 + random.nextInt(800));
            if (random.nextInt(90) == 0) {
                history.monitor = "monitor-" + random.nextInt(3);
            }
            if (random.nextInt(30) != 0) {
                history.alive();
            }
            if (random.nextInt(30) != 0) {
                history.tick();
            }
            int jitter = random.nextInt(40) == 0 ? 3000 : 0;
            history.later(-jitter); // a record that is older than the one before it
            for (int host = 0; host < hosts.length; host++) {
                step(random, history, hosts, demand, dead, migrating, host);
            }
            history.later(jitter);
            if (random.nextInt(50) == 0) {
                history.raw(History.bytes("no event"));
            }
        }
        return history;
    }

    private static void step(
            Random random,
            History history,
            String[] hosts,
            long[] demand,
            boolean[] dead,
            boolean[] migrating,
            int host) {
        dead[host] = dead[host] ? random.nextInt(30) != 0 : random.nextInt(70) == 0;
        String vm = "v" + host;
        if (dead[host]) {
            if (random.nextInt(4) == 0) {
                history.probe(hosts[host], false);
            }
            return;
        }
        if (random.nextInt(40) == 0) {
            demand[host] = random.nextInt(9000);
        }
        if (random.nextInt(50) == 0) {
            history.lost(hosts[host]);
        }
        switch (random.nextInt(60)) {
            case 0 -> history.news(hosts[host], vm, VmChange.FAILED);
            case 1 -> {
                history.news(hosts[host], vm, VmChange.MIGRATED_IN);
                migrating[host] = true;
            }
            case 2 -> {
                history.news(hosts[host], vm, migrating[host] ? VmChange.RESUMED : VmChange.UNDEFINED);
                migrating[host] = false;
            }
            case 3 -> history.probe(hosts[host], random.nextBoolean());
            default -> {}
        }
        VmSample sampled = History.vm(vm, migrating[host] ? VmState.MIGRATING_IN : VmState.RUNNING);
        history.sample(hosts[host], demand[host] + random.nextInt(400), random.nextInt(62) * (1L << 30), sampled);
    }

    @Test
    void a_late_record_does_not_turn_time_back() {
        History history = new History();
        history.sample("h1", 9000).later(-5000).sample("h1", 1000);
        List<SpecificRecord> records = history.detections(History.builtIn());
        LogRecord late = history.record(1);
        assertTrue(late.timestampMillis() < History.START_MILLIS);
        assertEquals(
                History.START_MILLIS,
                ((io.godwit.schemas.events.DetectionEnded) records.getLast())
                        .getUntil()
                        .toEpochMilli());
    }
}
