package io.godwit.ceprules;

import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionsCheckpointed;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.MonitorAlive;
import io.godwit.schemas.events.Tick;
import io.godwit.schemas.events.VmSample;
import io.godwit.schemas.events.VmState;
import io.godwit.schemas.log.MemoryLog;
import io.godwit.schemas.log.Topic;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;

/** How many samples the built-in rules take per second of CPU, decoding apart, beside the same rules written by hand. */
public final class RuleBenchmark {
    private static final int PERIOD_SECONDS = 10;
    private static final int VMS = 10;
    private static final int HOSTS_OF_A_RACK = 20;
    private static final int WARM_UP_SECONDS = 30;

    private RuleBenchmark() {}

    /**
     * One line of the table.
     *
     * @param rules what ran: a rule's name, "all", or "hand" for the hand-written loop
     * @param samples samples taken
     * @param samplesPerCpuSecond per second of the feeding thread's CPU
     * @param shareOfLimit of what the hand-written loop reached in the same run
     * @param detections begins and ends of detections; "all" and "hand" must agree but for crashes, of which there are none here
     */
    public record Row(String rules, long samples, double samplesPerCpuSecond, double shareOfLimit, long detections) {}

    private record Run(long samples, double perCpuSecond, long detections) {}

    /**
     * Runs each rule alone, all together, and the limit; each on the same samples of hosts with a period of 10 s.
     *
     * @param hosts number of hosts; 10 000 is what is promised for
     * @param seconds log time that each run covers after warming up; at least 60 fills the windows
     */
    public static List<Row> run(int hosts, int seconds) {
        List<List<HostSampled>> rounds = rounds(hosts);
        Run hand = byHand(rounds, seconds);
        List<Row> rows = new ArrayList<>();
        List<CompiledRule> all =
                BuiltInRules.all().stream().map(RuleCompiler::compile).toList();
        for (CompiledRule rule : all) {
            rows.add(row(rule.rule().name(), bySeconds(List.of(rule), rounds, seconds), hand));
        }
        rows.add(row("all", bySeconds(all, rounds, seconds), hand));
        rows.add(row("hand", hand, hand));
        return rows;
    }

    /**
     * What a rule costs, measured.
     *
     * @param samples samples that it took
     * @param nanosPerSample CPU beyond what the same samples take without it; 0 or more
     * @param bytesPerHost what it remembers of a host, beyond what is remembered without it; 0 or more
     */
    public record Cost(long samples, double nanosPerSample, long bytesPerHost) {}

    /**
     * Runs a rule alone on samples of hosts with a period of 10 s, first for its look-back, so that its windows are full.
     *
     * @param seconds log time over which its CPU is measured
     */
    public static Cost cost(CompiledRule rule, int hosts, int seconds) {
        List<List<HostSampled>> rounds = rounds(hosts);
        Costly without = costly(List.of(), rounds, rule.feed().toSeconds(), seconds);
        Costly with = costly(List.of(rule), rounds, rule.feed().toSeconds(), seconds);
        return new Cost(
                with.run().samples(),
                Math.max(
                        0, 1e9 / with.run().perCpuSecond() - 1e9 / without.run().perCpuSecond()),
                Math.max(0, (with.bytes() - without.bytes()) / hosts));
    }

    private record Costly(Run run, long bytes) {}

    private static Costly costly(
            List<CompiledRule> rules, List<List<HostSampled>> rounds, long fullAfterSeconds, int seconds) {
        long before = usedBytes();
        try (SegmentDetector detector =
                SegmentDetector.open(0, new OpenDetections(0), Place.BEGINNING, List.of(), joined(rounds.getFirst()))) {
            detector.activate(rules);
            Feeding feeding = new Feeding(
                    rounds,
                    (event, offset, at) -> detector.take(event, offset, at).size());
            feeding.seconds(WARM_UP_SECONDS + Math.toIntExact(fullAfterSeconds));
            Run run = feeding.measured(seconds);
            return new Costly(run, usedBytes() - before);
        }
    }

    private static LookBack joined(List<HostSampled> hosts) {
        MemoryLog log = new MemoryLog("bench", 1);
        for (int host = 0; host < hosts.size(); host++) {
            String id = hosts.get(host).getHostId();
            HostJoined joined = new HostJoined(
                    id, "bench", "r" + host / HOSTS_OF_A_RACK, id, 0, "simulated:" + id, "", "bench", "measured");
            log.append(Topic.INVENTORY, 0, Instant.EPOCH, id, EventCodec.encode(joined));
        }
        return LookBack.of(log);
    }

