package io.godwit.ops.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.ops.cli.Failed;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long the verbs take that ask a long log with many decisions, as people start them. */
@Command(
        name = "past",
        sortOptions = false,
        description =
                "Seconds of lists --at, why and replay --verify on a recorded day, beside the start of a verb that"
                        + " does nothing. Simulates the day first, unless one is given; that writes 4 GB to --work for"
                        + " 1000 hosts.")
final class PastBench extends Bench {
    private static final double AT_SECONDS = 2;
    private static final double WHY_SECONDS = 1;
    private static final double REPLAY_SECONDS = 120;
    private static final int RUNS = 5;

    @Option(names = "--hosts", paramLabel = "N", description = "Hosts, ten VMs each (default: 1000).")
    int hosts = 1000;

    @Option(names = "--hours", paramLabel = "N", description = "Hours of log, sampled every 10 s (default: 24).")
    int hours = 24;

    @Option(
            names = "--recorded",
            paramLabel = "FOLDER",
            description = "A log with migrations that was recorded before, instead of simulating one.")
    Path recorded;

    @Override
    Report measure(Path folder) throws IOException, InterruptedException {
        String log = (recorded == null ? simulate(folder.resolve("log")) : recorded).toString();
        String middle = middle(Path.of(log)).toString();
        double start = median(List.of("--version"));
        Report report = new Report();
        for (String list : List.of("host", "vm", "migration", "detection")) {
            report.figure(
                    Figure.of(list + " list --at", "s", median(List.of(list, "list", "--log", log, "--at", middle)))
                            .beside("godwit --version", start)
                            .heldTo(Target.valueAtMost(AT_SECONDS)));
        }
        String migration = migration(log, middle);
        report.figure(Figure.of("why migration", "s", median(List.of("why", "migration", migration, "--log", log)))
                .beside("godwit --version", start)
                .heldTo(Target.valueAtMost(WHY_SECONDS)));
        say("replay --verify");
        VerbChild.Said replayed = VerbChild.launched(
                List.of("replay", "--verify", "--from", beginning(Path.of(log)).toString(), "--log", log));
        report.figure(Figure.of("replay --verify", "s", replayed.seconds()).heldTo(Target.valueAtMost(REPLAY_SECONDS)));
        return report.note(replayed.out().strip());
    }

    private Path simulate(Path log) throws IOException, InterruptedException {
        say("simulating " + hours + " h of " + hosts + " hosts");
        VerbChild.launched(List.of(
                "simulate",
                "--hosts",
                Integer.toString(hosts),
                "--mu",
                "72",
                "--sample-period",
                "10s",
                "--duration",
                hours + "h",
                "--record",
                log.toString()));
        return log;
    }

    private static double median(List<String> arguments) throws IOException, InterruptedException {
        say(String.join(" ", arguments));
        List<Double> seconds = new ArrayList<>();
        for (int run = 0; run < RUNS; run++) {
            seconds.add(VerbChild.launched(arguments).seconds());
        }
        return seconds.stream().sorted().skip(RUNS / 2).findFirst().orElseThrow();
    }

    /** One in the middle of what was commanded by then. */
    private static String migration(String log, String at) throws IOException, InterruptedException {
        JsonNode list = new ObjectMapper()
                .readTree(VerbChild.launched(List.of("migration", "list", "--log", log, "--at", at, "-o", "json"))
                        .out());
        if (list.isEmpty()) {
            throw new Failed("nothing was moved in " + log + " by " + at + "; record a busier region");
        }
        return list.get(list.size() / 2).get("id").asText();
    }

    private static Instant beginning(Path folder) {
        try (Log log = new DirectoryLog(folder)) {
            return IntStream.range(0, log.segments())
                    .mapToObj(
                            segment -> log.at(Topic.OBSERVATIONS, segment, log.beginning(Topic.OBSERVATIONS, segment)))
                    .flatMap(first -> first.stream())
                    .map(first -> Instant.ofEpochMilli(first.timestampMillis()))
                    .min(Instant::compareTo)
                    .orElseThrow(() -> new Failed("the log in " + folder + " has no observations"));
        }
    }

    private static Instant middle(Path folder) {
        try (Log log = new DirectoryLog(folder)) {
            Instant end = IntStream.range(0, log.segments())
                    .mapToObj(segment -> log.at(Topic.OBSERVATIONS, segment, log.end(Topic.OBSERVATIONS, segment) - 1))
                    .flatMap(last -> last.stream())
                    .map(last -> Instant.ofEpochMilli(last.timestampMillis()))
                    .max(Instant::compareTo)
                    .orElseThrow();
            Instant beginning = beginning(folder);
            return beginning.plusMillis((end.toEpochMilli() - beginning.toEpochMilli()) / 2);
        }
    }
}
