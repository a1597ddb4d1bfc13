package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ConstraintsApplied;
import io.godwit.schemas.events.ConstraintsWithdrawn;
import io.godwit.schemas.events.ModeChanged;
import io.godwit.schemas.events.SettingsAnnounced;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** What people set for the whole site. Every segment carries a copy of each record; the newest one holds. */
public final class Controls {
    /** The mode in force, and since when. */
    public record Mode(ModeChanged changed, Instant since) {}

    /** A script of constraints in force, and since when. */
    public record Constraints(ConstraintsApplied applied, Instant since) {}

    /** A value with its place in time; ties go to the smaller segment, whose copy says the same. */
    private record Stamped<T>(T value, long millis, int segment, long offset) {
        static <T> Stamped<T> newer(Stamped<T> one, Stamped<T> other) {
            if (one.segment == other.segment) {
                return other.offset > one.offset ? other : one;
            }
            if (one.millis != other.millis) {
                return other.millis > one.millis ? other : one;
            }
            return other.segment < one.segment ? other : one;
        }
    }

    private Optional<Stamped<ModeChanged>> mode = Optional.empty();
    private final Map<String, Stamped<SettingsAnnounced>> settings = new TreeMap<>();
    private final Map<String, Stamped<Optional<ConstraintsApplied>>> constraints = new TreeMap<>(); // empty: withdrawn

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        switch (event) {
            case ModeChanged changed -> {
                Stamped<ModeChanged> next = stamped(changed, record);
                mode = Optional.of(mode.map(now -> Stamped.newer(now, next)).orElse(next));
            }
            case SettingsAnnounced announced ->
                settings.merge(announced.getService(), stamped(announced, record), Stamped::newer);
            case ConstraintsApplied applied ->
                constraints.merge(applied.getName(), stamped(Optional.of(applied), record), Stamped::newer);
            case ConstraintsWithdrawn withdrawn ->
                constraints.merge(withdrawn.getName(), stamped(Optional.empty(), record), Stamped::newer);
            default -> {} // nothing else stands in this topic
        }
    }

    private static <T> Stamped<T> stamped(T value, LogRecord record) {
        return new Stamped<>(value, record.timestampMillis(), record.segment(), record.offset());
    }

    /** Empty where nobody has set one yet. */
    public Optional<Mode> mode() {
        return mode.map(now -> new Mode(now.value, Instant.ofEpochMilli(now.millis)));
    }

    /** Settings in force, by service. */
    public Map<String, SettingsAnnounced> settings() {
        Map<String, SettingsAnnounced> inForce = new TreeMap<>();
        settings.forEach((service, stamped) -> inForce.put(service, stamped.value));
        return inForce;
    }

    /** Scripts of constraints in force, by name. */
    public List<Constraints> constraints() {
        List<Constraints> inForce = new ArrayList<>();
        constraints
                .values()
                .forEach(stamped -> stamped.value.ifPresent(
                        applied -> inForce.add(new Constraints(applied, Instant.ofEpochMilli(stamped.millis)))));
        return inForce;
    }
}
