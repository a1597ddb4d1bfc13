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
import io.godwit.schemas.events.ResumeVm;
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
 * What was commanded, and what became of it. Commands and outcomes are two topics: either may be read first. A command that
 * resumes a VM which a migration left paused belongs to that migration; its outcomes name one host as source and target.
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
     * @param resumption what lets the VM go on, where the migration was to leave it paused and that was commanded
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
            long transferredBytes,
            Optional<Resumption> resumption) {}

    /**
     * The command that resumes a VM after its migration.
     *
     * @param executor slot that took it; empty before
     * @param ended log time of its final outcome
     * @param reason fixed word of a failure or refusal; else empty
     * @param detail in the executor's words
     */
    public record Resumption(
            ResumeVm command,
            Position position,
            Stage stage,
            String executor,
            Optional<Instant> ended,
            String reason,
            String detail) {}

    /** What was read so far of one command. */
    private static final class Entry {
        MigrateVm command; // of a move
        ResumeVm resume; // of a resumption
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

    /** Commands to resume and their outcomes, by their own ids. */
    private final Map<String, Entry> resumptions = new TreeMap<>();

    /** Ids of commands to resume, by the id of the move that leaves its VM paused. */
    private final Map<String, String> resumedBy = new TreeMap<>();

    private boolean begun;

    /** From here on commands that are not read are older than what is asked for. */
    void begin() {
        begun = true;
    }

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
            case ResumeVm command -> {
                Entry entry = resumptions.computeIfAbsent(command.getCommandId(), _ -> new Entry());
                if (entry.resume == null) {
                    entry.resume = command;
                    entry.commandRecord = withoutValue(record);
                    resumedBy.put(command.getMoveId(), command.getCommandId());
                }
            }
            case CommandAccepted accepted -> {
                Entry entry = entry(accepted.getCommandId(), accepted.getSourceHostId(), accepted.getTargetHostId());
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
            case CommandSucceeded succeeded -> {
                Entry entry = entry(succeeded.getCommandId(), succeeded.getSourceHostId(), succeeded.getTargetHostId());
                if (end(entry, record, Stage.SUCCEEDED, succeeded.getExecutor(), "", "")) {
                    entry.percent = 100;
                    entry.durationMillis = succeeded.getDurationMillis();
                    entry.downtimeMillis = succeeded.getDowntimeMillis();
                    entry.transferredBytes = succeeded.getTransferredBytes();
                }
            }
            case CommandFailed failed ->
                end(
                        entry(failed.getCommandId(), failed.getSourceHostId(), failed.getTargetHostId()),
                        record,
                        Stage.FAILED,
                        failed.getExecutor(),
                        failed.getReason(),
                        failed.getDetail());
            case CommandRefused refused ->
                end(
                        entry(refused.getCommandId(), refused.getSourceHostId(), refused.getTargetHostId()),
                        record,
                        Stage.REFUSED,
                        refused.getExecutor(),
                        refused.getReason(),
                        refused.getDetail());
            case CommandAborted aborted ->
                end(
                        entry(aborted.getCommandId(), aborted.getSourceHostId(), aborted.getTargetHostId()),
                        record,
                        Stage.ABORTED,
                        aborted.getExecutor(),
                        "",
                        aborted.getDetail());
            default -> {} // other commands are no migrations
        }
    }

    private Entry entry(String id, String sourceHostId, String targetHostId) {
        return sourceHostId.equals(targetHostId) ? resumptions.computeIfAbsent(id, _ -> new Entry()) : entry(id);
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
        entries.forEach((id, entry) -> {
            if (entry.command != null || !begun) {
                all.add(migration(id, entry));
            }
        });
        all.sort(Comparator.comparing(
                        (Migration migration) -> migration.commanded().orElse(Instant.EPOCH))
                .thenComparing(Migration::id));
        return all;
    }

    public Optional<Migration> byId(String id) {
        return Optional.ofNullable(entries.get(id)).map(entry -> migration(id, entry));
    }

    /** The migration whose VM this command resumes. */
    public Optional<Migration> byResumption(String id) {
        return Optional.ofNullable(resumptions.get(id))
                .map(entry -> entry.resume)
                .flatMap(resume -> byId(resume.getMoveId()));
    }

    private Optional<Resumption> resumption(String moveId) {
        return Optional.ofNullable(resumedBy.get(moveId)).map(id -> {
            Entry entry = resumptions.get(id);
            return new Resumption(
                    entry.resume,
                    entry.commandRecord.position(),
                    entry.stage,
                    entry.executor,
                    time(entry.finalRecord),
                    entry.reason,
                    entry.detail);
        });
    }

    private Migration migration(String id, Entry entry) {
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
                entry.transferredBytes,
                resumption(id));
    }

    private static Optional<Instant> time(LogRecord record) {
        return Optional.ofNullable(record).map(LogRecord::timestampMillis).map(Instant::ofEpochMilli);
    }
}
