package io.godwit.executors.work;

import io.godwit.executors.migration.MigrationEvent;
import org.apache.avro.specific.SpecificRecord;

/**
 * A record to append to the outcomes, and what holds once it is committed.
 *
 * @param hostId acting host; the record's key
 */
public record Append(int segment, String hostId, SpecificRecord outcome, String commandId, MigrationEvent.Told event) {}
