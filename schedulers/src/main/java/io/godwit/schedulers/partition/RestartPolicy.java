package io.godwit.schedulers.partition;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which crashes are answered by starting VMs again. */
public enum RestartPolicy {
    NEVER,
    /** Those of single VMs, on the same host. */
    VMS,
    /** Those too, and those of hosts: their VMs start elsewhere, once the host is proven to be down. */
    HOSTS;

    /** As it stands in settings. */
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
