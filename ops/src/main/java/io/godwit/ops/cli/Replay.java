package io.godwit.ops.cli;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.CepService;
import io.godwit.ceprules.child.OperatorsGone;
import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ops.incident.Manifest;
import io.godwit.ops.incident.RegionReplay;
import io.godwit.schemas.kafka.LogUnreachable;
import io.godwit.schemas.log.Log;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            paramLabel = "TIME",
            description =
                    "RFC 3339, local time, or how long ago as in -10m (default: that of an incident, or the beginning"
                            + " of a log in a folder).")
    String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Until then (default: now, or the end of an incident).")
    String to;

    @Option(
            names = "--verify",
            description = "Ends with exit code 3 where anything differs, else with 5 where not all could be compared.")
    boolean verify;

    @Override
    public Integer call() {
        Optional<Manifest> incident = common.incident();
        Instant start = CommonOptions.moment(from)
                .or(() -> incident.map(Manifest::from))
                .or(() -> common.ofFolder() ? Optional.of(Instant.EPOCH) : Optional.empty())
                .orElseThrow(() -> new IllegalArgumentException(
                        "--from is missing; say from when, as in --from=-10m, or name an incident with --incident, or"
                                + " a record with --log"));
        Optional<Instant> end = CommonOptions.moment(to).or(() -> incident.map(Manifest::to));
        CepConfig cep = common.region().cep();
        RuleCompiler.keepIn(cep.ruleCache());
        RegionReplay replay = replay(start, end, cep);
        List<String> gaps = replay.gaps();
        gaps.forEach(System.err::println);
        List<String> differences = replay.differences();
        differences.forEach(System.out::println);
        if (differences.isEmpty()) {
            System.out.println(
                    gaps.isEmpty()
                            ? "identical: " + replay.words()
                            : "identical as far as it was compared, with gaps in %d of %d segments: %s"
                                    .formatted(
                                            replay.withGaps(), replay.segments().size(), replay.words()));
        }
        int code = !differences.isEmpty() ? ExitCode.DIFFERS : gaps.isEmpty() ? ExitCode.OK : ExitCode.NOT_ALL_COMPARED;
        return verify ? code : ExitCode.OK;
    }

    private RegionReplay replay(Instant start, Optional<Instant> end, CepConfig cep) {
        try (Log behind = common.log()) {
            // before what is held, so that it is held whole
            Map<Integer, Long> taken = common.ofFolder() ? Map.of() : CepService.committed(common.kafka());
            return RegionReplay.of(behind, start, end, taken, cep);
        } catch (LogUnreachable gone) {
            throw unreachable(gone, 0);
        } catch (UncheckedIOException noRoom) {
            throw new Failed(noRoom.getMessage(), noRoom);
        } catch (RegionReplay.Broken broken) {
            throw switch (broken.getCause()) {
                case LogUnreachable gone -> unreachable(gone, broken.done());
                case OperatorsGone gone -> new Failed(gone.getMessage(), gone);
                case UncheckedIOException noRoom -> new Failed(noRoom.getMessage(), noRoom);
                case RuntimeException known -> known;
            };
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    private static Failed unreachable(LogUnreachable gone, int done) {
        return new Failed("the replay ended with " + done + " segments done: " + gone.getMessage(), gone);
    }
}
