package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandProgressed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What was commanded, and what became of it. Commands and outcomes are two topics: either may be read first. A VM that is
 * resumed where it is does not migrate: its outcomes name one host as source and target.
 */
public final class Migrations {
    /** How far a migration is. */
    public enum Stage {
        COMMANDED,
        ACCEPTED,
        SUCCEEDED,
        FAILED,
        REFUSED,
        ABORTED;

        public boolean isFinal() {
            return this != COMMANDED && this != ACCEPTED;
        }
    }

    /**
     * One migration.
     *
     * @param command empty where only outcomes were read
     * @param commanded log time of the command
     * @param accepted log time of the first acceptance
     * @param executor slot that took it; empty before
     * @param percent share of memory sent, as last reported; 0 to 100
     * @param ended log time of its final outcome
     * @param outcome position of its final outcome
     * @param reason fixed word of a failure or refusal; else empty
     * @param detail in the executor's words
     * @param durationMillis from accepted to seen; -1 unless it succeeded
     * @param downtimeMillis pause of the VM; -1: unknown
     * @param transferredBytes bytes sent; -1: unknown
     */
    public record Migration(
            String id,
            Optional<MigrateVm> command,
            Optional<Position> position,
            Optional<Instant> commanded,
            Optional<Instant> accepted,
            Stage stage,
            String executor,
            int percent,
            Optional<Instant> ended,
            Optional<Position> outcome,
            String reason,
            String detail,
            long durationMillis,
            long downtimeMillis,
            long transferredBytes) {}

    /** What was read so far of one command. */
    private static final class Entry {
        MigrateVm command;
        LogRecord commandRecord;
        LogRecord acceptedRecord;
        LogRecord finalRecord;
        Stage stage = Stage.COMMANDED;
        String executor = "";
        int percent;
        String reason = "";
        String detail = "";
        long durationMillis = -1;
        long downtimeMillis = -1;
        long transferredBytes = -1;
    }

    private final Map<String, Entry> entries = new TreeMap<>();

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case MigrateVm command -> {
                Entry entry = entry(command.getCommandId());
                if (entry.command == null) {
                    entry.command = command;
                    entry.commandRecord = withoutValue(record);
                }
            }
            case CommandAccepted accepted
            when !accepted.getSourceHostId().equals(accepted.getTargetHostId()) -> {
                Entry entry = entry(accepted.getCommandId());
                if (entry.acceptedRecord == null) {
                    entry.acceptedRecord = withoutValue(record);
                }
                if (!entry.stage.isFinal()) {
                    entry.stage = Stage.ACCEPTED;
                    entry.executor = accepted.getExecutor();
                }
            }
            case CommandProgressed progressed -> {
                Entry entry = entry(progressed.getCommandId());
                entry.percent = progressed.getPercent();
                entry.transferredBytes = progressed.getTransferredBytes();
                entry.detail = entry.stage.isFinal() ? entry.detail : progressed.getDetail();
            }
            case CommandSucceeded succeeded
            when !succeeded.getSourceHostId().equals(succeeded.getTargetHostId()) -> {
                Entry entry = entry(succeeded.getCommandId());
                if (end(entry, record, Stage.SUCCEEDED, succeeded.getExecutor(), "", "")) {
                    entry.percent = 100;
                    entry.durationMillis = succeeded.getDurationMillis();
                    entry.downtimeMillis = succeeded.getDowntimeMillis();
                    entry.transferredBytes = succeeded.getTransferredBytes();
                }
            }
            case CommandFailed failed
            when !failed.getSourceHostId().equals(failed.getTargetHostId()) ->
                end(
                        entry(failed.getCommandId()),
                        record,
                        Stage.FAILED,
                        failed.getExecutor(),
                        failed.getReason(),
                        failed.getDetail());
            case CommandRefused refused
            when !refused.getSourceHostId().equals(refused.getTargetHostId()) ->
                end(
                        entry(refused.getCommandId()),
                        record,
                        Stage.REFUSED,
                        refused.getExecutor(),
                        refused.getReason(),
                        refused.getDetail());
            case CommandAborted aborted
            when !aborted.getSourceHostId().equals(aborted.getTargetHostId()) ->
                end(
                        entry(aborted.getCommandId()),
                        record,
                        Stage.ABORTED,
                        aborted.getExecutor(),
                        "",
                        aborted.getDetail());
            default -> {} // other commands are no migrations
        }
    }

    /** The first final outcome stands; false for any later one. */
    private static boolean end(
            Entry entry, LogRecord record, Stage stage, String executor, String reason, String detail) {
        if (entry.stage.isFinal()) {
            return false;
        }
        entry.stage = stage;
        entry.finalRecord = withoutValue(record);
        entry.executor = executor;
        entry.reason = reason;
        entry.detail = detail;
        return true;
    }

    private Entry entry(String id) {
        return entries.computeIfAbsent(id, _ -> new Entry());
    }

    private static LogRecord withoutValue(LogRecord record) {
        return new LogRecord(
                record.topic(), record.segment(), record.offset(), record.timestampMillis(), null, new byte[0]);
    }

    /** Every migration, by log time of its command, then id. */
    public List<Migration> all() {
        List<Migration> all = new ArrayList<>();
        entries.forEach((id, entry) -> all.add(migration(id, entry)));
        all.sort(Comparator.comparing(
                        (Migration migration) -> migration.commanded().orElse(Instant.EPOCH))
                .thenComparing(Migration::id));
        return all;
    }

    public Optional<Migration> byId(String id) {
        return Optional.ofNullable(entries.get(id)).map(entry -> migration(id, entry));
    }

    private static Migration migration(String id, Entry entry) {
        return new Migration(
                id,
                Optional.ofNullable(entry.command),
                Optional.ofNullable(entry.commandRecord).map(LogRecord::position),
                time(entry.commandRecord),
                time(entry.acceptedRecord),
                entry.stage,
                entry.executor,
                entry.percent,
                time(entry.finalRecord),
                Optional.ofNullable(entry.finalRecord).map(LogRecord::position),
                entry.reason,
                entry.detail,
                entry.durationMillis,
                entry.downtimeMillis,
                entry.transferredBytes);
    }

    private static Optional<Instant> time(LogRecord record) {
        return Optional.ofNullable(record).map(LogRecord::timestampMillis).map(Instant::ofEpochMilli);
    }
}
