package io.godwit.ittests.lab;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.ittests.kills.LogWatch;
import io.godwit.schemas.events.CommandSucceeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a move costs beyond libvirt's own: moves by command and by virsh with the same parameters, in turns. Not part of the
 * suite: it-tests/lab/figures.
 */
class MoveFigures {
    private static final int PAIRS = 15;
    private static final int MEBIBYTES_PER_SECOND = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern ELAPSED = Pattern.compile("Time elapsed:\\s+(\\d+)");

    /** @param jobMillis libvirt's own time of the job */
    private record Move(long wallMillis, long jobMillis) {
        /** Connecting, starting a QEMU at the target and confirming; by Godwit also the log and its looks at the hosts. */
        long aroundMillis() {
            return wallMillis - jobMillis;
        }
    }

    @Test
    void godwit_adds_150_ms_at_most_to_what_virsh_takes_and_moves_as_fast(@TempDir Path folder) throws Exception {
        List<Move> commanded = new ArrayList<>();
        List<Move> byHand = new ArrayList<>();
        try (LabPair region = LabPair.start(folder, MoveFigures.class)) {
            Runtime.getRuntime().addShutdownHook(new Thread(region::close)); // one who stops it leaves no hosts
            byCommand(region, "c-0-0"); // the first one pays for connections and classes
            for (int pair = 1; pair <= PAIRS; pair++) {
                byHand.add(byVirsh(region));
                commanded.add(byCommand(region, "c-0-" + pair));
                System.out.printf("%2d  virsh %s  Godwit %s%n", pair, byHand.getLast(), commanded.getLast());
            }
        }
        long byVirsh = median(byHand.stream().map(Move::jobMillis).toList());
        long byGodwit = median(commanded.stream().map(Move::jobMillis).toList());
        long around = median(byHand.stream().map(Move::aroundMillis).toList());
        long added = median(commanded.stream().map(Move::aroundMillis).toList()) - around;
        System.out.printf(
                "medians: job %d ms by virsh, %d ms by Godwit; around the job %d ms by virsh, %d ms more by Godwit%n",
                byVirsh, byGodwit, around, added);
        assertTrue(byVirsh >= 5000, "the move is too short to be compared: " + byVirsh + " ms");
        assertTrue(byGodwit <= byVirsh * 1.1, byGodwit + " ms, by virsh " + byVirsh);
        assertTrue(added <= 150, "from the command to the outcome, beyond virsh: " + added + " ms");
    }

    /** From the command's time in the log to its outcome's, both stamped by the broker. */
    private static Move byCommand(LabPair region, String id) throws Exception {
        int source = region.lab().where(LabPair.VM).orElseThrow();
        int mark = region.log().mark();
        long given = region.give(id, source, 3 - source, false, (long) MEBIBYTES_PER_SECOND << 20)
                .timestamp();
        LogWatch.Seen end = region.log().await("the end of " + id, mark, seen -> LabPair.isEnd(seen, id));
        if (!(end.event() instanceof CommandSucceeded)) {
            throw new AssertionError(end.event().toString());
        }
        return new Move(end.atMillis() - given, jobMillis(region, 3 - source));
    }

    private static Move byVirsh(LabPair region) throws Exception {
        int source = region.lab().where(LabPair.VM).orElseThrow();
        int target = 3 - source;
        String uri = region.lab().uri(source);
        long began = System.nanoTime();
        Process virsh = new ProcessBuilder(
                        "virsh",
                        "-q",
                        "-c",
                        uri,
                        "migrate",
                        "--live",
                        "--p2p",
                        "--persistent",
                        "--undefinesource",
                        "--unsafe",
                        "--bandwidth",
                        Integer.toString(MEBIBYTES_PER_SECOND),
                        LabPair.VM,
                        "qemu+tcp://h" + target + "/system")
                .inheritIO()
                .start();
        if (!virsh.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || virsh.exitValue() != 0) {
            throw new AssertionError("virsh could not move the guest");
        }
        return new Move(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began), jobMillis(region, target));
    }

    private static long jobMillis(LabPair region, int target) {
        String said = region.lab().run("virsh", Integer.toString(target), "domjobinfo", "--completed", LabPair.VM);
        Matcher elapsed = ELAPSED.matcher(said);
        if (!elapsed.find()) {
            throw new AssertionError("libvirt does not say how long the job took: " + said);
        }
        return Long.parseLong(elapsed.group(1));
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
