package io.godwit.ops.incident;

import io.godwit.ceprules.CepConfig;
import io.godwit.ceprules.child.Admissions;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.TemporaryFolder;
import io.godwit.schemas.state.Host;
import io.godwit.schemas.state.RegionState;
import io.godwit.schemas.state.StateRebuild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Makes an incident file: cuts what replays a period out of a log, replays it, packs it. */
public final class IncidentExport {
    /**
     * What is asked for.
     *
     * @param hosts ids, labels or names; only their segments are replayed; empty: all
     * @param pseudonyms whether names are replaced
     * @param version of this Godwit
     */
    public record Wanted(Instant from, Instant to, List<String> hosts, boolean pseudonyms, String version) {
        public Wanted {
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException("the period ends at " + to + ", which is not after its beginning "
                        + from + "; give --to a later time");
            }
        }
    }

    private IncidentExport() {}

    /**
     * Writes the file.
     *
     * @throws IllegalArgumentException if it is there already, or a host is not known
     * @throws NotTheSame if it cannot be replayed under pseudonyms; nothing is written then
     */
    public static Manifest write(Log log, Wanted wanted, Path file, CepConfig cep)
            throws InterruptedException, NotTheSame {
        if (Files.exists(file)) {
            throw new IllegalArgumentException(file + " is there already; name another file, or remove it");
        }
        try (TemporaryFolder folder = new TemporaryFolder("godwit-incident-")) {
            Path cut = folder.path().resolve("log");
            Manifest manifest = cut(log, wanted, cut, cep);
            RegionReplay replay = replay(cut, wanted, cep);
            if (wanted.pseudonyms()) {
                Path renamed = folder.path().resolve("renamed");
                manifest = Pseudonyms.rename(manifest, cut, folder.path().resolve("rounds"), renamed);
                RegionReplay again = replay(renamed, wanted, cep);
                same(replay, again);
                replay = again;
                cut = renamed;
            }
            manifest = manifest.verified(
                    replay.differences().isEmpty() && replay.gaps().isEmpty(), replay.words());
            manifest.write(file, cut);
            return manifest;
        }
    }

    private static void same(RegionReplay before, RegionReplay after) throws NotTheSame {
        List<String> differences = after.differences();
        if (before.differences().isEmpty() && !differences.isEmpty()) {
            throw new NotTheSame(differences.getFirst());
        }
        if (before.detections() != after.detections() || before.decisions() != after.decisions()) {
            throw new NotTheSame("before: " + before.words() + "\nafter: " + after.words());
        }
    }

    private static Manifest cut(Log log, Wanted wanted, Path folder, CepConfig cep) {
        RegionState state = StateRebuild.of(log, Optional.of(wanted.to()), wanted.to());
        List<String> labels = new ArrayList<>();
        NavigableSet<Integer> segments = segments(log, state, wanted.hosts(), labels);
        Period period;
        try (Admissions admissions = new Admissions(cep.operators(), () -> {})) {
            period = new Period(log, wanted.from(), wanted.to(), segments, admissions);
        }
        List<Manifest.Slice> slices;
        try (DirectoryLogWriter out = new DirectoryLogWriter(folder, log.site(), log.incarnation(), log.segments())) {
            slices = Cut.copy(period, out);
            out.finish();
        }
        return new Manifest(
                Manifest.FORMAT,
                wanted.version(),
                log.site(),
                log.incarnation(),
                log.segments(),
                wanted.from(),
                wanted.to(),
                List.copyOf(labels),
                List.copyOf(segments),
                false,
                false,
                "",
                period.missing(),
                slices);
    }

    private static NavigableSet<Integer> segments(Log log, RegionState state, List<String> hosts, List<String> labels) {
        NavigableSet<Integer> segments = new TreeSet<>();
        if (hosts.isEmpty()) {
            IntStream.range(0, log.segments()).forEach(segments::add);
        }
        for (String named : hosts) {
            Host host = state.host(named)
                    .orElseThrow(() -> new IllegalArgumentException("no host is called " + named
                            + " at the end of the period; known are those of: godwit host list --at TIME"));
            segments.add(host.segment());
            labels.add(host.label());
        }
        return segments;
    }

    private static RegionReplay replay(Path folder, Wanted wanted, CepConfig cep) throws InterruptedException {
        try (Log cut = new DirectoryLog(folder)) {
            return RegionReplay.of(cut, wanted.from(), Optional.of(wanted.to()), Map.of(), cep);
        }
    }
}
