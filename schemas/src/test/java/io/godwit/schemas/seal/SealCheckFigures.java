package io.godwit.schemas.seal;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.log.DirectoryLog;
import io.godwit.schemas.log.DirectoryLogWriter;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Prints what it takes to hold a long log against its seals. Arguments: an empty or new folder that gets the log, or one that
 * has it; records, bytes of each, records to a seal; 5000000 300 1000 unless given. Run it with a small heap.
 */
final class SealCheckFigures {
    private static final Topic TOPIC = Topic.DETECTIONS;

    private SealCheckFigures() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int records = args.length > 1 ? Integer.parseInt(args[1]) : 5_000_000;
        int bytes = args.length > 2 ? Integer.parseInt(args[2]) : 300;
        int perSeal = args.length > 3 ? Integer.parseInt(args[3]) : 1000;
        if (!Files.exists(folder) || folder.toFile().list().length == 0) {
            write(folder, records, bytes, perSeal);
        }
        List<MemoryPoolMXBean> heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isCollectionUsageThresholdSupported())
                .toList();
        try (DirectoryLog log = new DirectoryLog(folder)) {
            long begun = System.nanoTime();
            long begunCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            SealCheck.Checked checked = SealCheck.of(log, log).stream()
                    .filter(one -> one.topic() == TOPIC)
                    .findFirst()
                    .orElseThrow();
            double seconds = (System.nanoTime() - begun) / 1e9;
            double cpu = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begunCpu) / 1e9;
            long kept = heap.stream()
                    .mapToLong(pool -> pool.getCollectionUsage().getUsed())
                    .sum();
            System.out.printf(
                    "%s%n%.1f s, %.1f s CPU, %.2f M records per CPU second; heap after the newest collection %d MiB of"
                            + " %d%n",
                    checked,
                    seconds,
                    cpu,
                    checked.sealed() / cpu / 1e6,
                    kept >> 20,
                    Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    private static void write(Path folder, int records, int bytes, int perSeal) {
        Random random = new Random(1);
        SealChain chain = SealChain.beginning("rennes", TOPIC, 0);
        long seals = 0;
        try (DirectoryLogWriter writer = new DirectoryLogWriter(folder, "rennes", "", 1)) {
            for (int offset = 0; offset < records; offset++) {
                byte[] value = new byte[bytes];
                random.nextBytes(value);
                byte[] key = ("h" + random.nextInt(1000)).getBytes(StandardCharsets.UTF_8);
                LogRecord record = new LogRecord(TOPIC, 0, offset, offset, key, value);
                writer.append(record);
                chain.take(record);
                if (chain.records() == perSeal || offset == records - 1) {
                    writer.append(new LogRecord(
                            Topic.SEALS,
                            0,
                            seals++,
                            offset,
                            TOPIC.stage().getBytes(StandardCharsets.UTF_8),
                            EventCodec.encode(chain.seal())));
                }
            }
            writer.finish();
        }
    }
}
