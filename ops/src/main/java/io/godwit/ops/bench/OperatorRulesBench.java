package io.godwit.ops.bench;

import io.godwit.ceprules.OperatorsConfig;
import io.godwit.ceprules.child.OperatorsProcess;
import io.godwit.ceprules.detections.OpenDetections;
import io.godwit.ceprules.engine.CompiledRule;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleHeader;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.ceprules.segment.LookBack;
import io.godwit.ceprules.segment.OperatorRules;
import io.godwit.ceprules.segment.Place;
import io.godwit.ceprules.segment.SegmentDetector;
import io.godwit.ops.rules.RuleFolder;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.RuleQuarantined;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What many operators' rules cost in their child JVM, with all segments, as live: beyond the built-in rules alone. */
@Command(
        name = "operator-rules",
        sortOptions = false,
        description =
                "Share of one core that rules of one's own take, their JVM included, beyond what the built-in rules"
                        + " take alone: the rules of a folder again and again, with thresholds that differ.")
final class OperatorRulesBench extends Bench {
    private static final double SHARE_PERCENT = 10;
    private static final Duration WARM_UP = Duration.ofMinutes(10);
    private static final Pattern THRESHOLD = Pattern.compile("(?<=[a-z] >=? )\\d+");

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts, sampled every 10 s (default: 1000).")
    int hosts = 1000;

    @Option(names = "--rules", paramLabel = "N", description = "Rules (default: 100).")
    int rules = 100;

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description = "Folder of the rules that are varied (default: ${DEFAULT-VALUE}).")
    Path folderOfRules = Path.of("docs", "rules");

    @Option(
            names = "--batch",
            paramLabel = "MS",
            description = "Log time of what is handed over at once, as a poll brings it (default: 250).")
    int batchMillis = 250;

    @Option(names = "--minutes", paramLabel = "N", description = "Log time that is measured (default: 10).")
    int minutes = 10;

    @Override
    Report measure(Path folder) throws IOException {
        if (hosts < 12 || rules < 1 || batchMillis < 1 || minutes < 1) {
            throw new IllegalArgumentException("--hosts is " + hosts + ", --rules " + rules + ", --batch " + batchMillis
                    + " and --minutes " + minutes + "; give at least 12 hosts and 1 of the others");
        }
        List<CompiledRule> operators = operators();
        Path log = folder.resolve("log");
        say("writing " + (WARM_UP.toMinutes() + minutes) + " min of " + hosts + " hosts");
        DayLog.write(log, hosts, WARM_UP.plusMinutes(minutes));
        say("the built-in rules alone");
        Run without = run(log, List.of());
        say(rules + " rules beside them");
        Run with = run(log, operators);
        double seconds = minutes * 60;
        return new Report()
                .figure(Figure.of(
                                rules + " rules, " + hosts + " hosts",
                                "% of a core",
                                100 * (with.cpuSeconds() - without.cpuSeconds()) / seconds)
                        .heldTo(Target.valueAtMost(SHARE_PERCENT)))
                .figure(Figure.of("of which in their own JVM", "% of a core", 100 * with.childSeconds() / seconds))
                .figure(Figure.of(
                        "the built-in rules alone, decoding included",
                        "% of a core",
                        100 * without.cpuSeconds() / seconds))
                .note("%d detections of the rules began, %d of them were quarantined; batches of %d ms in %d segments."
                        .formatted(with.detections(), with.quarantined(), batchMillis, with.segments()));
    }

    private record Run(double cpuSeconds, double childSeconds, long detections, long quarantined, int segments) {}

    private Run run(Path folder, List<CompiledRule> operators) {
        List<CompiledRule> all = Stream.concat(
                        BuiltInRules.all().stream().map(RuleCompiler::compile), operators.stream())
                .toList();
        try (Log log = new DirectoryLog(folder);
                OperatorsProcess process = new OperatorsProcess(OperatorsConfig.DEFAULTS, () -> {})) {
            Feed feed = new Feed(log, process, all);
            Instant measured = DayLog.BEGINNING.plus(WARM_UP);
            feed.until(measured);
            double own = ProcessFigures.cpuSeconds(ProcessHandle.current().pid());
            double child = child(process);
            feed.until(measured.plus(Duration.ofMinutes(minutes)));
            double childSeconds = child(process) - child;
            double ownSeconds =
                    ProcessFigures.cpuSeconds(ProcessHandle.current().pid()) - own;
            feed.close();
            return new Run(ownSeconds + childSeconds, childSeconds, feed.detections, feed.quarantined, log.segments());
        }
    }

    private static double child(OperatorsProcess process) {
        return process.pid().map(ProcessFigures::cpuSeconds).orElse(0.0);
    }

    /** Copies of the folder's rules, each under a name of its own and with thresholds a little higher than the one before. */
    private List<CompiledRule> operators() throws IOException {
        List<String> texts = new ArrayList<>();
        for (RuleFolder.RuleFile file : RuleFolder.of(folderOfRules).rules()) {
            texts.add(Files.readString(file.epl()));
        }
        if (texts.isEmpty()) {
            throw new IllegalArgumentException(folderOfRules + " holds no rule; each is a file NAME.epl");
        }
        List<CompiledRule> operators = new ArrayList<>();
        for (int number = 0; number < rules; number++) {
            String text = texts.get(number % texts.size());
            int more = number / texts.size();
            String name = RuleHeader.parse(text).name();
            String varied = THRESHOLD
                    .matcher(text.replaceFirst("name:(\\s*)" + name, "name:$1" + name + "-" + more))
                    .replaceAll((MatchResult at) -> Long.toString(Long.parseLong(at.group()) + more));
            operators.add(RuleCompiler.compile(new RuleVersion(name + "-" + more, 1, varied, false)));
        }
        return operators;
    }

    /** All segments side by side, batch by batch. */
    private final class Feed implements AutoCloseable {
        private final Log log;
        private final List<SegmentDetector> detectors = new ArrayList<>();
        private Instant at = DayLog.BEGINNING;
        private long detections;
        private long quarantined;

        Feed(Log log, OperatorRules.Source source, List<CompiledRule> all) {
            this.log = log;
            for (int segment = 0; segment < log.segments(); segment++) {
                SegmentDetector detector = SegmentDetector.open(
                        segment, new OpenDetections(segment), Place.BEGINNING, List.of(), LookBack.of(log), source);
                detector.activate(all);
                detectors.add(detector);
            }
        }

        void until(Instant end) {
            while (at.isBefore(end)) {
                Instant next = at.plusMillis(batchMillis);
                for (int segment = 0; segment < detectors.size(); segment++) {
                    take(segment, next);
                }
                at = next;
            }
        }

        private void take(int segment, Instant next) {
            SegmentDetector detector = detectors.get(segment);
            List<LogRecord> batch = new ArrayList<>();
            long to = log.offsetAt(Topic.OBSERVATIONS, segment, next);
            log.scan(
                    List.of(new LogRange(
                            Topic.OBSERVATIONS, segment, detector.place().nextOffset(), to)),
                    batch::add);
            if (batch.isEmpty()) {
                return;
            }
            detector.prepare(batch);
            for (LogRecord record : batch) {
                detector.take(record).records().forEach(event -> {
                    detections += event instanceof DetectionBegan began && !BuiltInRules.NAMES.contains(began.getRule())
                            ? 1
                            : 0;
                    quarantined += event instanceof RuleQuarantined ? 1 : 0;
                });
            }
        }

        @Override
        public void close() {
            detectors.forEach(SegmentDetector::close);
        }
    }
}
