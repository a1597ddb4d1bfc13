package io.godwit.schedulers.partition;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ids of commands, "c-SEGMENT-SEQUENCE", tell which segment decided. */
final class CommandIds {
    private static final Pattern FORM = Pattern.compile("c-(\\d{1,6})-\\d{1,18}");

    private CommandIds() {}

    /** Deciding segment; -1 for an id of another form. */
    static int segmentOf(String commandId) {
        Matcher matcher = FORM.matcher(commandId);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
