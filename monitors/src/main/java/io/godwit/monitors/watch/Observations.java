package io.godwit.monitors.watch;

import io.godwit.schemas.log.Topic;
import org.apache.avro.specific.SpecificRecord;

/** Where a monitor's words go. Never blocks for long; safe for use by several threads. */
public interface Observations {
    /** Something that is worth nothing when it is old: appended to observations soon, or dropped and counted. */
    void passing(int segment, String key, SpecificRecord event);

    /** Something that must not be lost: kept and tried again until it stands in the log, in order with other lasting ones. */
    void lasting(Topic topic, int segment, String key, SpecificRecord event);
}
