package io.godwit.schedulers.partition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** When VMs may be paused for as long as others change places. */
public enum Suspend {
    NEVER,
    /** To relieve an overload, where full hosts must change VMs, no detour helps, and no further host could. */
    LAST_RESORT;

    /** As it stands in settings. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
