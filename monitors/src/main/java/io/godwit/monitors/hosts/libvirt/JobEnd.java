package io.godwit.monitors.hosts.libvirt;

import java.util.List;
import java.util.Map;

/**
 * What a host said of a domain's job, such as a migration, when it ended. It is said once, by an event: of a migration that went
 * on by post-copy libvirt keeps no figures on the target, and its source has no such domain any more.
 *
 * @param operation virDomainJobOperation
 * @param elapsedMillis -1: not told
 * @param downtimeMillis -1: not told
 * @param dataBytes all that was sent; -1: not told
 * @param memoryBytes memory that was sent; -1: not told
 */
public record JobEnd(
        int operation, boolean succeeded, long elapsedMillis, long downtimeMillis, long dataBytes, long memoryBytes) {
    private static final int MIGRATION_OUT = 5;

    /** virDomainJobOperation by number. */
    private static final List<String> OPERATIONS = List.of(
            "job",
            "start",
            "save",
            "restore",
            "migration in",
            "migration out",
            "snapshot",
            "return to a snapshot",
            "dump",
            "backup");

    /** By libvirt's names. */
    static JobEnd of(Map<String, Long> numbers) {
        return new JobEnd(
                Math.clamp(numbers.getOrDefault("operation", 0L), 0, OPERATIONS.size() - 1),
                numbers.getOrDefault("success", 1L) != 0,
                numbers.getOrDefault("time_elapsed", -1L),
                numbers.getOrDefault("downtime", -1L),
                numbers.getOrDefault("data_processed", -1L),
                numbers.getOrDefault("memory_processed", -1L));
    }

    /** Whether a domain left by it. */
    public boolean migrationOut() {
        return operation == MIGRATION_OUT;
    }

    /** As in "migration out, 1564 ms, downtime 467 ms, 77594624 bytes". */
    String words() {
        StringBuilder words = new StringBuilder(OPERATIONS.get(operation));
        if (!succeeded) {
            words.append(" failed");
        }
        append(words, ", %d ms", elapsedMillis);
        append(words, ", downtime %d ms", downtimeMillis);
        append(words, ", %d bytes", dataBytes);
        return words.toString();
    }

    private static void append(StringBuilder words, String format, long number) {
        if (number >= 0) {
            words.append(format.formatted(number));
        }
    }
}
