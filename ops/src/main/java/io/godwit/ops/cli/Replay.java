package io.godwit.ops.cli;

import io.godwit.ceprules.DetectionReplay;
import io.godwit.schedulers.kafka.DecidingCode;
import io.godwit.schedulers.replay.DecisionReplay;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code godwit replay}: detection and scheduling once more, from the log; nothing can be published from here. */
@Command(name = "replay", description = "Runs detection and scheduling again from the log, and compares byte for byte.")
public final class Replay implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "RFC 3339, local time, or how long ago as in -10m.")
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Until then (default: now).")
    String to;

    @Option(names = "--verify", description = "Ends with exit code 3 where anything differs.")
    boolean verify;

    @Override
    public Integer call() {
        Instant start = CommonOptions.moment(from).orElseThrow();
        Instant end = CommonOptions.moment(to).orElseGet(Instant::now);
        MessageDigest digest = sha256();
        long detections = 0;
        long decisions = 0;
        List<String> differences = new ArrayList<>();
        String code = DecidingCode.digest();
        try (Log log = common.log()) {
            for (int segment = 0; segment < log.segments(); segment++) {
                DetectionReplay.Result detected = DetectionReplay.run(
                        log,
                        segment,
                        log.offsetAt(Topic.OBSERVATIONS, segment, start),
                        to == null ? Long.MAX_VALUE : log.offsetAt(Topic.OBSERVATIONS, segment, end));
                DecisionReplay.Result decided = DecisionReplay.run(log, segment, start, end, code);
                detections += detected.detections();
                decisions += decided.decisions();
                digest.update((detected.digest() + decided.digest()).getBytes(StandardCharsets.UTF_8));
                tell(differences, segment, detected, decided);
            }
        }
        if (differences.isEmpty()) {
            System.out.println("identical: %d detections, %d decisions, digest %s"
                    .formatted(
                            detections,
                            decisions,
                            HexFormat.of().formatHex(digest.digest()).substring(0, 16)));
            return ExitCode.OK;
        }
        differences.forEach(System.out::println);
        return verify ? ExitCode.DIFFERS : ExitCode.OK;
    }

    private static void tell(
            List<String> differences, int segment, DetectionReplay.Result detected, DecisionReplay.Result decided) {
        detected.refused().forEach(refused -> System.err.println("segment " + segment + ": " + refused));
        if (!detected.lookBackWhole()) {
            System.err.println("segment " + segment
                    + ": the log no longer reaches back far enough for the rules; start later, or keep more"
                    + " with --retain");
        } else {
            detected.difference()
                    .ifPresent(first ->
                            differences.add("segment %d, detection %d differs\n  recorded: %s\n  replayed: %s"
                                    .formatted(
                                            segment,
                                            first.index(),
                                            first.recorded()
                                                    .map(said -> said.event().toString())
                                                    .orElse("nothing"),
                                            first.replayed()
                                                    .map(said -> said.event().toString())
                                                    .orElse("nothing"))));
        }
        decided.missing().ifPresent(missing -> System.err.println("segment " + segment + ": " + missing));
        decided.difference()
                .ifPresent(first -> differences.add("segment %d, decision %d differs%s\n  recorded: %s\n  replayed: %s"
                        .formatted(
                                segment,
                                first.decision().getSequence(),
                                decided.otherCode() ? " (other code recorded it)" : "",
                                first.recorded(),
                                first.replayed())));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
