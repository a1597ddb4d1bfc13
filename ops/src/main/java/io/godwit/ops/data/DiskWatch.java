package io.godwit.ops.data;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Tells early that the disk of the data fills up, because a broker that cannot write dies of it.
 *
 * @param warnBelowBytes free space below which a warning is due
 * @param stopBelowBytes free space below which the region must stop in order
 */
public record DiskWatch(long warnBelowBytes, long stopBelowBytes) {
    private static final long GIBIBYTE = 1L << 30;
    private static final long STOP_BYTES = 256L << 20;

    /** How the disk is. */
    public sealed interface Verdict {
        record Enough() implements Verdict {}

        record Low(String says) implements Verdict {}

        record Full(String says) implements Verdict {}
    }

    /** Warns below the larger of 1 GiB and 5 % of the disk; stops below 256 MiB, or a quarter of the warning where that is less. */
    public static DiskWatch of(long totalBytes) {
        long warn = Math.max(GIBIBYTE, totalBytes / 20);
        return new DiskWatch(warn, Math.min(STOP_BYTES, warn / 4));
    }

    /** Judges the disk that a folder stands on. */
    public static Verdict look(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        return of(store.getTotalSpace()).judge(folder, store.getUsableSpace());
    }

    Verdict judge(Path folder, long freeBytes) {
        String free = (freeBytes >> 20) + " MiB are free on the disk of " + folder;
        if (freeBytes < stopBelowBytes) {
            return new Verdict.Full(
                    "%s, below the bound of %d MiB: all stops before the broker dies of it; free some space, then start again on the same data"
                            .formatted(free, stopBelowBytes >> 20));
        }
        if (freeBytes < warnBelowBytes) {
            return new Verdict.Low(
                    "%s, below %d MiB: free some space, or keep fewer observations with --retain; at %d MiB everything stops"
                            .formatted(free, warnBelowBytes >> 20, stopBelowBytes >> 20));
        }
        return new Verdict.Enough();
    }
}