    private static long usedBytes() {
        System.gc();
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return heap.getUsed();
    }

    private static Row row(String name, Run run, Run limit) {
        return new Row(
                name, run.samples(), run.perCpuSecond(), run.perCpuSecond() / limit.perCpuSecond(), run.detections());
    }

    /** Samples of some periods, used again and again; demand hovers around 70 % of the capacity, one in 300 above it. */
    private static List<List<HostSampled>> rounds(int hosts) {
        Random random = new Random(1);
        List<List<HostSampled>> rounds = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            List<HostSampled> samples = new ArrayList<>(hosts);
            for (int host = 0; host < hosts; host++) {
                long demand = Math.max(0, Math.round(5600 + 870 * random.nextGaussian()));
                List<VmSample> vms = new ArrayList<>(VMS);
                for (int vm = 0; vm < VMS; vm++) {
                    vms.add(new VmSample(
                            "vm-" + (host * VMS + vm),
                            VmState.RUNNING,
                            demand / VMS,
                            demand / VMS,
                            1L << 30,
                            -1L,
                            -1L,
                            -1L));
                }
                samples.add(new HostSampled(
                        "host-" + host,
                        0,
                        0L,
                        PERIOD_SECONDS * 1000,
                        "monitor-1",
                        8000L,
                        demand,
                        demand,
                        64L << 30,
                        20L << 30,
                        vms,
                        "",
                        0L));
            }
            rounds.add(samples);
        }
        return rounds;
    }

    private static Run bySeconds(List<CompiledRule> rules, List<List<HostSampled>> rounds, int seconds) {
        try (SegmentDetector detector =
                SegmentDetector.open(0, new OpenDetections(0), Place.BEGINNING, List.of(), (_, _, _, _) -> {})) {
            detector.activate(rules);
            Feeding feeding = new Feeding(rounds, (event, offset, at) -> (int) detector.take(event, offset, at).stream()
                    .filter(said -> !(said instanceof DetectionsCheckpointed))
                    .count());
            feeding.seconds(WARM_UP_SECONDS + 60);
            return feeding.measured(seconds);
        }
    }

    private static Run byHand(List<List<HostSampled>> rounds, int seconds) {
        HandWrittenRules rules = new HandWrittenRules();
        Feeding feeding = new Feeding(rounds, (event, _, at) -> rules.take(event, at));
        feeding.seconds(WARM_UP_SECONDS + 60);
        return feeding.measured(seconds);
    }

    /** What takes an event and says how many records came of it. */
    private interface Taker {
        int take(SpecificRecord event, long offset, long atMillis);
    }

    /** Feeds samples evenly over log time, with the ticks and heartbeats that belong to it. */
    private static final class Feeding {
        private final List<List<HostSampled>> rounds;
        private final Taker taker;
        private long second = 1_000_000;
        private long offset;
        private long samples;
        private long records;

        Feeding(List<List<HostSampled>> rounds, Taker taker) {
            this.rounds = rounds;
            this.taker = taker;
        }

        Run measured(int seconds) {
            long samplesBefore = samples;
            long recordsBefore = records;
            var threads = ManagementFactory.getThreadMXBean();
            long began = threads.getCurrentThreadCpuTime();
            seconds(seconds);
            double cpuSeconds = (threads.getCurrentThreadCpuTime() - began) / 1e9;
            return new Run(samples - samplesBefore, (samples - samplesBefore) / cpuSeconds, records - recordsBefore);
        }

        void seconds(int count) {
            for (int i = 0; i < count; i++) {
                second();
            }
        }

        private void second() {
            List<HostSampled> round = rounds.get((int) (second / PERIOD_SECONDS % rounds.size()));
            int share = Math.ceilDiv(round.size(), PERIOD_SECONDS);
            int from = (int) (second % PERIOD_SECONDS) * share;
            long atMillis = second * 1000;
            give(new MonitorAlive("monitor-1", 0, round.size(), ""), atMillis);
            give(new Tick(0, second, "cep-1"), atMillis);
            int to = Math.min(round.size(), from + share);
            for (int i = from; i < to; i++) {
                give(round.get(i), atMillis + (i - from) * 1000L / share);
                samples++;
            }
            second++;
        }

        private void give(SpecificRecord event, long atMillis) {
            records += taker.take(event, offset++, atMillis);
        }
    }
}
