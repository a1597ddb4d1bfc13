package io.godwit.ops.words;

import io.godwit.schemas.events.ActionKind;
import java.util.Locale;

/** Fixed words and figures as people read them. */
public final class Words {
    private Words() {}

    /** A constant's name: HOST_CRASH is "host-crash". */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What an action has done once it is over. */
    static String past(ActionKind action) {
        return switch (action) {
            case START -> "started";
            case STOP -> "stopped";
            case SUSPEND -> "suspended";
            case RESUME -> "resumed";
            case SAVE -> "saved";
            case SNAPSHOT -> "snapshot";
            case RESTORE -> "restored";
            case REMOVE -> "removed";
            case MIGRATE -> "moved";
            case FENCE -> "fenced";
            case UNKNOWN -> "done";
        };
    }

    public static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
